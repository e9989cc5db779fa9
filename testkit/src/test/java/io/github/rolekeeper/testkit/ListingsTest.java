package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;

/** Filters, and the pages of lists that few ask for by pages. */
class ListingsTest {
  private static final String BUCKETS =
      IntStream.range(0, 7)
          .mapToObj(i -> "\"" + (i < 5 ? "logs-" : "data-") + i + "\":\"2026-01-01T00:00:00Z\"")
          .collect(Collectors.joining(",", "{\"buckets\":{", "}}"));

  @Test
  void buckets_come_in_pages_and_by_prefix() {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().seed(BUCKETS).build();
        var s3 = SdkClients.administrator(account).inProcess().build(S3Client.builder())) {
      assertThat(s3.listBuckets(r -> r.maxBuckets(2)).buckets()).hasSize(2);
      assertThat(s3.listBucketsPaginator(r -> r.maxBuckets(2)).buckets()).hasSize(7);
      assertThat(s3.listBucketsPaginator(r -> r.maxBuckets(2).prefix("logs-")).buckets())
          .extracting(Bucket::name)
          .containsExactly("logs-0", "logs-1", "logs-2", "logs-3", "logs-4");
      assertThat(s3.listBuckets(r -> r.bucketRegion("eu-west-1")).buckets()).isEmpty();
      assertThat(s3.listBuckets().buckets()).hasSize(7);
    }
  }

  @Test
  void the_page_limit_holds_for_buckets_and_types_too() {
    try (SimulatedAccount account =
            SimulatedAccount.builder().withoutPort().seed(BUCKETS).pageLimit(3).build();
        var s3 = SdkClients.administrator(account).inProcess().build(S3Client.builder());
        var ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder())) {
      List<InstanceType> types =
          List.of(
              InstanceType.T3_MICRO,
              InstanceType.M5_LARGE,
              InstanceType.C5_LARGE,
              InstanceType.R5_LARGE);

      assertThat(s3.listBuckets().buckets()).hasSize(3);
      assertThat(s3.listBucketsPaginator().buckets()).hasSize(7);
      assertThat(ec2.describeInstanceTypes(r -> r.instanceTypes(types)).instanceTypes()).hasSize(3);
      assertThat(ec2.describeInstanceTypesPaginator(r -> r.instanceTypes(types)).instanceTypes())
          .hasSize(4);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vpc-id, vpc-0f1e2d3c4b5a69788, vpc-1",
    "subnet-id, subnet-0a1b2c3d4e5f60718, subnet-1",
    "key-name, my-key, your-key",
    "tag-value, blue, green",
    "tag:odd, a\\*b, a\\*c",
    "instance.group-name, default, other",
    "owner-id, 123456789012, 210987654321",
    "tenancy, default, host",
    "root-device-type, ebs, instance-store",
    "monitoring-state, disabled, enabled",
    "private-dns-name, ip-*.ec2.internal, x*",
    "metadata-options.http-tokens, optional, required"
  })
  void instances_are_found_by_what_they_are(String filter, String theirs, String others) {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build()) {
      String id =
          account
              .launchInstance(
                  InstanceOptions.of()
                      .with(Detail.KEY_NAME, "my-key")
                      .withTag("team", "blue")
                      .withTag("odd", "a*b"))
              .id();

      assertThat(filtered(account, "DescribeInstances", filter, theirs)).contains(id);
      assertThat(filtered(account, "DescribeInstances", filter, others)).doesNotContain(id);
    }
  }

  @Test
  void an_escaped_star_in_a_filter_is_a_star() {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build()) {
      String id = account.launchInstance(InstanceOptions.of().withTag("odd", "axb")).id();

      assertThat(filtered(account, "DescribeInstances", "tag:odd", "a*b")).contains(id);
      assertThat(filtered(account, "DescribeInstances", "tag:odd", "a\\*b")).doesNotContain(id);
    }
  }

  @Test
  void the_status_is_found_by_what_the_checks_say_and_by_no_id() {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build()) {
      String id = account.launchInstance(InstanceOptions.of()).id();
      String operation = "DescribeInstanceStatus";

      assertThat(filtered(account, operation, "instance-status.status", "ok")).contains(id);
      assertThat(filtered(account, operation, "system-status.status", "impaired"))
          .doesNotContain(id);
      assertThat(filtered(account, operation, "instance-id", id)).contains("InvalidParameterValue");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"groupSet", "kernel", "ramdisk", "sourceDestCheck"})
  void an_attribute_of_an_instance_is_told(String attribute) {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build()) {
      String id = account.launchInstance(InstanceOptions.of()).id();

      assertThat(
              QueryCall.send(
                      account,
                      "ec2",
                      "DescribeInstanceAttribute",
                      "InstanceId=" + id,
                      "Attribute=" + attribute)
                  .body())
          .contains("<" + attribute);
    }
  }

  private static String filtered(
      SimulatedAccount account, String operation, String filter, String value) {
    return QueryCall.send(
            account,
            "ec2",
            operation,
            Stream.of("Filter.1.Name=" + filter, "Filter.1.Value.1=" + value)
                .toArray(String[]::new))
        .body();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DescribeInstances",
        "DescribeInstanceStatus",
        "DescribeIamInstanceProfileAssociations",
        "DescribeTags",
        "DescribeLaunchTemplates"
      })
  void a_filter_that_there_is_not_is_refused_even_where_nothing_is_left_to_filter(
      String operation) {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build()) {
      assertThat(filtered(account, operation, "nonsense", "x")).contains("InvalidParameterValue");
    }
  }
}
