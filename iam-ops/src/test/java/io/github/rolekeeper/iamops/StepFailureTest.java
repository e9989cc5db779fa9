package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.Fault;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody must read a text to know why a step failed and whether it may have changed something. */
class StepFailureTest {
  private static final String ASSOCIATIONS = "DescribeIamInstanceProfileAssociations";

  private static RepairReport repair(Broken broken) {
    InstanceProfileOps ops = broken.process(new KeptJournal());
    return ops.execute(ops.plan(broken.target()));
  }

  private static StepOutcome failed(RepairReport report) {
    assertThat(report.outcomes())
        .allSatisfy(
            each ->
                assertThat(each.failure().isPresent())
                    .as(report.describe())
                    .isEqualTo(each.status() == StepStatus.FAILED));
    return report.outcomes().stream()
        .filter(each -> each.status() == StepStatus.FAILED)
        .findFirst()
        .orElseThrow(() -> new AssertionError(report.describe()));
  }

  private static StepFailure failure(RepairReport report) {
    return failed(report).failure().orElseThrow();
  }

  @ParameterizedTest(name = "{1}: {3} is {4}")
  @CsvSource({
    "B2, CreateInstanceProfile, 409, LimitExceeded, QUOTA, false",
    "B2, CreateInstanceProfile, 409, ConcurrentModification, CONFLICT, false",
    "B2, CreateInstanceProfile, 500, ServiceFailure, NO_ANSWER, true",
    "B2, AddRoleToInstanceProfile, 403, AccessDenied, DENIED, false",
    "B2, AddRoleToInstanceProfile, 400, UnmodifiableEntity, REFUSED_BY_AWS, false",
    "B3, ReplaceIamInstanceProfileAssociation, 403, UnauthorizedOperation, DENIED, false",
    "B3, ReplaceIamInstanceProfileAssociation, 503, RequestLimitExceeded, THROTTLED, false",
    "B3, ReplaceIamInstanceProfileAssociation, 400, InvalidParameterValue, TIMED_OUT, false",
    "B3, ReplaceIamInstanceProfileAssociation, 400, InvalidInstanceID.NotFound, GONE, false",
    "B5, StartInstances, 500, InsufficientInstanceCapacity, NO_CAPACITY, false",
  })
  void a_refused_call_has_a_kind_and_the_code_of_aws(
      Broken.State state,
      String operation,
      int status,
      String code,
      StepFailure.Kind kind,
      boolean mayHaveGoneOut) {
    try (var broken = new Broken(state)) {
      Fault fault = Fault.error(status, code, "no").on(operation);
      // Whether it would be allowed is asked first.
      broken.account.inject(
          operation.equals("StartInstances")
              ? fault.atCalls(IntStream.rangeClosed(2, 500).toArray())
              : fault);

      RepairReport report = repair(broken);

      assertThat(failed(report).step().operation()).isEqualTo(operation);
      assertThat(failure(report))
          .isEqualTo(new Values.Failure(kind, Optional.of(code), mayHaveGoneOut));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, UnauthorizedOperation, DENIED",
    "503, RequestLimitExceeded, THROTTLED",
    "503, Unavailable, NO_ANSWER",
  })
  void a_read_that_fails_is_told_alike_and_nothing_went_out(
      int status, String code, StepFailure.Kind kind) {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());
      broken.account.inject(Fault.error(status, code, "no").on(ASSOCIATIONS));

      RepairReport report = ops.execute(plan);

