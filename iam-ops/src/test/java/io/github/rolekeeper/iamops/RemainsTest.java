package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A repair has not succeeded while a diagnosis still finds something. */
class RemainsTest {
  private static final String FOR_LAMBDA =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"lambda.amazonaws.com"}}]}\
      """;

  private static RepairReport repair(Broken broken) {
    InstanceProfileOps ops = broken.process(new KeptJournal());
    return ops.execute(ops.plan(RepairTarget.forInstance(broken.id).build()));
  }

  private static void leaves(RepairReport report, FindingType type) {
    assertThat(report.succeeded()).as(report.describe()).isFalse();
    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    assertThat(report.advice()).contains("this is left: " + type, "Cure:");
  }

  @Test
  void a_swap_to_a_role_that_ec2_may_not_assume_is_no_success() {
    try (var broken = new Broken(Broken.State.B3)) {
      broken
          .adminIam()
          .updateAssumeRolePolicy(r -> r.roleName("web-role").policyDocument(FOR_LAMBDA));

      RepairReport report = repair(broken);

      assertThat(report.outcomes())
          .singleElement()
          .extracting(StepOutcome::status)
          .isEqualTo(StepStatus.DONE);
      leaves(report, FindingType.TRUST_LACKS_EC2);
    }
  }

  @ParameterizedTest
  @CsvSource({"B9, TRUST_LACKS_EC2", "B13, METADATA_DISABLED", "B7, ROLE_RECREATED"})
  void a_plan_that_can_do_nothing_does_nothing_and_is_no_success(
      Broken.State state, FindingType type) {
    try (var broken = new Broken(state)) {
      RepairReport report = repair(broken);

      assertThat(report.verdict()).isEqualTo(RepairVerdict.NOTHING_DONE);
      assertThat(report.succeeded()).isFalse();
      assertThat(report.diagnosis().orElseThrow().has(type)).isTrue();
      assertThat(report.advice()).contains("no step for what the diagnosis finds");
      assertThat(broken.writes()).isEmpty();
    }
  }

  @Test
  void a_plan_for_a_healthy_instance_does_nothing_and_is_a_success() {
    try (var broken = new Broken(Broken.State.B3)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      ops.execute(ops.plan(broken.target()));
      broken.account.clearJournal();

      RepairReport report = repair(broken);

      assertThat(report.verdict()).isEqualTo(RepairVerdict.NOTHING_DONE);
      assertThat(report.succeeded()).as(report.describe()).isTrue();
      assertThat(broken.writes()).isEmpty();
    }
  }

  @Test
  void a_plan_with_obstacles_does_nothing_and_says_where_the_reason_is() {
    try (var broken = new Broken(Broken.State.B2)) {
      RepairReport report = repair(broken);

      assertThat(report.plan().obstacles()).isNotEmpty();
      assertThat(report.verdict()).isEqualTo(RepairVerdict.NOTHING_DONE);
      assertThat(report.succeeded()).isFalse();
      assertThat(report.advice()).contains("what is in the way");
      assertThat(broken.writes()).isEmpty();
    }
  }

  @Test
  void another_role_than_the_wanted_one_is_no_success() {
    try (var broken = new Broken(Broken.State.B13)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairPlan plan =
          ops.plan(
              RepairTarget.forInstance(broken.id)
                  .role("web-role")
                  .allowMetadataOptionsChange()
                  .build());
      broken.account.createInstanceProfile("other", "other-role");
      broken
          .adminIam()
          .removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      broken
          .adminIam()
          .addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("other-role"));

      leaves(ops.execute(plan), FindingType.WRONG_ROLE);
    }
  }
}
