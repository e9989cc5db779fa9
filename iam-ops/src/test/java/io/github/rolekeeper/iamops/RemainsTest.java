package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A repair has not succeeded while a diagnosis still finds something. */
class RemainsTest {
  private static final String FOR_LAMBDA =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"lambda.amazonaws.com"}}]}\
      """;

  private static RepairReport repair(Broken broken) {
    InstanceProfileOps ops = broken.process(Journal.inMemory());
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

  @Test
  void a_plan_that_can_do_nothing_is_no_success() {
    try (var broken = new Broken(Broken.State.B9)) {
      leaves(repair(broken), FindingType.TRUST_LACKS_EC2);
      assertThat(broken.writes()).isEmpty();
    }
  }

  @Test
  void metadata_that_stay_switched_off_are_no_success() {
    try (var broken = new Broken(Broken.State.B13)) {
      leaves(repair(broken), FindingType.METADATA_DISABLED);
    }
  }

  @Test
  void a_profile_that_goes_on_holding_a_deleted_role_is_no_success() {
    try (var broken = new Broken(Broken.State.B7)) {
      leaves(repair(broken), FindingType.ROLE_RECREATED);
    }
  }

  @Test
  void another_role_than_the_wanted_one_is_no_success() {
    try (var broken = new Broken(Broken.State.B13)) {
      InstanceProfileOps ops = broken.process(Journal.inMemory());
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
