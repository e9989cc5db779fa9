package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** From which role to which an instance comes by the steps of a plan. Pure. */
final class RoleChange {
  /**
   * @param id empty if it is not known
   */
  private record Named(String name, Optional<String> id) {
    static Named of(InstanceView.Role role) {
      return new Named(role.name(), Optional.of(role.id()));
    }

    boolean differsFrom(Named other) {
      return !IamName.same(name, other.name)
          || (id.isPresent() && other.id.isPresent() && !id.equals(other.id));
    }

    String inWords(boolean withId) {
      return withId ? name + id.map(each -> " (" + each + ")").orElse("") : name;
    }
  }

  private RoleChange() {}

  /** What IAM has under the id that the instance is associated with; empty if nothing. */
  static Optional<InstanceView.Profile> associated(InstanceView view) {
    return Stream.concat(
            view.profile().stream(),
            view.associatedProfile().flatMap(InstanceView.Beside::profile).stream())
        .filter(
            profile ->
                view.association()
                    .filter(each -> each.profileId().equals(profile.id()))
                    .isPresent())
        .findFirst();
  }

  /** In words; empty if the role stays the same, or nothing shows which one it was. */
  static Optional<String> of(InstanceView view, List<RepairStep> steps) {
    Optional<Named> after = after(view, steps);
    return before(view)
        .filter(before -> after.filter(before::differsFrom).isPresent())
        .map(before -> inWords(before, after.orElseThrow()));
  }

  private static String inWords(Named before, Named after) {
    boolean sameName = IamName.same(before.name(), after.name());
    return "the role of the instance changes by this, from role "
        + before.inWords(sameName)
        + " to role "
        + after.inWords(sameName)
        + ": what it may do is what the policies of the latter say";
  }

  /** By IAM; where the profile is gone, by the session that the metadata still serves. */
  private static Optional<Named> before(InstanceView view) {
    Optional<InstanceView.Profile> associated = associated(view);
    return associated.isPresent()
        ? associated.flatMap(InstanceView.Profile::role).map(Named::of)
        : view.association()
            .flatMap(each -> view.metadata().session())
            .flatMap(CredentialMetadata::roleName)
            .map(name -> new Named(name, Optional.empty()));
  }

  /** The role that the instance has when all is done; empty if the steps give it none. */
  private static Optional<Named> after(InstanceView view, List<RepairStep> steps) {
    Optional<Named> added =
        steps.stream()
            .filter(RepairStep.AddRoleToInstanceProfile.class::isInstance)
            .map(RepairStep.AddRoleToInstanceProfile.class::cast)
            .map(step -> new Named(step.roleName(), step.roleId()))
            .findFirst();
    boolean swaps = steps.stream().anyMatch(step -> step.action().swaps());
    return added.isPresent() || !swaps
        ? added
        : view.profile().flatMap(InstanceView.Profile::role).map(Named::of);
  }
}
