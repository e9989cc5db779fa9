package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceProfileId;
import java.util.Optional;

/**
 * Whether what a plan rests on is still so, before its first call. A step that is done already, by
 * a run before, is no change. Pure.
 */
final class PlanCheck {
  /** What differs, and which step rests on it. */
  record Moved(RepairStep step, String what) {}

  private PlanCheck() {}

  /** The first difference; empty if the plan may begin. */
  static Optional<Moved> moved(RepairPlan plan, InstanceView view) {
    for (RepairStep step : plan.steps()) {
      Optional<String> what = moved(step, plan, view);
      if (what.isPresent()) {
        return Optional.of(new Moved(step, what.get()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> moved(RepairStep step, RepairPlan plan, InstanceView view) {
    if (step instanceof RepairStep.AddRoleToInstanceProfile add) {
      return ofProfile(add.instanceProfileName(), add.instanceProfileId(), view)
          .or(() -> otherRole(add, view));
    }
    if (step instanceof RepairStep.ReplaceIamInstanceProfileAssociation replace) {
      return ofProfile(replace.instanceProfileName(), replace.instanceProfileId(), view)
          .or(() -> notReplaceable(replace, view));
    }
    if (step instanceof RepairStep.DisassociateIamInstanceProfile end) {
      return ofProfile(end.nextInstanceProfileName(), end.instanceProfileId(), view)
          .or(() -> notEndable(end, view));
    }
    if (step instanceof RepairStep.AssociateIamInstanceProfile associate) {
      return ofProfile(associate.instanceProfileName(), associate.instanceProfileId(), view)
          .or(() -> takenOtherwise(plan, view));
    }
    return Optional.empty();
  }

  /** What the plan found in IAM is there, and is the same. */
  private static Optional<String> ofProfile(
      String name, Optional<InstanceProfileId> planned, InstanceView view) {
    if (planned.isEmpty()) {
      return Optional.empty();
    }
    return view.profile().isEmpty()
        ? Optional.of("IAM has no profile " + name + " any more")
        : view.profile()
            .map(InstanceView.Profile::id)
            .filter(id -> !id.equals(planned.get()))
            .map(id -> "profile " + name + " is " + id + " now, not " + planned.get());
  }

  /** A role in the profile is the one that comes, or the one that goes. */
  private static Optional<String> otherRole(
      RepairStep.AddRoleToInstanceProfile add, InstanceView view) {
    return view.profile()
        .flatMap(InstanceView.Profile::role)
        .filter(held -> !add.replacedRoleId().equals(Optional.of(held.id())))
        .filter(
            held ->
                !held.name().equalsIgnoreCase(add.roleName())
                    || add.roleId()
                        .filter(id -> InstanceView.comparableRoles(id, held.id()))
                        .filter(id -> !id.equals(held.id()))
                        .isPresent())
        .map(
            held ->
                "profile "
                    + add.instanceProfileName()
                    + " holds role "
                    + held.name()
                    + " ("
                    + held.id()
                    + "), and not "
                    + add.roleName()
                    + add.roleId().map(id -> " (" + id + ")").orElse(""));
  }

  private static Optional<String> notReplaceable(
      RepairStep.ReplaceIamInstanceProfileAssociation replace, InstanceView view) {
    if (view.association().isEmpty()) {
      return Optional.of("the instance has no association any more");
    }
    InstanceView.Association now = view.association().get();
    if (now.id().equals(replace.associationId())) {
      return view.running()
          ? Optional.empty()
          : Optional.of("the instance is " + view.state() + "; only a running one can be replaced");
    }
    // By its own, outdated view of the profile EC2 may have replaced the old one by itself.
    return view.refersToProfile() || now.profileId().equals(replace.associatedProfileId())
        ? Optional.empty()
        : Optional.of(inForce(now));
  }

  private static Optional<String> notEndable(
      RepairStep.DisassociateIamInstanceProfile end, InstanceView view) {
    if (view.association().isEmpty() || view.refersToProfile()) {
      return Optional.empty();
    }
    InstanceView.Association now = view.association().get();
    if (!now.id().equals(end.associationId())) {
      return Optional.of(inForce(now));
    }
    return view.down() || now.state().equals("disassociating")
        ? Optional.empty()
        : Optional.of(
            "the instance is " + view.state() + ", where its association can be replaced");
  }

  private static Optional<String> takenOtherwise(RepairPlan plan, InstanceView view) {
    boolean ends =
        plan.steps().stream()
            .anyMatch(each -> each.action() == RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE);
    return ends
        ? Optional.empty()
        : view.association()
            .filter(now -> !view.refersToProfile())
            .filter(now -> !now.state().equals("disassociating"))
            .map(PlanCheck::inForce);
  }

  private static String inForce(InstanceView.Association now) {
    return now.id() + " is in force now, to " + now.profileId();
  }
}
