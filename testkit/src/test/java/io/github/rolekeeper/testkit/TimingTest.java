package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** The durations of which no other test sets another value than the default. */
class TimingTest {
  @ParameterizedTest
  @CsvSource({
    "SESSION_DURATION, PT0.000000001S",
    "METADATA_REFRESH, PT0.999S",
    "SESSION_DURATION, P3650000D",
    "IAM_TO_EC2, PT-1S",
    "METADATA_LAG, P3650000D"
  })
  void a_timing_that_no_account_could_keep_is_refused_with_its_bounds(
      Timing timing, Duration value) {
    assertThatThrownBy(() -> SimulatedAccount.builder().timing(timing, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(timing.name())
        .hasMessageContaining("must be from");
  }

  @Test
  void a_long_time_of_short_sessions_is_not_lived_through_session_by_session() {
    try (SimulatedAccount account =
        SimulatedAccount.builder()
            .withoutPort()
            .timing(Timing.SESSION_DURATION, Duration.ofSeconds(1))
            .timing(Timing.RENEWAL_LEAD, Duration.ofMillis(999))
            .build()) {
      account.createInstanceProfile("web", "web-role");
      account.launchInstance("web");

      account.clock().advance(Duration.ofDays(3650));

      assertThat(account.snapshot().split("\"accessKeyId\"", -1)).hasSizeLessThan(5_000);
    }
  }

  private static final String ROLE = "iam/security-credentials/web-role";

  @Test
  void the_metadata_are_refreshed_as_often_as_a_test_says() {
    try (SimulatedAccount account =
        SimulatedAccount.builder().timing(Timing.METADATA_REFRESH, Duration.ofHours(2)).build()) {
      account.createInstanceProfile("web", "web-role");
      var metadata = new MetadataReader(account.launchInstance("web"));
      String first = metadata.metaData(ROLE);

      account.clock().advance(Duration.ofMinutes(119));
      assertThat(metadata.metaData(ROLE)).isEqualTo(first);
      account.clock().advance(Duration.ofMinutes(1));
      assertThat(metadata.metaData(ROLE)).isNotEqualTo(first);
    }
  }

  @Test
  void the_next_session_is_there_as_long_before_the_end_as_a_test_says() {
    try (SimulatedAccount account =
        SimulatedAccount.builder()
            .timing(Timing.SESSION_DURATION, Duration.ofMinutes(30))
            .timing(Timing.RENEWAL_LEAD, Duration.ofMinutes(10))
            .build()) {
      account.createInstanceProfile("web", "web-role");
      var metadata = new MetadataReader(account.launchInstance("web"));
      String first = metadata.metaData(ROLE);

      account.clock().advance(Duration.ofMinutes(19));
      assertThat(metadata.metaData(ROLE)).isEqualTo(first);
      account.clock().advance(Duration.ofMinutes(1));
      assertThat(metadata.metaData(ROLE)).isNotEqualTo(first);
    }
  }

  @Test
  void a_group_waits_as_long_with_a_stopped_member_as_a_test_says() {
    try (SimulatedAccount account =
            SimulatedAccount.builder()
                .timing(Timing.AUTO_SCALING_REPLACEMENT, Duration.ofMinutes(20))
                .build();
        Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
        AutoScalingClient groups =
            SdkClients.administrator(account).build(AutoScalingClient.builder())) {
      account.createInstanceProfile("web", "web-role");
      String id = account.launchInstance("web").id();
      groups.createAutoScalingGroup(r -> r.autoScalingGroupName("g").minSize(0).maxSize(1));
      groups.attachInstances(r -> r.autoScalingGroupName("g").instanceIds(id));
      ec2.stopInstances(r -> r.instanceIds(id));

      account.clock().advance(Duration.ofMinutes(19));
      assertThat(state(ec2, id)).isEqualTo("stopped");
      account.clock().advance(Duration.ofMinutes(1));
      assertThat(state(ec2, id)).isEqualTo("terminated");
    }
  }

  private static String state(Ec2Client ec2, String id) {
    return ec2.describeInstances(r -> r.instanceIds(id))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .nameAsString();
  }

  @Test
  void a_member_that_was_started_and_is_stopped_again_has_as_long_again() {
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build();
        Ec2Client ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
        AutoScalingClient groups =
            SdkClients.administrator(account).inProcess().build(AutoScalingClient.builder())) {
      String id = account.launchInstance(InstanceOptions.of()).id();
      groups.createAutoScalingGroup(r -> r.autoScalingGroupName("g").minSize(0).maxSize(1));
      groups.attachInstances(r -> r.autoScalingGroupName("g").instanceIds(id));
      ec2.stopInstances(r -> r.instanceIds(id));
      account.clock().advance(Duration.ofMinutes(1));
      ec2.startInstances(r -> r.instanceIds(id));
      account.clock().advance(Duration.ofMinutes(3));
      ec2.stopInstances(r -> r.instanceIds(id));

      account.clock().advance(Duration.ofMinutes(4));
      assertThat(state(ec2, id)).isEqualTo("stopped");
      account.clock().advance(Duration.ofMinutes(1));
      assertThat(state(ec2, id)).isEqualTo("terminated");
    }
  }
}
