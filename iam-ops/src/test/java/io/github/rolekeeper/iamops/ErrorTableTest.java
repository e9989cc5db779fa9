package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Fault;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each error of AWS's calls that write means for the repair that meets it. */
class ErrorTableTest {
  private static final String CREATE = "CreateInstanceProfile";
  private static final String ADD_ROLE = "AddRoleToInstanceProfile";
  private static final String REPLACE = "ReplaceIamInstanceProfileAssociation";
  private static final String ASSOCIATE = "AssociateIamInstanceProfile";
  private static final String DISASSOCIATE = "DisassociateIamInstanceProfile";

  @ParameterizedTest(name = "{1}: {3}")
  @CsvSource({
    "B2, CreateInstanceProfile, 409, ConcurrentModification",
    "B2, CreateInstanceProfile, 400, Throttling",
    "B2, CreateInstanceProfile, 500, ServiceFailure",
    "B2, AddRoleToInstanceProfile, 404, NoSuchEntity",
    "B2, AddRoleToInstanceProfile, 409, ConcurrentModification",
    "B7, RemoveRoleFromInstanceProfile, 409, ConcurrentModification",
    "B9, UpdateAssumeRolePolicy, 409, ConcurrentModification",
    "B13, ModifyInstanceMetadataOptions, 503, RequestLimitExceeded",
    "B1, AssociateIamInstanceProfile, 400, InvalidParameterValue",
    "B1, AssociateIamInstanceProfile, 400, IncorrectInstanceState",
    "B1, AssociateIamInstanceProfile, 400, IncorrectState",
    "B3, ReplaceIamInstanceProfileAssociation, 400, InvalidParameterValue",
    "B3, ReplaceIamInstanceProfileAssociation, 400, IncorrectState",
    "B3, ReplaceIamInstanceProfileAssociation, 400, InvalidAssociationID.NotFound",
    "B3, ReplaceIamInstanceProfileAssociation, 503, RequestLimitExceeded",
    "B3, ReplaceIamInstanceProfileAssociation, 400, EC2ThrottledException",
    "B3_STOPPED, DisassociateIamInstanceProfile, 400, InvalidAssociationID.NotFound",
    "B5, StopInstances, 503, RequestLimitExceeded",
    "B5, StopInstances, 400, IncorrectInstanceState",
    "B5, StartInstances, 500, InsufficientInstanceCapacity",
    "B5, StartInstances, 500, InsufficientHostCapacity",
  })
  void what_may_pass_is_looked_at_and_tried_again(
      Broken.State state, String operation, int status, String code) {
    try (var broken = new Broken(state)) {
      broken.account.inject(Fault.error(status, code, "no").on(operation).times(2));

      RepairReport report = repair(broken);

      assertThat(Repaired.by(report)).as(report.describe()).isTrue();
      assertThat(broken.healthy()).isTrue();
      assertThat(calls(broken, operation)).isEqualTo(3);
    }
  }

