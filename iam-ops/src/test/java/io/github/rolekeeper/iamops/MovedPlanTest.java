package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plan that was stored is refused when what the instance shall have is another thing by now. */
class MovedPlanTest {
  private static InstanceProfileOps ops(Broken broken) {
    return broken.process(new KeptJournal());
  }

  /** Without the last rung: what counts here is the swap. */
  private static RepairPlan stored(Broken broken) {
    RepairTarget whole = broken.target();
    var target =
        new RepairTarget(
            whole.instance(),
            whole.instanceProfile(),
            whole.role(),
            false,
            whole.roleRemovalAllowed(),
            false,
            false,
            false);
    return RepairPlan.fromJson(ops(broken).plan(target).toJson());
  }

  private static void refused(Broken broken, RepairPlan plan, String... because) {
    broken.account.clearJournal();

    RepairReport report = ops(broken).execute(plan);

    assertThat(report.succeeded()).isFalse();
    assertThat(report.describe()).contains("the plan is out of date").contains(because);
    assertThat(broken.writes()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"B1", "B3", "B3_STOPPED", "B16"})
  void a_role_that_was_put_into_the_profile_after_planning_reaches_no_instance(Broken.State state) {
    try (var broken = new Broken(state)) {
      RepairPlan plan = stored(broken);
      broken.account.createInstanceProfile("admin", "admin-role");
      broken
          .adminIam()
          .removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      broken
          .adminIam()
          .addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("admin-role"));

      refused(broken, plan, "holds role admin-role", "not AROA");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"B1", "B3", "B3_STOPPED"})
  void a_profile_that_was_made_again_after_planning_is_another_one(Broken.State state) {
    try (var broken = new Broken(state)) {
      RepairPlan plan = stored(broken);
      broken.account.deleteInstanceProfile("web");
      broken.account.createInstanceProfile("web", "web-role");

      refused(broken, plan, "profile web is AIPA", "now, not AIPA");
    }
  }

  @Test
  void a_role_goes_into_the_very_profile_that_was_seen() {
    try (var broken = new Broken(Broken.State.B4)) {
      RepairPlan plan = stored(broken);
      broken.adminIam().deleteInstanceProfile(r -> r.instanceProfileName("web"));
      broken.adminIam().createInstanceProfile(r -> r.instanceProfileName("web"));

      refused(broken, plan, "profile web is AIPA");
    }
  }

  @Test
  void a_plan_that_makes_the_profile_knows_no_id_of_it() {
    try (var broken = new Broken(Broken.State.B2)) {
      RepairPlan plan = stored(broken);

      assertThat(plan.steps())
          .allSatisfy(
              step ->
                  assertThat(Steps.facts(step).expects()).doesNotContainKey("instanceProfileId"));
      assertThat(Repaired.by(ops(broken).execute(plan))).isTrue();
    }
  }
}
