package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the steps of a plan change beside the instance that it is for. Pure. */
final class SideEffects {
  // As many as a person reads; the plan itself has them all.
  private static final int NAMED = 10;

  private SideEffects() {}

  /** The profile that exists already and gets or loses a role; empty if none does. */
  static Optional<InstanceProfileId> sharedProfile(List<RepairStep> steps) {
    for (RepairStep step : steps) {
      if (step instanceof RepairStep.RemoveRoleFromInstanceProfile remove) {
        return Optional.of(remove.instanceProfileId());
      }
      if (step instanceof RepairStep.AddRoleToInstanceProfile add) {
        return add.instanceProfileId();
      }
    }
    return Optional.empty();
  }

  /** What the steps leave as it is. */
  static String untouched(RepairPlan plan) {
    Optional<String> trusted = changedRole(plan);
    return trusted
            .map(
                role -> "the policies of role " + role + ", and what its trust policy says already")
            .orElse("every role, its policies and its trust")
        + "; every other profile; "
        + sharedProfile(plan.steps())
            .map(profile -> "every instance that is not on profile " + profile)
            .orElse("every other instance")
        + trusted
            .map(role -> ", but that EC2 may give credentials of role " + role + " to each with it")
            .orElse("");
  }

  /** Who else gets, loses or changes a role; empty if nobody can. */
  static Optional<String> onOthers(RepairPlan plan) {
    return sharedProfile(plan.steps())
        .map(
            profile ->
                "every other instance on profile "
                    + profile
                    + " gets the role with this one"
                    + (plan.has(RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE)
                        ? ", and is without one for a moment before"
                        : "")
                    + ": in this Region "
                    + inThisRegion(plan)
                    + "; those of other Regions are unknown");
  }

  private static String inThisRegion(RepairPlan plan) {
    if (plan.diagnosis().unknowns().stream()
        .anyMatch(each -> each.type() == UnknownType.OTHER_INSTANCES)) {
      return "they could not be listed";
    }
    List<InstanceId> all = plan.alsoAffected();
    if (all.isEmpty()) {
      return "none";
    }
    int more = all.size() - NAMED;
    return all.stream().limit(NAMED).map(InstanceId::value).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static Optional<String> changedRole(RepairPlan plan) {
    return plan.steps().stream()
        .filter(RepairStep.UpdateAssumeRolePolicy.class::isInstance)
        .map(step -> ((RepairStep.UpdateAssumeRolePolicy) step).roleName())
        .findFirst();
  }
}
