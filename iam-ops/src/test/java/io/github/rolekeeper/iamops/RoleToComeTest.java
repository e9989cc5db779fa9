package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A role is looked at before anything is made for it. */
class RoleToComeTest {
  private static final String FOR_LAMBDA =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"lambda.amazonaws.com"}}]}\
      """;

  private static RepairPlan plan(Broken broken, RepairTarget target) {
    return broken.process(new KeptJournal()).plan(target);
  }

  @ParameterizedTest
  @EnumSource(names = {"B2", "B2_STOPPED", "B4"})
  void no_profile_is_made_for_a_role_that_does_not_exist(Broken.State state) {
    try (var broken = new Broken(state)) {
      RepairPlan plan = plan(broken, RepairTarget.forInstance(broken.id).role("web-rloe").build());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.obstacles())
          .singleElement()
          .asString()
          .contains("IAM has no role web-rloe", "left without one", "Check the name");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"B2", "B4"})
  void a_role_that_ec2_may_not_assume_is_in_the_way(Broken.State state) {
    try (var broken = new Broken(state)) {
      broken
          .adminIam()
          .createRole(r -> r.roleName("job-role").assumeRolePolicyDocument(FOR_LAMBDA));

      RepairPlan plan = plan(broken, RepairTarget.forInstance(broken.id).role("job-role").build());

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.obstacles())
          .singleElement()
          .asString()
          .contains("Role job-role does not let EC2 assume it", "allowTrustPolicyChange()");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"B2", "B4", "B6_IN_PLACE"})
  void with_permission_ec2_is_let_in_before_the_swap(Broken.State state) {
    try (var broken = new Broken(state)) {
      broken
          .adminIam()
          .createRole(r -> r.roleName("job-role").assumeRolePolicyDocument(FOR_LAMBDA));
      InstanceProfileOps ops = broken.process(new KeptJournal());

      RepairPlan plan =
          ops.plan(
              RepairTarget.forInstance(broken.id)
                  .role("job-role")
                  .allowRoleRemoval()
                  .allowTrustPolicyChange()
                  .build());

      assertThat(plan.obstacles()).isEmpty();
      assertThat(plan.steps())
          .extracting(RepairStep::operation)
          .containsSubsequence(
              "AddRoleToInstanceProfile",
              "UpdateAssumeRolePolicy",
              "ReplaceIamInstanceProfileAssociation");
      assertThat(plan.notes())
          .anySatisfy(note -> assertThat(note).contains("the trust policy of role job-role"));
      RepairReport report = ops.execute(RepairPlan.fromJson(plan.toJson()));
      assertThat(report.outcomes())
          .as(report.describe())
          .extracting(StepOutcome::status)
          .containsOnly(StepStatus.DONE);
      assertThat(report.verdict()).isNotEqualTo(RepairVerdict.INCOMPLETE);
    }
  }

  @Test
  void a_role_that_was_made_again_after_planning_reaches_no_instance() {
    try (var broken = new Broken(Broken.State.B4)) {
      createForEc2(broken);
      RepairPlan plan = plan(broken, RepairTarget.forInstance(broken.id).role("job-role").build());
      broken.adminIam().deleteRole(r -> r.roleName("job-role"));
      createForEc2(broken);
      broken.account.clearJournal();

      RepairReport report = broken.process(new KeptJournal()).execute(plan);

      assertThat(report.describe()).contains("the plan is out of date");
      assertThat(broken.writes()).doesNotContain("ReplaceIamInstanceProfileAssociation");
    }
  }

  private static void createForEc2(Broken broken) {
    broken
        .adminIam()
        .createRole(
            r ->
                r.roleName("job-role")
                    .assumeRolePolicyDocument(FOR_LAMBDA.replace("lambda", "ec2")));
  }
}
