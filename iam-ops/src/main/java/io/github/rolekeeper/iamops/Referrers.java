package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Diagnoses all that refers to a profile or a role. */
final class Referrers {
  private final ProfileReader profiles;
  private final Looks looks;
  private final InstantSource clock;

  /**
   * @param looks without metadata, which would be that of one instance only
   */
  Referrers(ProfileReader profiles, Looks looks, InstantSource clock) {
    this.profiles = profiles;
    this.looks = looks;
    this.clock = clock;
  }

  ProfileDiagnosis ofProfile(String name) {
    Optional<ProfileReader.Held> held;
    List<InstanceId> referring;
    try (Deadline.Running time = looks.begin("diagnosis of instance profile " + name)) {
      held = time.get(() -> profiles.profile(name));
      referring = time.get(() -> profiles.instances(name));
    }
    Optional<String> role = held.flatMap(ProfileReader.Held::role);
    ProfileCondition condition =
        role.isPresent()
            ? ProfileCondition.HOLDS_ROLE
            : held.isPresent() ? ProfileCondition.WITHOUT_ROLE : ProfileCondition.MISSING;
    return new ProfileDiagnosis(
        name,
        clock.instant(),
        condition,
        role,
        referring.stream().flatMap(id -> diagnosis(id).stream()).toList());
  }

  private Optional<InstanceDiagnosis> diagnosis(InstanceId id) {
    try {
      return Optional.of(
          DiagnosisRules.diagnose(
              looks.atOnce(id, Optional.empty(), AwsReader.Depth.ROLE), Optional.empty()));
    } catch (InstanceProfileOpsException e) {
      if (e.kind() != InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE) {
        throw e;
      }
      // It has ended since it was listed.
      return Optional.empty();
    }
  }

  RoleDiagnosis ofRole(String role) {
    Optional<List<String>> holding;
    try (Deadline.Running time = looks.begin("diagnosis of role " + role)) {
      holding = time.get(() -> profiles.profiles(role));
    }
    var found = new ArrayList<ProfileDiagnosis>();
    holding.orElse(List.of()).forEach(name -> found.add(ofProfile(name)));
    if (found.stream().noneMatch(each -> IamName.same(each.profile(), role))) {
      // The console gives a role a profile of its own name, and deletes it with the role.
      ProfileDiagnosis namesake = ofProfile(role);
      boolean lost =
          namesake.condition() == ProfileCondition.WITHOUT_ROLE
              || (namesake.condition() == ProfileCondition.MISSING
                  && !namesake.instances().isEmpty());
      if (lost) {
        found.add(namesake);
      }
    }
    return new RoleDiagnosis(
        role,
        holding.isPresent(),
        found,
        List.of(
            new Values.Gap(
                UnknownType.EARLIER_PROFILES,
                "profiles of other names that held the role before, because IAM forgets it",
                "look for RemoveRoleFromInstanceProfile and DeleteInstanceProfile in CloudTrail, or"
                    + " diagnose the profile by its name")));
  }
}