  @ParameterizedTest(name = "{1}: {3}")
  @CsvSource({
    "B2, CreateInstanceProfile, 409, LimitExceeded",
    "B2, AddRoleToInstanceProfile, 400, UnmodifiableEntity",
    "B2, AddRoleToInstanceProfile, 403, AccessDenied",
    "B3, ReplaceIamInstanceProfileAssociation, 403, UnauthorizedOperation",
    "B3, ReplaceIamInstanceProfileAssociation, 400, InvalidInstanceID.NotFound",
    "B5, StopInstances, 400, OperationNotPermitted",
  })
  void what_does_not_pass_ends_the_repair_after_one_call_and_is_named(
      Broken.State state, String operation, int status, String code) {
    try (var broken = new Broken(state)) {
      broken.account.inject(Fault.error(status, code, "no").on(operation));

      RepairReport report = repair(broken);

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.INCOMPLETE);
      StepOutcome last = report.outcomes().get(report.outcomes().size() - 1);
      assertThat(last.step().operation()).isEqualTo(operation);
      assertThat(last.status()).isEqualTo(StepStatus.FAILED);
      assertThat(last.detail()).contains(code);
      assertThat(calls(broken, operation)).isEqualTo(1);
    }
  }

  /** Somebody is a moment faster, so that AWS refuses the call. */
  record Faster(String name, Broken.State state, String operation, Consumer<Broken> act) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Faster> whatWasWanted() {
    return Stream.of(
        new Faster(
            "EntityAlreadyExists, under the same path",
            Broken.State.B2,
            CREATE,
            broken -> broken.adminIam().createInstanceProfile(r -> r.instanceProfileName("web"))),
        new Faster(
            "LimitExceeded, the wanted role is in",
            Broken.State.B4,
            ADD_ROLE,
            broken ->
                broken
                    .adminIam()
                    .addRoleToInstanceProfile(
                        r -> r.instanceProfileName("web").roleName("web-role"))),
        new Faster(
            "IncorrectState, the wanted profile is associated",
            Broken.State.B1,
            ASSOCIATE,
            broken ->
                broken
                    .admin()
                    .associateIamInstanceProfile(
                        r ->
                            r.instanceId(broken.id.value())
                                .iamInstanceProfile(p -> p.name("web")))),
        new Faster(
            "InvalidAssociationID.NotFound, the association has ended",
            Broken.State.B3_STOPPED,
            DISASSOCIATE,
            broken ->
                broken
                    .admin()
                    .disassociateIamInstanceProfile(r -> r.associationId(broken.association()))));
  }

  @ParameterizedTest
  @MethodSource("whatWasWanted")
  void what_somebody_else_has_just_done_as_wanted_is_a_success(Faster faster) {
    try (var broken = new Broken(faster.state())) {
      broken.account.inject(
          Fault.anotherActor(() -> faster.act().accept(broken)).on(faster.operation()).times(1));

      RepairReport report = repair(broken);

      assertThat(Repaired.by(report)).as(report.describe()).isTrue();
      assertThat(broken.healthy()).isTrue();
    }
  }

  static Stream<Arguments> somethingElse() {
    return Stream.of(
        Arguments.of(
            new Faster(
                "EntityAlreadyExists, under another path",
                Broken.State.B2,
                CREATE,
                broken ->
                    broken
                        .adminIam()
                        .createInstanceProfile(r -> r.instanceProfileName("web").path("/a/"))),
            "exists under path /a/, not /"),
        Arguments.of(
            new Faster(
                "LimitExceeded, another role is in",
                Broken.State.B4,
                ADD_ROLE,
                broken -> {
                  broken.account.createInstanceProfile("other", "other-role");
                  broken
                      .adminIam()
                      .addRoleToInstanceProfile(
                          r -> r.instanceProfileName("web").roleName("other-role"));
                }),
            "holds role other-role"),
        Arguments.of(
            new Faster(
                "IncorrectState, another profile is associated",
                Broken.State.B1,
                ASSOCIATE,
                broken -> {
                  broken.account.createInstanceProfile("other", "other-role");
                  broken
                      .admin()
                      .associateIamInstanceProfile(
                          r ->
                              r.instanceId(broken.id.value())
                                  .iamInstanceProfile(p -> p.name("other")));
                }),
            "is not the wanted profile"));
  }

  @ParameterizedTest
  @MethodSource("somethingElse")
  void what_somebody_else_has_just_done_otherwise_is_left_and_told(Faster faster, String told) {
    try (var broken = new Broken(faster.state())) {
      broken.account.inject(
          Fault.anotherActor(() -> faster.act().accept(broken)).on(faster.operation()).times(1));

      RepairReport report = repair(broken);

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.INCOMPLETE);
      assertThat(report.describe()).contains("the plan is out of date", told);
      assertThat(calls(broken, faster.operation())).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void a_profile_that_ec2_does_not_come_to_see_is_given_up_after_two_minutes() {
    try (var broken = new Broken(Broken.State.B3)) {
      broken.account.inject(Fault.error(400, "InvalidParameterValue", "no").on(REPLACE));

      RepairReport report = repair(broken);

      StepOutcome last = report.outcomes().get(0);
      assertThat(last.status()).isEqualTo(StepStatus.FAILED);
      assertThat(last.detail()).contains("EC2 has not seen the profile within 2 minutes");
      // The looks come to be 40 s apart, and three belong to a call.
      assertThat(last.elapsed()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(4));
    }
  }

  @Test
  void a_run_that_is_cancelled_while_the_instance_is_down_starts_it_first() {
    try (var broken = new Broken(Broken.State.B5)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairRun run = ops.start(ops.plan(broken.target()), outcome -> {});
      RepairProgress progress = run.advance();
      while (!(progress instanceof RepairProgress.Finished)) {
        if (progress instanceof RepairProgress.RetryAfter wait) {
          broken.clock.advance(wait.delay());
        }
        if (!broken.stateName().equals("running")) {
          run.cancel();
        }
        progress = run.advance();
      }

      assertThat(broken.writes()).endsWith("StopInstances", "StartInstances");
      assertThat(broken.stateName()).isEqualTo("running");
    }
  }

  private static RepairReport repair(Broken broken) {
    InstanceProfileOps ops = broken.process(new KeptJournal());
    return ops.execute(ops.plan(broken.target()));
  }

  private static long calls(Broken broken, String operation) {
    return broken.writes().stream().filter(operation::equals).count();
  }
}
