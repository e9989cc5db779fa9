package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import java.util.List;
import java.util.Optional;

/** What to put back where a step failed after the one before had taken something away. Pure. */
final class WayBack {
  private WayBack() {}

  /**
   * The step that puts back.
   *
   * @param outcomes of this run; the last one failed
   * @param prior what the instance had, by the journal
   * @return empty if nothing was taken, or what was taken is what could not be given
   */
  static Optional<RepairStep> after(
      RepairPlan plan, List<StepOutcome> outcomes, Optional<JournalEntry.Prior> prior) {
    RepairStep failed = outcomes.get(outcomes.size() - 1).step();
    int number = plan.steps().size() + 1;
    if (failed instanceof RepairStep.AssociateIamInstanceProfile associate
        && took(outcomes, RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE)) {
      return prior
          .filter(
              each ->
                  associate
                      .instanceProfileId()
                      .filter(id -> id.value().equals(each.profileId()))
                      .isEmpty())
          .map(each -> associate(number, plan, each));
    }
    if (failed instanceof RepairStep.AddRoleToInstanceProfile
        && took(outcomes, RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE)) {
      return plan.steps().stream()
          .filter(RepairStep.RemoveRoleFromInstanceProfile.class::isInstance)
          .map(RepairStep.RemoveRoleFromInstanceProfile.class::cast)
          .findFirst()
          .filter(taken -> !taken.roleName().equalsIgnoreCase(taken.nextRoleName()))
          .map(taken -> addRole(number, taken));
    }
    return Optional.empty();
  }

  private static RepairStep associate(int number, RepairPlan plan, JournalEntry.Prior prior) {
    return new Steps.Associate(
        number,
        plan.target().instance(),
        InstanceProfileArn.parse(prior.profileArn()).name(),
        Optional.of(InstanceProfileId.of(prior.profileId())),
        Optional.empty());
  }

  private static RepairStep addRole(int number, RepairStep.RemoveRoleFromInstanceProfile taken) {
    return new Steps.AddRole(
        number,
        taken.instanceProfileName(),
        taken.roleName(),
        Optional.of(taken.instanceProfileId()),
        Optional.of(taken.roleId()),
        Optional.empty());
  }

  private static boolean took(List<StepOutcome> outcomes, RepairAction action) {
    return outcomes.stream()
        .filter(outcome -> outcome.step().action() == action)
        .anyMatch(
            outcome ->
                outcome.status() == StepStatus.DONE
                    || outcome.status() == StepStatus.ALREADY_DONE
                    || outcome.failure().filter(StepFailure::writeMayHaveGoneOut).isPresent());
  }
}
