package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A plan says how long it may take, and no repair takes longer. */
class LongestTimeTest {
  record Case(MatrixState state, boolean stopped, String operation, String code) {}

  static Stream<Case> a_call_that_never_succeeds_ends_the_repair_in_that_time() {
    return Stream.of(
            new Case(MatrixState.B2, false, "CreateInstanceProfile", ""),
            new Case(MatrixState.B2, false, "AddRoleToInstanceProfile", ""),
            new Case(MatrixState.B2, false, "ReplaceIamInstanceProfileAssociation", ""),
            new Case(MatrixState.B3, true, "DisassociateIamInstanceProfile", ""),
            new Case(MatrixState.B3, true, "AssociateIamInstanceProfile", ""),
            new Case(MatrixState.B5, false, "StopInstances", ""),
            new Case(MatrixState.B5, false, "StartInstances", ""),
            new Case(MatrixState.B7, false, "RemoveRoleFromInstanceProfile", ""),
            new Case(MatrixState.B9, false, "UpdateAssumeRolePolicy", ""),
            new Case(MatrixState.B13, false, "ModifyInstanceMetadataOptions", ""))
        .flatMap(
            each ->
                Stream.of("Throttling", "ConcurrentModification")
                    .map(code -> new Case(each.state(), each.stopped(), each.operation(), code)));
  }

  @ParameterizedTest
  @MethodSource
  void a_call_that_never_succeeds_ends_the_repair_in_that_time(Case each) throws Exception {
    try (var account = new MatrixAccount(each.state(), each.stopped())) {
      InstanceProfileOps ops = account.ops(true);
      RepairPlan plan = ops.plan(account.target());
      account.simulated().inject(Fault.error(409, each.code(), "later").on(each.operation()));
      Instant began = account.clock().instant();

      RepairReport report = ops.execute(plan);

      assertThat(report.succeeded()).as(report.describe()).isFalse();
      assertThat(Duration.between(began, account.clock().instant()))
          .as(report.describe())
          .isLessThanOrEqualTo(plan.longest());
    }
  }

  @Test
  void it_is_what_the_steps_and_the_verification_have_patience_for() throws Exception {
    try (var account = new MatrixAccount(MatrixState.B3, false)) {
      RepairPlan plan = account.ops(false).plan(account.target());

      assertThat(plan.steps()).hasSize(1);
      // 5 min for an association, 40 s for its last pause; 2 min and 15 s for a last pause both for
      // what the plan rests on and for the metadata.
      assertThat(plan.longest()).isEqualTo(Duration.parse("PT10M10S"));
      assertThat(plan.describe()).contains("  may take up to 11 minutes before it gives up\n");
      assertThat(plan.toJson()).contains("\"longest\" : \"PT10M10S\"");
    }
  }

  @Test
  void a_plan_without_steps_takes_no_time() throws Exception {
    try (var account = new MatrixAccount(MatrixState.B14, true)) {
      RepairPlan plan = account.ops(false).plan(account.target());

      assertThat(plan.longest()).isZero();
      assertThat(plan.describe()).doesNotContain("may take up to");
    }
  }
}
