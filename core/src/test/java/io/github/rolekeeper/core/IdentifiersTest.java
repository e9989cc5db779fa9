package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
  @ParameterizedTest
  @ValueSource(strings = {"i-0123456789abcdef0", "i-1a2b3c4d"})
  void an_instance_id_of_either_length_is_taken(String text) {
    assertThat(InstanceId.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "i-",
        "i-123",
        "i-0123456789ABCDEF0",
        "i-0123456789abcdef01",
        "0123456789abcdef0",
        " i-1a2b3c4d"
      })
  void anything_else_is_refused_with_the_value_the_rule_and_the_remedy(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InstanceId.of(text))
        .withMessageContainingAll("\"" + text + "\"", "8 or 17", "DescribeInstances");
  }

  @Test
  void an_arn_is_taken_apart_and_put_together() {
    String text = "arn:aws-us-gov:iam::123456789012:instance-profile/team/blue/web";
    InstanceProfileArn arn = InstanceProfileArn.parse(text);
    assertThat(arn)
        .isEqualTo(new InstanceProfileArn("aws-us-gov", "123456789012", "/team/blue/", "web"))
        .hasToString(text);
  }

  @Test
  void an_arn_without_path_has_the_root_path() {
    InstanceProfileArn arn =
        InstanceProfileArn.parse("arn:aws-cn:iam::123456789012:instance-profile/web");
    assertThat(arn.path()).isEqualTo("/");
    assertThat(arn.name()).isEqualTo("web");
  }

  @Test
  void a_masked_account_is_kept() {
    assertThat(InstanceProfileArn.parse("arn:aws:iam::**********:instance-profile/web").accountId())
        .isEqualTo("**********");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web",
        "arn:aws:iam::123456789012:role/web",
        "arn:aws:iam::123456789012:instance-profile/",
        "arn:aws:iam::123456789012:instance-profile/team/",
        "arn:aws:iam:eu-west-1:123456789012:instance-profile/web",
        "arn:aws:iam::123456789012:instance-profile/web\r\nx"
      })
  void what_is_no_arn_of_a_profile_is_refused_with_the_rule(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InstanceProfileArn.parse(text))
        .withMessageContainingAll(
            text.replace("\r\n", "??"), "arn:PARTITION:iam::ACCOUNT:instance-profile/PATH/NAME");
  }

  @Test
  void parts_that_make_no_arn_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InstanceProfileArn("aws", "123456789012", "team", "web"));
  }

  @Test
  void only_ids_of_the_form_that_aws_issues_are_evidence() {
    assertThat(InstanceProfileId.of("AIPA0123456789ABCDEFG").issuedByAws()).isTrue();
    assertThat(InstanceProfileId.of("AIPA0123456789abcdefg").issuedByAws()).isFalse();
    assertThat(InstanceProfileId.of("**********").issuedByAws()).isFalse();
  }

  @Test
  void a_blank_profile_id_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InstanceProfileId.of(" "))
        .withMessageContaining("GetInstanceProfile");
  }
}
