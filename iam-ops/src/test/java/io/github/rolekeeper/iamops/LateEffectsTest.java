package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsResponse;

/** What AWS shows too late, and what takes effect too late. */
class LateEffectsTest {
  @Test
  void an_instance_whose_metadata_recovers_while_it_is_being_stopped_is_started_again() {
    try (var broken = new Broken(Broken.State.B3)) {
      // Just after the patience of two minutes, when the call to stop has gone out.
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(123));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(broken.writes())
          .containsExactly(
              "ReplaceIamInstanceProfileAssociation", "StopInstances", "StartInstances");
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.healthy()).isTrue();
    }
  }

  @Test
  void a_stop_that_takes_effect_after_the_metadata_has_recovered_is_waited_for_and_undone() {
    try (var broken = new Broken(Broken.State.B3)) {
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(123));
      var sent = new AtomicReference<Instant>();
      var stopped = new AtomicReference<Boolean>(false);
      // The request is held up on its way: no answer, and its effect a minute later.
      broken.account.inject(
          Fault.anotherActor(() -> sent.set(broken.clock.instant()))
              .on("StopInstances")
              .atCalls(2));
      broken.account.inject(Fault.connectionReset().on("StopInstances").atCalls(2));
      InstanceProfileOps ops =
          broken.process(
              delay -> {
                broken.clock.advance(delay);
                Instant late = sent.get() == null ? Instant.MAX : sent.get().plusSeconds(60);
                if (!stopped.get() && broken.clock.instant().isAfter(late)) {
                  stopped.set(true);
                  broken.admin().stopInstances(r -> r.instanceIds(broken.id.value()));
                }
              },
              new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(stopped.get()).as("the run did not end before the effect").isTrue();
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.healthy()).isTrue();
    }
  }

  @Test
  void one_stale_read_does_not_end_a_repair() {
    try (var broken = new Broken(Broken.State.B2)) {
      // Every second read shows IAM as it was before the profile was made and given its role.
      broken.account.timing(Timing.IAM_READ_AFTER_WRITE, Duration.ofSeconds(30));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.writes())
          .containsExactly(
              "CreateInstanceProfile",
              "AddRoleToInstanceProfile",
              "ReplaceIamInstanceProfileAssociation");
    }
  }

  @Test
  void a_new_session_is_waited_for_before_the_repair_of_a_revoked_one_is_called_healthy() {
    try (var broken = new Broken(Broken.State.B10)) {
      // The id is the same before and after: only the age of the credentials tells.
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(60));
      Instant began = broken.clock.instant();
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(Duration.between(began, broken.clock.instant()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(60));
      assertThat(broken.healthy()).isTrue();
      assertThat(broken.writes()).containsExactly("ReplaceIamInstanceProfileAssociation");
    }
  }

  @Test
  void a_role_that_the_metadata_shows_from_before_the_swap_is_waited_out() {
    try (var broken = new Broken(Broken.State.B4)) {
      // The profile is associated with its own id: name, ARN and id are the same before and after.
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(60));
      Instant began = broken.clock.instant();
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(report.lagsUntil()).isEmpty();
      assertThat(report.advice()).contains("up to 30 minutes", "restart one that still fails");
      assertThat(Duration.between(began, broken.clock.instant()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(60));
      assertThat(broken.writes())
          .containsExactly("AddRoleToInstanceProfile", "ReplaceIamInstanceProfileAssociation");
    }
  }

  @Test
  void a_role_that_the_metadata_goes_on_to_show_is_called_a_lag_and_no_reason_to_stop() {
    try (var broken = new Broken(Broken.State.B4)) {
      broken.account.timing(Timing.METADATA_LAG, Duration.ofMinutes(30));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict())
          .as(report.describe())
          .isEqualTo(RepairVerdict.REPAIRED_METADATA_LAGS);
      Instant until = report.lagsUntil().orElseThrow();
      assertThat(report.advice())
          .contains("as before the association was made", "until " + until, "diagnose again");
      assertThat(broken.writes())
          .containsExactly("AddRoleToInstanceProfile", "ReplaceIamInstanceProfileAssociation");
      broken.clock.set(until);
      assertThat(broken.healthy()).isTrue();
    }
  }

  @Test
  void a_second_run_does_not_take_the_metadata_of_before_the_swap_for_proof_either() {
    try (var broken = new Broken(Broken.State.B4)) {
      broken.account.timing(Timing.METADATA_LAG, Duration.ofMinutes(30));
      InstanceProfileOps first = broken.process(new KeptJournal());
      RepairPlan plan = first.plan(broken.target());
      first.execute(plan);

      RepairReport again = broken.process(new KeptJournal()).execute(plan);

      assertThat(again.verdict())
          .as(again.describe())
          .isEqualTo(RepairVerdict.REPAIRED_METADATA_LAGS);
    }
  }

  @Test
  void a_role_that_the_metadata_shows_at_first_and_then_loses_is_cured_by_the_last_rung() {
    // Where EC2 takes a profile in which it sees no role yet.
    try (var broken = new Broken(Broken.State.B4, Rule.PROFILE_WITHOUT_ROLE_IS_REFUSED)) {
      // When the metadata follows, EC2 does not see the role in the profile yet.
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(30));
      broken.account.timing(Timing.IAM_TO_EC2, Duration.ofSeconds(100));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.writes()).endsWith("StopInstances", "StartInstances");
      assertThat(broken.healthy()).isTrue();
    }
  }

  @Test
  void where_an_association_has_no_time_another_key_in_the_metadata_is_the_proof() {
    try (var broken = new Broken(Broken.State.B4)) {
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(60));
      Instant began = broken.clock.instant();
      InstanceProfileOps ops = broken.process(new KeptJournal(), new WithoutTimes());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(Duration.between(began, broken.clock.instant()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(60));
    }
  }

  private static final class WithoutTimes implements ExecutionInterceptor {
    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes executionAttributes) {
      return context.response() instanceof DescribeIamInstanceProfileAssociationsResponse answer
          ? answer.toBuilder()
              .iamInstanceProfileAssociations(
                  answer.iamInstanceProfileAssociations().stream()
                      .map(each -> each.toBuilder().timestamp(null).build())
                      .toList())
              .build()
          : context.response();
    }
  }

  @Test
  void the_advice_for_a_stopped_instance_does_not_send_anybody_to_its_metadata() {
    try (var broken = new Broken(Broken.State.B3_STOPPED)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      assertThat(ops.diagnose(broken.id).unknowns())
          .singleElement()
          .asString()
          .contains("because it is stopped", "when it is started");

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
      assertThat(report.advice()).contains("is stopped", "when it is started");
    }
  }

  @Test
  void an_error_without_a_code_is_no_answer_and_looked_at_again() {
    try (var broken = new Broken(Broken.State.B2)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());
      // IAM's "no such profile", of which only the status arrives.
      broken.account.inject(Fault.garbled().on("GetInstanceProfile").times(1));

      assertThat(ops.execute(plan).verdict()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.writes()).hasSize(3);
    }
  }
}
