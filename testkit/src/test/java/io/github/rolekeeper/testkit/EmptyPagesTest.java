package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A page of a listing that is empty and has a token all the same, as the SDK's paginators see it.
 */
class EmptyPagesTest {
  private SimulatedAccount account;
  private SdkClients clients;
  private String instance;

  @BeforeEach
  void launch() {
    account =
        SimulatedAccount.builder()
            .withoutPort()
            .timing(Timing.CLOUDTRAIL_DELIVERY, Duration.ZERO)
            .build();
    clients = SdkClients.administrator(account).inProcess();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web").id();
  }

  @AfterEach
  void close() {
    account.close();
  }

  @Test
  void whoever_stops_at_an_empty_page_misses_an_association() {
    account.inject(Fault.emptyPage().on("DescribeIamInstanceProfileAssociations").times(1));
    try (var ec2 = clients.build(Ec2Client.builder())) {
      var first = ec2.describeIamInstanceProfileAssociations();
      assertThat(first.iamInstanceProfileAssociations()).isEmpty();
      assertThat(first.nextToken()).isNotBlank();

      assertThat(
              ec2.describeIamInstanceProfileAssociations(r -> r.nextToken(first.nextToken()))
                  .iamInstanceProfileAssociations())
          .hasSize(1);
    }
  }

  @Test
  void the_sdks_paginators_go_on_behind_an_empty_page_of_ec2_and_iam() {
    account.launchInstance("web");
    account.inject(Fault.emptyPage().on("ec2:Describe*").atCalls(1, 3));
    account.inject(Fault.emptyPage().on("iam:List*").times(2));
    try (var ec2 = clients.build(Ec2Client.builder());
        var iam = clients.build(IamClient.builder())) {
      var pages = ec2.describeInstancesPaginator(r -> r.maxResults(5));
      assertThat(pages.stream().toList().get(0).reservations()).isEmpty();
      assertThat(ec2.describeInstancesPaginator().reservations()).hasSize(2);

      assertThat(iam.listInstanceProfilesPaginator().stream())
          .extracting(page -> page.instanceProfiles().size() + " " + page.isTruncated())
          .containsExactly("0 true", "0 true", "1 false");
    }
  }

  @Test
  void an_empty_page_in_the_middle_loses_and_repeats_nothing() {
    try (SimulatedAccount narrow = SimulatedAccount.builder().withoutPort().pageLimit(1).build();
        var iam = SdkClients.administrator(narrow).inProcess().build(IamClient.builder())) {
      for (String name : new String[] {"a", "b", "c"}) {
        narrow.createInstanceProfile(name, "role");
      }
      narrow.inject(Fault.emptyPage().atCalls(2, 4));

      assertThat(iam.listInstanceProfilesPaginator().instanceProfiles())
          .extracting(profile -> profile.instanceProfileName())
          .containsExactly("a", "b", "c");
      assertThat(narrow.calls()).hasSize(5);
    }
  }

  @Test
  void the_lists_of_the_other_services_have_empty_pages_too() {
    account.inject(Fault.emptyPage().on("autoscaling:*").times(1));
    account.inject(Fault.emptyPage().on("s3:*").times(1));
    account.inject(Fault.emptyPage().on("cloudtrail:*").times(1));
    try (var groups = clients.build(AutoScalingClient.builder());
        var buckets = clients.build(S3Client.builder());
        var trail = clients.build(CloudTrailClient.builder())) {
      assertThat(groups.describeAutoScalingGroups().nextToken()).isNotBlank();
      groups.createAutoScalingGroup(r -> r.autoScalingGroupName("g").minSize(0).maxSize(1));
      assertThat(groups.describeAutoScalingGroupsPaginator().autoScalingGroups()).hasSize(1);
      assertThat(buckets.listBucketsPaginator().stream().toList())
          .hasSize(2)
          .first()
          .satisfies(page -> assertThat(page.buckets()).isEmpty());
      assertThat(trail.lookupEventsPaginator().stream().toList().get(0).events()).isEmpty();
    }
  }

  @Test
  void what_lists_nothing_in_pages_is_answered_as_ever() {
    account.inject(Fault.emptyPage());

    assertThat(
            QueryCall.send(
                    account,
                    "ec2",
                    "DescribeInstanceAttribute",
                    "InstanceId=" + instance,
                    "Attribute=instanceType")
                .body())
        .contains("t3.micro");
  }
}