      assertThat(failure(report)).isEqualTo(new Values.Failure(kind, Optional.of(code), false));
      assertThat(broken.writes()).isEmpty();
    }
  }

  @Test
  void an_accepted_call_without_an_effect_is_timed_out_and_may_have_gone_out() {
    try (var broken = new Broken(Broken.State.B4)) {
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              new TwistedAnswers(
                  (operation, xml) ->
                      operation.equals("GetInstanceProfile")
                          ? xml.replaceAll("(?s)<Roles>.*</Roles>", "<Roles></Roles>")
                          : xml));

      assertThat(failure(ops.execute(ops.plan(broken.target()))))
          .isEqualTo(new Values.Failure(StepFailure.Kind.TIMED_OUT, Optional.empty(), true));
    }
  }

  @Test
  void a_journal_that_cannot_be_written_is_told() {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops = broken.process(new Unwritable());

      assertThat(failure(ops.execute(ops.plan(broken.target()))))
          .isEqualTo(new Values.Failure(StepFailure.Kind.JOURNAL, Optional.empty(), false));
      assertThat(broken.writes()).isEmpty();
    }
  }

  private static final class Unwritable implements Journal {
    @Override
    public Optional<JournalEntry> read(InstanceId instance) {
      return Optional.empty();
    }

    @Override
    public boolean put(JournalEntry entry) {
      throw new JournalException("the disk is full", null);
    }
  }

  @Test
  void an_interrupt_is_told_with_what_may_have_gone_out() {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops =
          broken.process(
              wait -> {
                throw new InterruptedException();
              },
              new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());
      broken.account.inject(
          Fault.error(500, "InternalError", "no").on(plan.steps().get(0).operation()));

      RepairReport report = ops.execute(plan);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure(report))
          .isEqualTo(new Values.Failure(StepFailure.Kind.INTERRUPTED, Optional.empty(), true));
    }
  }

  @Test
  void an_instance_that_was_terminated_is_gone() {
    try (var broken = new Broken(Broken.State.B1)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());
      broken.admin().terminateInstances(r -> r.instanceIds(broken.id.value()));
      broken.account.clearJournal();

      RepairReport report = ops.execute(plan);

      assertThat(failure(report))
          .isEqualTo(new Values.Failure(StepFailure.Kind.GONE, Optional.empty(), false));
      assertThat(failed(report).detail()).contains("Nothing was done by this run; plan again");
    }
  }

  /** The instance is moved to another profile once the plan has been made. */
  private static RepairReport movedAfterPlanning(Broken broken, String operation) {
    InstanceProfileOps ops = broken.process(new KeptJournal());
    RepairPlan plan =
        ops.plan(
            RepairTarget.forInstance(broken.id).instanceProfile("web").role("web-role").build());
    broken.account.createInstanceProfile("other", "other-role");
    broken.account.clearJournal();
    if (operation.isEmpty()) {
      moveToOther(broken);
    }
    return ops.execute(
        plan,
        outcome -> {
          if (outcome.step().operation().equals(operation)) {
            moveToOther(broken);
          }
        });
  }

  private static void moveToOther(Broken broken) {
    broken
        .admin()
        .replaceIamInstanceProfileAssociation(
            r -> r.associationId(broken.association()).iamInstanceProfile(p -> p.name("other")));
  }

  @Test
  void an_outdated_plan_tells_what_this_run_has_done() {
    try (var broken = new Broken(Broken.State.B2)) {
      RepairReport report = movedAfterPlanning(broken, "AddRoleToInstanceProfile");

      assertThat(failure(report))
          .isEqualTo(new Values.Failure(StepFailure.Kind.OUTDATED, Optional.empty(), false));
      // The last one is the other party's.
      assertThat(broken.account.mutatingCalls())
          .containsExactly(
              "CreateInstanceProfile",
              "AddRoleToInstanceProfile",
              "ReplaceIamInstanceProfileAssociation");
      assertThat(report.describe())
          .contains(
              "the plan is out of date: ",
              "This run has done CreateInstanceProfile, AddRoleToInstanceProfile, which stays;")
          .doesNotContain("Nothing was done");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"B2", "B3"})
  void an_outdated_plan_is_refused_before_anything_is_done(Broken.State state) {
    try (var broken = new Broken(state)) {
      RepairReport report = movedAfterPlanning(broken, "");

      assertThat(broken.writes()).containsExactly("ReplaceIamInstanceProfileAssociation");
      assertThat(failed(report).calls()).isZero();
      assertThat(report.describe()).contains("Nothing was done by this run; plan again");
    }
  }

  /** Answers of IAM in which what was created shows its id in the place of its ARN. */
  private static String withoutArns(String xml) {
    return xml.replaceAll("<Arn>[^<]*:instance-profile/[^<]*</Arn>", "<Arn>AIPAEXAMPLE</Arn>")
        .replaceAll("<Arn>[^<]*:role/[^<]*</Arn>", "<Arn>AROAEXAMPLE</Arn>");
  }

  @Test
  void an_arn_that_is_an_id_for_a_moment_after_the_creation_is_waited_for() {
    try (var broken = new Broken(Broken.State.B2)) {
      var reads = new AtomicInteger();
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              new TwistedAnswers(
                  (operation, xml) ->
                      operation.equals("GetInstanceProfile")
                              && xml.contains("<Arn>")
                              && reads.incrementAndGet() <= 5
                          ? withoutArns(xml)
                          : xml));

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(Repaired.by(report)).as(report.describe()).isTrue();
      assertThat(reads).hasValueGreaterThan(5);
      assertThat(report.outcomes().get(0).status()).isEqualTo(StepStatus.DONE);
      assertThat(report.outcomes().get(0).calls()).isEqualTo(1);
    }
  }

  @Test
  void an_arn_that_stays_an_id_ends_the_step_in_time() {
    try (var broken = new Broken(Broken.State.B2)) {
      InstanceProfileOps ops =
          broken.process(
              new KeptJournal(),
              new TwistedAnswers(
                  (operation, xml) ->
                      operation.equals("GetInstanceProfile") ? withoutArns(xml) : xml));

      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(failure(report))
          .isEqualTo(new Values.Failure(StepFailure.Kind.TIMED_OUT, Optional.empty(), true));
      assertThat(failed(report).detail()).contains("AIPAEXAMPLE", "a moment ago");
      assertThat(failed(report).elapsed()).isLessThan(Duration.ofMinutes(4));
    }
  }
}
