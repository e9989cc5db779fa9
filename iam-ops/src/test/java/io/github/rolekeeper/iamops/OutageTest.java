package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;

/** A stop that went out: the instance runs again, whatever happens, or the verdict says so. */
class OutageTest {
  /** Beside the question whether it would be allowed. */
  private static final int[] EACH_REAL_CALL = IntStream.rangeClosed(2, 500).toArray();

  private static void runsAgain(Broken broken, RepairReport report) {
    assertThat(broken.stateName()).as(report.describe()).isEqualTo("running");
    assertThat(broken.writes()).endsWith("StopInstances", "StartInstances");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GetInstanceProfile",
        "DescribeIamInstanceProfileAssociations",
        "DescribeInstances"
      })
  void a_caller_who_may_look_at_nothing_any_more_starts_it_all_the_same(String read) {
    try (var broken = new Broken(Broken.State.B5)) {
      broken.account.inject(
          Fault.anotherActor(
                  () ->
                      broken.account.inject(
                          Fault.error(403, "UnauthorizedOperation", "no").on(read).times(1000)))
              .on("StopInstances")
              .atCalls(2));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      broken.account.clearFaults();
      broken.clock.advance(Duration.ofMinutes(5));
      assertThat(broken.stateName()).as(report.describe()).isEqualTo("running");
      assertThat(report.succeeded()).isFalse();
      if (read.equals("DescribeInstances")) {
        assertThat(report.verdict()).isEqualTo(RepairVerdict.INSTANCE_DOWN);
        assertThat(report.advice()).contains("look at its state");
      }
    }
  }

  @Test
  void an_interrupt_waits_until_it_runs_and_is_handed_on() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken.process(
              wait -> {
                broken.clock.advance(wait);
                if (broken.stateName().equals("stopping")) {
                  throw new InterruptedException();
                }
              },
              new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());

      RepairReport report = ops.execute(plan);

      assertThat(Thread.interrupted()).as("the interrupt status is kept").isTrue();
      runsAgain(broken, report);
      assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
      assertThat(report.advice()).contains("interrupted");
    }
  }

  @Test
  void an_interrupt_in_the_very_call_does_not_keep_it_down_either() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              at(StopInstancesRequest.class, () -> Thread.currentThread().interrupt()));
      RepairPlan plan = ops.plan(broken.target());

      RepairReport report = ops.execute(plan);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(broken.stateName()).as(report.describe()).isEqualTo("running");
    }
  }

  @Test
  void an_error_in_the_call_or_in_a_wait_is_thrown_when_it_runs() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken.process(
              wait -> {
                broken.clock.advance(wait);
                if (broken.stateName().equals("stopped")) {
                  throw new LinkageError("no class");
                }
              },
              new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());

      assertThatThrownBy(() -> ops.execute(plan)).isInstanceOf(LinkageError.class);

      assertThat(broken.stateName()).isEqualTo("running");
    }
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              at(
                  StartInstancesRequest.class,
                  () -> {
                    throw new OutOfMemoryError("no room");
                  }));
      RepairPlan plan = ops.plan(broken.target());

      assertThatThrownBy(() -> ops.execute(plan)).isInstanceOf(OutOfMemoryError.class);

      assertThat(broken.stateName()).isEqualTo("running");
    }
  }

  @Test
  void what_a_listener_throws_changes_nothing() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      var begun = new ArrayList<String>();

      RepairReport report =
          ops.execute(
              ops.plan(broken.target()),
              new RepairListener() {
                @Override
                public void onStepBegin(RepairStep step) {
                  begun.add(step.operation());
                  throw new IllegalStateException("listener");
                }

                @Override
                public void onStep(StepOutcome outcome) {
                  throw new AssertionError("listener");
                }

                @Override
                public void onWait(RepairProgress.RetryAfter wait) {
                  throw new StackOverflowError("listener");
                }
              });

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(begun)
          .containsExactly(
              "ReplaceIamInstanceProfileAssociation", "StopInstances", "StartInstances");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {3600, -3600})
  void a_wall_clock_that_is_set_neither_ends_patience_nor_makes_it_endless(long seconds) {
    try (var broken = new Broken(Broken.State.B5)) {
      var offset = new AtomicReference<>(Duration.ZERO);
      InstanceProfileOps ops =
          broken
              .builder(
                  new KeptJournal(),
                  at(StopInstancesRequest.class, () -> offset.set(Duration.ofSeconds(seconds))))
              .clock(() -> broken.clock.instant().plus(offset.get()))
              .build();

      RepairReport report = ops.execute(ops.plan(broken.target()));

      runsAgain(broken, report);
      assertThat(report.outcomes())
          .allSatisfy(
              each -> assertThat(each.elapsed()).isBetween(Duration.ZERO, Duration.ofMinutes(30)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"UnauthorizedOperation", "InsufficientCapacityOnHost", "IncorrectInstanceState"})
  void a_start_that_is_refused_for_a_while_is_tried_until_it_is_taken(String code) {
    try (var broken = new Broken(Broken.State.B5)) {
      broken.account.inject(
          Fault.error(400, code, "later").on("StartInstances").atCalls(2, 3, 4, 5));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
    }
  }

  @Test
  void a_start_that_is_refused_for_ever_is_no_success_and_the_next_plan_begins_with_it() {
    try (var broken = new Broken(Broken.State.B5)) {
      Journal journal = new KeptJournal();
      broken.account.inject(
          Fault.error(403, "UnauthorizedOperation", "no")
              .on("StartInstances")
              .atCalls(EACH_REAL_CALL));
      InstanceProfileOps ops = broken.process(journal);

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).isEqualTo(RepairVerdict.INSTANCE_DOWN);
      assertThat(report.succeeded()).isFalse();
      assertThat(report.advice()).contains("IT IS DOWN", "StartInstances");
      broken.account.clearFaults();
      InstanceDiagnosis diagnosis = broken.process(journal).diagnose(broken.id);
      assertThat(diagnosis.findings().get(0).type()).isEqualTo(FindingType.STOPPED_BY_REPAIR);
      assertThat(diagnosis.findings().get(0).permissions()).contains("ec2:StartInstances");
      RepairPlan next = broken.process(journal).plan(broken.target());
      assertThat(next.steps()).extracting(RepairStep::operation).containsExactly("StartInstances");
      assertThat(next.policy()).contains("ec2:StartInstances");
      assertThat(broken.process(journal).execute(next).verdict()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.process(journal).diagnose(broken.id).findings()).isEmpty();
    }
  }

  @Test
  void an_instance_that_falls_back_to_stopped_is_started_again_and_the_reason_is_told() {
    try (var broken = new Broken(Broken.State.B5)) {
      var falls = new AtomicReference<>(2);
      InstanceProfileOps ops =
          broken.process(
              wait -> {
                // As where the key of an encrypted volume may not be used: EC2 takes the call.
                if (broken.stateName().equals("pending") && falls.get() > 0) {
                  falls.set(falls.get() - 1);
                  broken.clock.advance(Duration.ofSeconds(20));
                  broken.admin().stopInstances(r -> r.instanceIds(broken.id.value()));
                  broken.clock.advance(Duration.ofSeconds(20));
                }
                broken.clock.advance(wait);
              },
              new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(broken.stateName()).as(report.describe()).isEqualTo("running");
      assertThat(broken.writes().stream().filter("StartInstances"::equals)).hasSize(3);
    }
  }

  @Test
  void an_instance_that_always_falls_back_is_down_and_the_reason_of_ec2_is_the_code() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken.process(
              wait -> {
                if (broken.stateName().equals("pending")) {
                  broken.clock.advance(Duration.ofSeconds(20));
                  broken.admin().stopInstances(r -> r.instanceIds(broken.id.value()));
                  broken.clock.advance(Duration.ofSeconds(20));
                }
                broken.clock.advance(wait);
              },
              new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.INSTANCE_DOWN);
      StepOutcome start = report.outcomes().get(2);
      assertThat(start.detail()).contains("stopped again", "kms:CreateGrant");
      assertThat(start.failure().orElseThrow().code()).contains("Client.UserInitiatedShutdown");
    }
  }

  @Test
  void nobody_stops_the_host_that_it_runs_on() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps onIt =
          broken.builder(new KeptJournal()).ownHost(broken.id::equals).build();

      RepairPlan plan = onIt.plan(broken.target());

      assertThat(plan.steps())
          .extracting(RepairStep::operation)
          .containsExactly("ReplaceIamInstanceProfileAssociation");
      assertThat(plan.notes())
          .anySatisfy(
              note -> assertThat(note).contains("this program runs on it", "from elsewhere"));
      RepairPlan made = broken.process(new KeptJournal()).plan(broken.target());
      RepairReport report = onIt.execute(made);
      assertThat(report.outcomes().get(0).failure().orElseThrow().kind())
          .isEqualTo(StepFailure.Kind.REFUSED_BY_GUARD);
      assertThat(broken.writes()).isEmpty();
    }
  }

  @Test
  void a_host_that_does_not_tell_which_it_is_speaks_against_a_stop() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops =
          broken
              .builder(new KeptJournal())
              .ownHost(
                  id -> {
                    throw new IllegalStateException("silent");
                  })
              .build();

      assertThat(ops.plan(broken.target()).notes())
          .anySatisfy(note -> assertThat(note).contains("could not be found out: silent"));
    }
  }

  @Test
  void a_start_that_would_be_denied_keeps_it_from_being_stopped() {
    try (var broken = new Broken(Broken.State.B5)) {
      broken.account.inject(
          Fault.error(403, "UnauthorizedOperation", "no").on("StartInstances").times(1));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairReport report = ops.execute(ops.plan(broken.target()));

      StepOutcome stop = report.outcomes().get(1);
      assertThat(stop.failure().orElseThrow())
          .isEqualTo(
              new Values.Failure(
                  StepFailure.Kind.DENIED, java.util.Optional.of("UnauthorizedOperation"), false));
      assertThat(stop.detail()).contains("StartInstances", "DryRun", "is not stopped");
      assertThat(broken.account.mutatingCalls()).doesNotContain("StopInstances");
      assertThat(broken.stateName()).isEqualTo("running");
    }
  }

  @Test
  void without_a_journal_that_outlives_the_process_nothing_is_written() {
    for (Journal journal : List.of(Journal.inMemory(), Journal.none())) {
      try (var broken = new Broken(Broken.State.B5)) {
        InstanceProfileOps ops = broken.process(journal);

        RepairReport report = ops.execute(ops.plan(broken.target()));

        StepOutcome refused = report.outcomes().get(0);
        assertThat(refused.step().operation()).isEqualTo("StopInstances");
        assertThat(refused.failure().orElseThrow().kind()).isEqualTo(StepFailure.Kind.JOURNAL);
        assertThat(refused.detail()).contains("Journal.inDirectory(path)", "Nothing was done");
        assertThat(broken.writes()).isEmpty();
      }
    }
  }

  @Test
  void a_scheduler_that_takes_no_more_does_not_keep_it_down() {
    try (var broken = new Broken(Broken.State.B5)) {
      broken.account.timing(Timing.INSTANCE_STOP, Duration.ZERO);
      var scheduler =
          new ScheduledThreadPoolExecutor(1) {
            @Override
            public java.util.concurrent.ScheduledFuture<?> schedule(
                Runnable piece, long delay, java.util.concurrent.TimeUnit unit) {
              broken.clock.advance(Duration.of(delay, unit.toChronoUnit()));
              return super.schedule(piece, 0, unit);
            }
          };
      InstanceProfileOps ops =
          broken.process(new KeptJournal(), at(StopInstancesRequest.class, scheduler::shutdown));
      RepairPlan plan = ops.plan(broken.target());

      RepairReport report = ops.executeAsync(plan, outcome -> {}, scheduler).join();

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.stateName()).isEqualTo("running");
    }
  }

  private static ExecutionInterceptor at(Class<?> request, Runnable act) {
    return new ExecutionInterceptor() {
      private boolean happened;

      @Override
      public void afterTransmission(
          Context.AfterTransmission context, ExecutionAttributes executionAttributes) {
        if (!happened
            && request.isInstance(context.request())
            && !Broken.onlyAsks(context.request())) {
          happened = true;
          act.run();
        }
      }
    };
  }
}
