package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whatever IAM accepts in the ARN of an instance profile is read, and printed back equal. */
class InstanceProfileArnPropertyTest {
  @Provide
  Arbitrary<String> partitions() {
    return Arbitraries.of("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc");
  }

  /** IAM, CreateInstanceProfile: a slash, or any of U+0021 to U+007F between two slashes. */
  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.oneOf(
        Arbitraries.just("/"),
        Arbitraries.strings()
            .withCharRange('!', '\u007f')
            .ofMinLength(1)
            .ofMaxLength(510)
            .map(path -> "/" + path + "/"));
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withCharRange('A', 'Z')
        .withCharRange('0', '9')
        .withChars("_+=,.@-")
        .ofMinLength(1)
        .ofMaxLength(128);
  }

  @Property
  void every_arn_of_iam_is_taken_apart_and_put_together(
      @ForAll("partitions") String partition,
      @ForAll("paths") String path,
      @ForAll("names") String name) {
    String text = "arn:" + partition + ":iam::123456789012:instance-profile" + path + name;
    InstanceProfileArn arn = InstanceProfileArn.parse(text);
    assertThat(arn).hasToString(text);
    assertThat(arn).isEqualTo(new InstanceProfileArn(partition, "123456789012", path, name));
  }

  // zalando-incubator/kubernetes-on-aws PR#10494, aws/karpenter-provider-aws PR#9120.
  @Test
  void a_path_of_karpenter_has_colons() {
    String path =
        "/karpenter/eu-central-1/aws:123456789012:eu-central-1:kube-1/"
            + "1d64bcbd-7cb1-431e-b763-f5e0f83f2545/";
    InstanceProfileArn arn =
        InstanceProfileArn.parse(
            "arn:aws:iam::123456789012:instance-profile" + path + "kube-1_1234567890123456789");
    assertThat(arn.path()).isEqualTo(path);
    assertThat(arn.name()).isEqualTo("kube-1_1234567890123456789");
  }

  @Test
  void parts_that_would_be_read_back_as_others_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InstanceProfileArn("aws", "1", "/", "a/b"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InstanceProfileArn("aws:iam::1:instance-profile/x", "1", "/", "a"));
  }

  @Test
  void what_steers_a_terminal_is_in_no_arn_and_not_repeated() {
    for (String odd : new String[] {"\u001b", "\u202e", "\u0085", "\u2028"}) {
      for (String arn :
          new String[] {
            "arn:a" + odd + ":iam::1:instance-profile/a",
            "arn:aws:iam::1" + odd + ":instance-profile/a",
            "arn:aws:iam::1:instance-profile/a" + odd + "/a",
            "arn:aws:iam::1:instance-profile/a" + odd
          }) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> InstanceProfileArn.parse(arn))
            .withMessageContaining("?")
            .withMessageNotContaining(odd);
      }
    }
  }

  @Test
  void the_mask_of_a_key_id_repeats_nothing_that_steers_a_terminal() {
    assertThat(AccessKeyIds.masked("ASIAEXAMPLE0000\n\u001b[2")).isEqualTo("****??[2");
  }
}
