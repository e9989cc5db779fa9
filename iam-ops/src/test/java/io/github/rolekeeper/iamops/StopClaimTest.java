package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.iamops.cloudtrail.CloudTrailStopHistory;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.Timing;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;

/**
 * Whose stop it was that an instance is down by: what a repair stopped is started again, and what
 * somebody else stopped is not.
 */
class StopClaimTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration LATER = Duration.ofMinutes(5);

  private final Journal journal = new KeptJournal();

  @Test
  void a_stop_that_was_meant_and_never_sent_does_not_claim_that_of_another_person() {
    try (var broken = new Broken(Broken.State.B5)) {
      die(broken, Death.BEFORE_THE_CALL);
      stoppedByAnother(broken, LATER);
      InstanceProfileOps next = broken.process(journal);

      RepairPlan plan = next.plan(broken.target());

      assertThat(operations(plan)).doesNotContain("StartInstances");
      assertThat(plan.describe())
          .contains(
              "is not started",
              "it was stopped at 2023-03-07T15:",
              "StartInstances " + broken.id + ".");
      assertThat(Repaired.by(next.execute(plan))).isTrue();
      assertThat(broken.stateName()).isEqualTo("stopped");
    }
  }

  @Test
  void a_stop_whose_answer_nobody_lived_to_see_is_told_by_its_moment() {
    try (var broken = new Broken(Broken.State.B5)) {
      die(broken, Death.AFTER_THE_CALL);
      broken.clock.advance(LATER);

      assertThat(started(broken, broken.process(journal))).isTrue();
    }
  }

  @Test
  void where_the_moments_are_the_same_cloudtrail_tells_the_two_apart() {
    try (var broken = new Broken(Broken.State.B5);
        var trail = trail(broken)) {
      die(broken, Death.BEFORE_THE_CALL);
      stoppedByAnother(broken, SOON);
      // CloudTrail shows it after five minutes.
      broken.clock.advance(LATER);
      InstanceProfileOps.Builder next = broken.builder(journal);

      assertThat(operations(next.build().plan(broken.target())))
          .as("without CloudTrail it is taken for the repair's")
          .contains("StartInstances");
      InstanceProfileOps knowing = next.stopHistory(new CloudTrailStopHistory(trail)).build();
      assertThat(operations(knowing.plan(broken.target()))).doesNotContain("StartInstances");
      assertThat(journal.read(broken.id).map(JournalEntry::startOwed)).contains(false);
    }
  }

  @Test
  void where_the_clocks_differ_cloudtrail_tells_that_the_stop_was_ours() {
    try (var broken = new Broken(Broken.State.B5);
        var trail = trail(broken)) {
      UnaryOperator<InstanceProfileOps.Builder> slow =
          builder -> builder.clock(() -> broken.clock.instant().minus(LATER));
      die(broken, Death.AFTER_THE_CALL, slow);
      broken.clock.advance(LATER.plusMinutes(1));
      InstanceProfileOps.Builder next = slow.apply(broken.builder(journal));

      assertThat(next.build().plan(broken.target()).describe()).contains("is not started");
      InstanceProfileOps knowing = next.stopHistory(new CloudTrailStopHistory(trail)).build();
      assertThat(started(broken, knowing)).isTrue();
    }
  }

  @Test
  void a_stop_at_another_moment_than_EC2_tells_is_not_the_one_by_which_it_is_down() {
    try (var broken = new Broken(Broken.State.B5)) {
      die(broken, Death.AFTER_THE_CALL);
      Instant later = broken.clock.instant().plus(LATER);
      broken.clock.advance(LATER);
      // Somebody has stopped what was stopped; the call before is not shown yet.
      var another = new StopHistory.Entry(later, "console.amazonaws.com", "event 2");
      InstanceProfileOps next =
          broken.builder(journal).stopHistory(instance -> List.of(another)).build();

      assertThat(started(broken, next)).isTrue();
    }
  }

  @Test
  void a_history_that_fails_leaves_the_moment_to_decide_and_is_told() {
    try (var broken = new Broken(Broken.State.B5)) {
      die(broken, Death.AFTER_THE_CALL);
      InstanceProfileOps next =
          broken
              .builder(journal)
              .stopHistory(
                  instance -> {
                    throw new IllegalStateException("no trail");
                  })
              .build();

      assertThat(next.plan(broken.target()).diagnosis().unknowns())
          .anySatisfy(
              unknown -> assertThat(unknown.describe()).contains("who stopped", "no trail"));
      assertThat(started(broken, next)).isTrue();
    }
  }

  @Test
  void an_instance_that_shut_itself_down_is_not_taken_for_one_that_was_stopped() {
    try (var broken = new Broken(Broken.State.B5)) {
      die(broken, Death.BEFORE_THE_CALL);
      stoppedByAnother(broken, SOON);
      InstanceProfileOps next =
          broken.process(
              journal,
              new Seen(
                  instance ->
                      instance.toBuilder()
                          .stateReason(r -> r.code("Client.InstanceInitiatedShutdown"))
                          .build()));

      RepairPlan plan = next.plan(broken.target());

      assertThat(operations(plan)).doesNotContain("StartInstances");
      assertThat(plan.describe()).contains("is not started", "Client.InstanceInitiatedShutdown");
    }
  }

  @Test
  void where_nothing_tells_whose_stop_it_was_the_plan_asks() {
    try (var broken = new Broken(Broken.State.B5)) {
      die(broken, Death.BEFORE_THE_CALL);
      stoppedByAnother(broken, SOON);
      InstanceProfileOps next =
          broken.process(
              journal,
              new Seen(
                  instance ->
                      instance.toBuilder().stateReason(r -> {}).stateTransitionReason("").build()));

      RepairPlan plan = next.plan(broken.target());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.nothingToDo()).isFalse();
      assertThat(plan.obstacles())
          .singleElement()
          .asString()
          .contains("EC2 does not tell", "stopHistory(…)", "StartInstances " + broken.id);
    }
  }

  @Test
  void an_instance_that_was_started_and_stopped_since_is_left_as_it_is() {
    try (var broken = new Broken(Broken.State.B5)) {
      // So that AWS's acceptance is written down. Whether it would be allowed is asked first.
      broken.account.inject(
          Fault.error(400, "UnauthorizedOperation", "no")
              .on("StartInstances")
              .atCalls(IntStream.rangeClosed(2, 500).toArray()));
      InstanceProfileOps first = broken.process(journal);
      assertThat(first.execute(first.plan(broken.target())).verdict())
          .isEqualTo(RepairVerdict.INSTANCE_DOWN);
      broken.account.clearFaults();
      assertThat(broken.stateName()).isEqualTo("stopped");
      broken.clock.advance(Duration.ofMinutes(20));
      broken.admin().startInstances(r -> r.instanceIds(broken.id.value()));
      broken.clock.advance(LATER);
      stoppedByAnother(broken, LATER);

      RepairPlan plan = broken.process(journal).plan(broken.target());

      assertThat(operations(plan)).doesNotContain("StartInstances");
      assertThat(plan.describe()).contains("it was started again at");
    }
  }

  @Test
  void a_stop_that_aws_refused_owes_nothing() {
    try (var broken = new Broken(Broken.State.B5)) {
      broken.account.inject(
          Fault.error(400, "OperationNotPermitted", "no").on("StopInstances").atCalls(2));
      InstanceProfileOps ops = broken.process(journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.outcomes()).hasSize(2);
      assertThat(report.advice()).doesNotContain("STOPPED");
      assertThat(journal.read(broken.id).map(JournalEntry::owes)).contains(false);
    }
  }

  @Test
  void a_stop_that_was_refused_after_one_whose_answer_was_lost_is_still_made_good() {
    try (var broken = new Broken(Broken.State.B5)) {
      // The first one only asks whether it would be allowed.
      broken.account.inject(Fault.connectionReset().on("StopInstances").atCalls(2));
      broken.account.inject(Fault.anotherActor(() -> stop(broken)).on("StopInstances").atCalls(3));
      broken.account.inject(
          Fault.error(400, "OperationNotPermitted", "no").on("StopInstances").atCalls(3));
      InstanceProfileOps ops = broken.process(journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.healthy()).isTrue();
    }
  }

  @Test
  void a_stop_that_takes_longer_than_the_patience_is_followed_by_the_start_in_the_same_run() {
    try (var broken = new Broken(Broken.State.B5)) {
      broken.account.timing(Timing.INSTANCE_STOP, Duration.ofMinutes(15));
      broken.account.inject(Fault.lostAnswer().on("StopInstances").atCalls(2));
      InstanceProfileOps ops = broken.process(journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.outcomes())
          .extracting(StepOutcome::status)
          .containsExactly(StepStatus.DONE, StepStatus.FAILED, StepStatus.DONE);
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.healthy()).isTrue();
      assertThat(journal.read(broken.id).map(JournalEntry::owes)).contains(false);
    }
  }

  @Test
  void a_run_that_is_denied_its_look_at_a_stop_starts_the_instance_all_the_same() {
    try (var broken = new Broken(Broken.State.B5)) {
      // The very look that would have shown the stop.
      broken.account.inject(
          Fault.anotherActor(() -> deny(broken, "DescribeInstances"))
              .on("StopInstances")
              .atCalls(2));
      broken.account.inject(Fault.lostAnswer().on("StopInstances").atCalls(2));
      InstanceProfileOps ops = broken.process(journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.outcomes())
          .extracting(StepOutcome::status)
          .containsExactly(StepStatus.DONE, StepStatus.DONE, StepStatus.DONE);
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.healthy()).isTrue();
    }
  }

  @Test
  void an_instance_that_somebody_starts_between_two_looks_was_stopped_all_the_same() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken.process(
              delay -> {
                broken.clock.advance(delay);
                if (broken.stateName().equals("stopping")) {
                  broken.clock.advance(Duration.ofSeconds(30));
                  broken.admin().startInstances(r -> r.instanceIds(broken.id.value()));
                  broken.clock.advance(Duration.ofSeconds(30));
                }
              },
              journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      StepOutcome stop = report.outcomes().get(1);
      assertThat(stop.status()).as(report.describe()).isEqualTo(StepStatus.DONE);
      assertThat(stop.detail()).contains("is started again");
      assertThat(stop.elapsed()).isLessThan(Duration.ofMinutes(5));
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
    }
  }

  @Test
  void an_effect_that_comes_after_the_stop_was_given_up_is_undone_in_the_same_run() {
    try (var broken = new Broken(Broken.State.B5)) {
      var sent = new AtomicReference<>(Instant.MAX);
      broken.account.inject(
          Fault.anotherActor(
                  () -> {
                    sent.set(broken.clock.instant());
                    deny(broken, "DescribeInstances");
                  })
              .on("StopInstances")
              .atCalls(2));
      // The request is held up on its way: no answer, and its effect half a minute later.
      broken.account.inject(Fault.connectionReset().on("StopInstances").atCalls(2));
      InstanceProfileOps ops =
          broken.process(
              delay -> {
                broken.clock.advance(delay);
                if (Duration.between(sent.get(), broken.clock.instant()).toSeconds() >= 30) {
                  sent.set(Instant.MAX);
                  stop(broken);
                }
              },
              journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.outcomes())
          .extracting(StepOutcome::status)
          .containsExactly(StepStatus.DONE, StepStatus.DONE, StepStatus.DONE);
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.healthy()).isTrue();
    }
  }

  private static void deny(Broken broken, String operation) {
    // Not 403 as EC2's: the SDK takes that for a wrong clock, which the virtual one is, and
    // repeats.
    broken.account.inject(Fault.error(400, "UnauthorizedOperation", "no").on(operation).times(1));
  }

  private enum Death {
    BEFORE_THE_CALL,
    AFTER_THE_CALL
  }

  private void die(Broken broken, Death when) {
    die(broken, when, UnaryOperator.identity());
  }

  /** A process that means to stop the instance, writes that down, and dies. */
  private void die(Broken broken, Death when, UnaryOperator<InstanceProfileOps.Builder> settings) {
    var process = new Mortal();
    InstanceProfileOps ops =
        settings
            .apply(broken.builder(process.writing(journal), new Dies(when, process)))
            .pauser(process.pausing(broken.clock::advance))
            .build();
    RepairPlan plan = ops.plan(broken.target());
    assertThatThrownBy(() -> ops.execute(plan)).isInstanceOf(Mortal.Died.class);
    assertThat(journal.read(broken.id).map(JournalEntry::startOwed)).contains(true);
  }

  private static void stoppedByAnother(Broken broken, Duration after) {
    broken.clock.advance(after);
    stop(broken);
    broken.clock.advance(Duration.ofMinutes(1));
  }

  private static void stop(Broken broken) {
    broken.admin().stopInstances(r -> r.instanceIds(broken.id.value()));
  }

  private static boolean started(Broken broken, InstanceProfileOps ops) {
    RepairReport report = ops.execute(ops.plan(broken.target()));
    assertThat(report.outcomes().get(report.outcomes().size() - 1).step().operation())
        .isEqualTo("StartInstances");
    return report.succeeded() && broken.stateName().equals("running");
  }

  private static CloudTrailClient trail(Broken broken) {
    return SdkClients.administrator(broken.account).inProcess().build(CloudTrailClient.builder());
  }

  private static List<String> operations(RepairPlan plan) {
    return plan.steps().stream().map(RepairStep::operation).toList();
  }

  private record Dies(Death when, Mortal process) implements ExecutionInterceptor {
    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      at(Death.BEFORE_THE_CALL, context.request());
    }

    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes executionAttributes) {
      at(Death.AFTER_THE_CALL, context.request());
    }

    private void at(Death now, Object request) {
      process.live();
      if (now == when && request instanceof StopInstancesRequest stop && !Broken.onlyAsks(stop)) {
        process.die();
      }
    }
  }

  /** The instance as another account of AWS would show it. */
  private record Seen(UnaryOperator<Instance> as) implements ExecutionInterceptor {
    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes executionAttributes) {
      return context.response() instanceof DescribeInstancesResponse answer
          ? answer.toBuilder()
              .reservations(
                  answer.reservations().stream()
                      .map(
                          each ->
                              each.toBuilder()
                                  .instances(each.instances().stream().map(as).toList())
                                  .build())
                      .toList())
              .build()
          : context.response();
    }
  }
}
