package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingInstanceDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;

class AutoScalingTest {
  private static final Duration REPLACEMENT = Duration.ofMinutes(5);
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private AutoScalingClient autoScaling;
  private Ec2Client ec2;

  @BeforeEach
  void attach() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    autoScaling = SdkClients.administrator(account).build(AutoScalingClient.builder());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
    autoScaling.createAutoScalingGroup(
        r -> r.autoScalingGroupName("fleet").minSize(0).maxSize(2).desiredCapacity(0));
    autoScaling.attachInstances(r -> r.autoScalingGroupName("fleet").instanceIds(instance.id()));
  }

  @AfterEach
  void close() {
    autoScaling.close();
    ec2.close();
    account.close();
  }

  @Test
  void a_member_is_described_by_its_group_and_bears_its_tag() {
    assertThat(member().autoScalingGroupName()).isEqualTo("fleet");
    assertThat(member().lifecycleState()).isEqualTo("InService");
    assertThat(
            autoScaling
                .describeAutoScalingGroups(r -> r.autoScalingGroupNames("fleet"))
                .autoScalingGroups())
        .singleElement()
        .satisfies(
            group -> {
              assertThat(group.desiredCapacity()).isEqualTo(1);
              assertThat(group.instances()).hasSize(1);
            });
    assertThat(
            ec2.describeTags(r -> r.filters(f -> f.name("key").values("aws:autoscaling:*"))).tags())
        .singleElement()
        .satisfies(tag -> assertThat(tag.value()).isEqualTo("fleet"));
  }

  @Test
  void a_member_that_is_stopped_is_unhealthy_and_terminated_in_a_while() {
    stop();

    assertThat(member().healthStatus()).isEqualTo("UNHEALTHY");
    account.clock().advance(REPLACEMENT);
    assertThat(state()).isEqualTo("terminated");
    assertThat(autoScaling.describeAutoScalingInstances().autoScalingInstances()).isEmpty();
  }

  @Test
  void a_member_that_is_started_in_time_stays() {
    stop();
    account.clock().advance(REPLACEMENT.dividedBy(2));
    ec2.startInstances(r -> r.instanceIds(instance.id()));
    account.clock().advance(REPLACEMENT);

    assertThat(state()).isEqualTo("running");
  }

  @Test
  void a_member_in_standby_can_be_stopped_without_harm_and_return() {
    autoScaling.enterStandby(
        r ->
            r.autoScalingGroupName("fleet")
                .instanceIds(instance.id())
                .shouldDecrementDesiredCapacity(true));
    stop();
    account.clock().advance(REPLACEMENT.multipliedBy(2));

    assertThat(state()).isEqualTo("stopped");
    assertThat(member().lifecycleState()).isEqualTo("Standby");
    assertRefused("not in a running state", this::exitStandby);
    ec2.startInstances(r -> r.instanceIds(instance.id()));
    exitStandby();
    assertThat(member().lifecycleState()).isEqualTo("InService");
  }

  @Test
  void what_makes_no_sense_is_refused_with_a_reason() {
    assertRefused(
        "already part of",
        () ->
            autoScaling.attachInstances(
                r -> r.autoScalingGroupName("fleet").instanceIds(instance.id())));
    assertRefused(
        "'nobody' not found",
        () ->
            autoScaling.attachInstances(
                r -> r.autoScalingGroupName("nobody").instanceIds(instance.id())));
    assertRefused("is not in Standby state", this::exitStandby);
    assertRefused(
        "Invalid Instance ID(s)",
        () ->
            autoScaling.enterStandby(
                r ->
                    r.autoScalingGroupName("fleet")
                        .instanceIds("i-0123456789abcdef0")
                        .shouldDecrementDesiredCapacity(true)));
    assertThatThrownBy(
            () -> autoScaling.deleteAutoScalingGroup(r -> r.autoScalingGroupName("fleet")))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ResourceInUse"));
  }

  @Test
  void a_group_without_members_can_be_deleted() {
    var detached =
        autoScaling.detachInstances(
            r ->
                r.autoScalingGroupName("fleet")
                    .instanceIds(instance.id())
                    .shouldDecrementDesiredCapacity(true));
    assertThat(detached.activities())
        .singleElement()
        .satisfies(each -> assertThat(each.autoScalingGroupName()).isEqualTo("fleet"));
    autoScaling.deleteAutoScalingGroup(r -> r.autoScalingGroupName("fleet"));

    assertThat(autoScaling.describeAutoScalingGroups().autoScalingGroups()).isEmpty();
    assertThat(state()).isEqualTo("running");
  }

  private void exitStandby() {
    autoScaling.exitStandby(r -> r.autoScalingGroupName("fleet").instanceIds(instance.id()));
  }

  private void stop() {
    ec2.stopInstances(r -> r.instanceIds(instance.id()));
  }

  private String state() {
    return ec2.describeInstances(r -> r.instanceIds(instance.id()))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .nameAsString();
  }

  private AutoScalingInstanceDetails member() {
    return autoScaling
        .describeAutoScalingInstances(r -> r.instanceIds(instance.id()))
        .autoScalingInstances()
        .get(0);
  }

  private static void assertRefused(String reason, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> {
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationError");
              assertThat(e.awsErrorDetails().errorMessage()).contains(reason);
            });
  }
}
