package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a plan from what was read. Pure. The swap comes last: the profile is made whole first. */
final class RepairPlanner {
  // Whoever made an association looks that long for the metadata to follow, and then may stop the
  // instance; half a minute more, until that shows.
  private static final Duration FOLLOWING = StepRunner.METADATA_PATIENCE.plusSeconds(30);

  private final InstanceView view;
  private final RepairTarget target;
  private final List<RepairStep> steps = new ArrayList<>();
  private final List<Obstacle> obstacles = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private RepairPlanner(InstanceView view, RepairTarget target) {
    this.view = view;
    this.target = target;
  }

  /**
   * Plans.
   *
   * @param claim whose the stop is that the instance is down by; empty if no repair meant to stop
   *     it
   */
  static RepairPlan plan(
      String id, InstanceView view, RepairTarget target, Optional<StopClaim> claim) {
    InstanceDiagnosis diagnosis = DiagnosisRules.diagnose(view, target.role(), claim);
    var planner = new RepairPlanner(view, target);
    planner.decide(diagnosis);
    claim.filter(each -> view.down()).ifPresent(planner::startIfOurs);
    List<RepairStep> steps = planner.obstacles.isEmpty() ? planner.steps : List.of();
    RoleChange.of(view, steps).ifPresent(planner.notes::add);
    if (!steps.isEmpty()) {
      view.manager().ifPresent(planner::warnOfManager);
    }
    if (steps.stream().anyMatch(step -> step.action() == RepairAction.START_INSTANCES)) {
      planner.warnOfKeys();
    }
    return new RepairPlan(
        id,
        view.at(),
        target,
        diagnosis,
        steps,
        planner.obstacles,
        planner.notes,
        SideEffects.sharedProfile(steps).isPresent() ? view.sought().others() : List.of(),
        steps.isEmpty() ? "" : PlanPolicy.json(view, target, steps),
        WayBackPolicy.json(view, steps),
        PlanBinding.of(view.account()));
  }

  private void decide(InstanceDiagnosis diagnosis) {
    for (Finding finding : diagnosis.findings()) {
      if (finding.type() == FindingType.INSTANCE_IN_TRANSITION
          || finding.type() == FindingType.ASSOCIATION_IN_TRANSITION) {
        block(ObstacleType.IN_TRANSITION, finding.explanation(), "Cure: " + finding.cure() + ".");
        return;
      }
    }
    if (!view.profileAnswered()) {
      block(
          ObstacleType.PROFILE_UNREADABLE,
          "The endpoint does not tell what IAM has, so nothing can be planned.",
          "Check that the IAM client points at AWS itself.");
      return;
    }
    Optional<String> name = view.profileName();
    if (name.isEmpty()) {
      block(
          ObstacleType.PROFILE_NAME_NEEDED,
          "The instance refers to no instance profile, so its name cannot be told.",
          "Pass instanceProfile(name).");
      return;
    }
    if (!view.idsComparable()) {
      block(
          ObstacleType.IDS_NOT_COMPARABLE,
          "Ids decide, and those that the endpoint answered have not the form that AWS issues"
              + " (AIPA…).",
          "Check that both clients point at AWS itself.");
      return;
    }
    // As IAM has it where it has it: names are compared without case, and asked for in any.
    String asIamHasIt = view.profile().map(InstanceView.Profile::name).orElse(name.get());
    boolean profileChanges = makeProfileWhole(asIamHasIt);
    if (diagnosis.has(FindingType.TRUST_LACKS_EC2) && !profileChanges) {
      held().ifPresent(this::letEc2Assume);
    }
    if (diagnosis.has(FindingType.METADATA_DISABLED) && target.metadataOptionsChangeAllowed()) {
      steps.add(new Steps.SwitchMetadataOn(next(), view.instance()));
    }
    boolean renewed =
        diagnosis.has(FindingType.METADATA_LAGS)
            || (diagnosis.has(FindingType.SESSIONS_REVOKED) && !revokesWhatComes(diagnosis));
    Optional<Instant> followsUntil =
        renewed && !profileChanges && view.refersToProfile()
            ? followsUntil(DiagnosisRules.revokedBefore(diagnosis))
            : Optional.empty();
    if (followsUntil.isPresent()) {
      leaveToFollow(followsUntil.get());
    } else if (profileChanges || renewed || !view.refersToProfile()) {
      swap(asIamHasIt);
      lastRung();
    }
    left(diagnosis);
  }

  /**
   * Until when the metadata may follow an association that is the cure already, made a moment ago:
   * perhaps by another worker, who would be fought by making it again. A clock that is far from
   * AWS's tells nothing of that.
   *
   * @param revokedBefore the sessions that an older association would go on with
   */
  private Optional<Instant> followsUntil(Optional<Instant> revokedBefore) {
    return view.association()
        .flatMap(InstanceView.Association::since)
        .filter(since -> revokedBefore.map(cutOff -> !since.isBefore(cutOff)).orElse(true))
        .filter(since -> Duration.between(since, view.at()).abs().compareTo(FOLLOWING) < 0)
        .map(since -> since.plus(FOLLOWING));
  }

  /** The swap is made; what is left is to wait, and the last rung. */
  private void leaveToFollow(Instant until) {
    String young =
        "The association is right and was made a moment ago; the metadata may follow it until "
            + until
            + ", so it is not made again.";
    lastRung();
    if (steps.isEmpty()) {
      block(ObstacleType.METADATA_MAY_FOLLOW, young, "Wait until then and plan again.");
    } else {
      notes.add(young);
    }
  }

  /** What a plan does not touch unless it is asked to, and this library cannot be asked to yet. */
  private void left(InstanceDiagnosis diagnosis) {
    for (Finding finding : diagnosis.findings()) {
      switch (finding.type()) {
        case ROLE_RECREATED -> leave(finding, target.roleRemovalAllowed(), "allowRoleRemoval()");
        case METADATA_DISABLED ->
            leave(finding, target.metadataOptionsChangeAllowed(), "allowMetadataOptionsChange()");
        case TRUST_LACKS_EC2 -> {
          leave(finding, target.trustPolicyChangeAllowed(), "allowTrustPolicyChange()");
          held().ifPresent(this::showTrustChange);
        }
        case PROFILE_PATH_CHANGED ->
            notes.add("launch templates that name the old ARN stay broken: change them by hand");
        case SESSIONS_REVOKED ->
            notes.add(
                "policy "
                    + RolePolicies.REVOCATION
                    + " stays: lifting it would make every older session of the role work again"
                    + (revokesWhatComes(diagnosis)
                        ? "; no step of a repair can help: " + finding.cure()
                        : ""));
        default -> {}
      }
    }
  }

  private boolean revokesWhatComes(InstanceDiagnosis diagnosis) {
    return DiagnosisRules.revokedBefore(diagnosis).filter(view.at()::isBefore).isPresent();
  }

  private void leave(Finding finding, boolean allowed, String permission) {
    if (!allowed) {
      notes.add(
          finding.explanation()
              + " This plan leaves it; pass "
              + permission
              + " to permit its cure: "
              + finding.cure()
              + ".");
    }
  }

  private Optional<InstanceView.Role> held() {
    return view.profile().flatMap(InstanceView.Profile::role);
  }

  private Optional<TrustPolicyChange> trustChange(InstanceView.Role role) {
    return TrustPolicyChange.lettingEc2Assume(role.trustPolicy(), AccountRef.EC2);
  }

  private void showTrustChange(InstanceView.Role role) {
    trustChange(role)
        .ifPresent(
            change ->
                notes.add(
                    "the change of the trust policy of role "
                        + role.name()
                        + ":\n"
                        + change.diff()));
  }

  private void letEc2Assume(InstanceView.Role role) {
    Optional<TrustPolicyChange> change = trustChange(role);
    if (!target.trustPolicyChangeAllowed() || change.isEmpty()) {
      return;
    }
    steps.add(
        new Steps.UpdateTrust(
            next(), role.name(), role.id(), change.get().after(), change.get().before()));
  }

  /** Puts the wanted role in the place of the one that the profile holds, if need be. */
  private boolean exchangeRole(String name, InstanceView.Role held) {
    Optional<String> other = target.role().filter(each -> !IamName.same(each, held.name()));
    if (other.isPresent() && !target.roleRemovalAllowed()) {
      block(
          ObstacleType.OTHER_ROLE_HELD,
          "Instance profile "
              + name
              + " holds role "
              + held.name()
              + ", not "
              + other.get()
              + ". Every instance on this profile would change its role with it.",
          "Pass instanceProfile(name) with the name of a new profile, or of one that holds "
              + other.get()
              + "; or allowRoleRemoval() to exchange the role for all of them.");
      return false;
    }
    if (other.isPresent()) {
      return exchangeForOther(name, held, other.get());
    }
    Optional<String> again =
        view.roleNow().flatMap(InstanceView.RoleNow::id).filter(id -> !id.equals(held.id()));
    if (again.isPresent() && target.roleRemovalAllowed()) {
      exchange(name, held, held.name(), again.get());
      return true;
    }
    if (again.isEmpty() && view.roleNow().isPresent() && !roleIsTheSame(held)) {
      notes.add(
          "role "
              + held.name()
              + " does not exist any more: create it, or pass role(name) with another one");
    }
    return false;
  }

  private boolean roleIsTheSame(InstanceView.Role held) {
    return view.roleNow().flatMap(InstanceView.RoleNow::id).equals(Optional.of(held.id()));
  }

  private boolean exchangeForOther(String name, InstanceView.Role held, String wanted) {
    if (view.sought().wantedRole().isEmpty()) {
      block(
          ObstacleType.ROLE_UNREADABLE,
          "IAM does not show role "
              + wanted
              + ", and "
              + held.name()
              + " is not taken out of profile "
              + name
              + " for a role that may not exist.",
          "Check the name; the caller needs iam:GetRole.");
      return false;
    }
    InstanceView.Role coming = view.sought().wantedRole().get();
    if (isOfNoUse(name, coming)) {
      return false;
    }
    exchange(name, held, coming.name(), coming.id());
    openToEc2(coming);
    return true;
  }

  private boolean keepsEc2Out(InstanceView.Role role) {
    return RolePolicies.trustsEc2(role.trustPolicy(), view.account()).equals(Optional.of(false));
  }

  /**
   * Whether the profile would give no credentials with the role that comes, which is in the way.
   */
  private boolean isOfNoUse(String name, InstanceView.Role coming) {
    boolean ofNoUse =
        keepsEc2Out(coming)
            && (!target.trustPolicyChangeAllowed() || trustChange(coming).isEmpty());
    if (ofNoUse) {
      block(
          ObstacleType.ROLE_LACKS_EC2_TRUST,
          "Role "
              + coming.name()
              + " does not let EC2 assume it, so profile "
              + name
              + " would give no credentials with it.",
          "Pass allowTrustPolicyChange(), or change its trust policy first.");
    }
    return ofNoUse;
  }

  /** A role that comes is let in by EC2 once it is in the profile, and before the swap. */
  private void openToEc2(InstanceView.Role coming) {
    if (keepsEc2Out(coming)) {
      letEc2Assume(coming);
      showTrustChange(coming);
    }
  }

  private void exchange(String name, InstanceView.Role held, String wanted, String wantedId) {
    InstanceProfileId profile = view.profile().orElseThrow().id();
    steps.add(new Steps.RemoveRole(next(), name, held.name(), profile, held.id(), wanted));
    steps.add(
        new Steps.AddRole(
            next(),
            name,
            wanted,
            Optional.of(profile),
            Optional.of(wantedId),
            Optional.of(held.id())));
  }

  /** Adds the steps after which the profile exists and holds its role. */
  private boolean makeProfileWhole(String name) {
    Optional<InstanceView.Profile> profile = view.profile();
    Optional<String> role = target.role();
    if (held().isPresent()) {
      return exchangeRole(name, held().get());
    }
    if (role.isEmpty()) {
      block(
          ObstacleType.ROLE_NEEDED,
          "Nothing tells for sure which role instance profile " + name + " held.",
          "Pass role(name) with the name of the role that it shall hold."
              + (view.sought().roleHints().isEmpty()
                  ? ""
                  : " It may have been: " + String.join("; ", view.sought().roleHints()) + "."));
      return false;
    }
    Optional<InstanceView.Role> coming = view.sought().wantedRole();
    if (view.sought().wantedRoleMissing()) {
      block(
          ObstacleType.ROLE_MISSING,
          "IAM has no role " + role.get() + ", so profile " + name + " would be left without one.",
          "Check the name, or create the role first.");
      return false;
    }
    if (coming.isPresent() && isOfNoUse(name, coming.get())) {
      return false;
    }
    if (profile.isEmpty()) {
      steps.add(new Steps.Create(next(), name, pathOf(name), tagsAgain(name)));
    }
    steps.add(
        new Steps.AddRole(
            next(),
            name,
            coming.map(InstanceView.Role::name).orElse(role.get()),
            profile.map(InstanceView.Profile::id),
            coming.map(InstanceView.Role::id),
            Optional.empty()));
    coming.ifPresent(this::openToEc2);
    return true;
  }

  /** A profile made again gets back the tags that it had. */
  private Map<String, String> tagsAgain(String name) {
    Optional<RoleHistory.Tags> known = view.sought().tags();
    if (known.isPresent()) {
      notes.add(
          known.get().tags().isEmpty()
              ? "profile " + name + " had no tags, says " + known.get().source()
              : "profile " + name + " gets back the tags that " + known.get().source() + " tells");
    } else if (view.association()
        .filter(each -> IamName.same(each.profileArn().name(), name))
        .isPresent()) {
      notes.add(
          "whether profile "
              + name
              + " had tags is not known, so it is made without; CloudTrail CreateInstanceProfile"
              + " and TagInstanceProfile would tell");
    }
    return known.map(RoleHistory.Tags::tags).orElse(Map.of());
  }

  /** The id of the profile that the instance shall have; empty if a step makes it. */
  private Optional<InstanceProfileId> profileToCome() {
    return view.profile().map(InstanceView.Profile::id);
  }

  /** The id of the role that the profile holds when the steps so far are done. */
  private Optional<String> roleToCome() {
    for (RepairStep step : steps) {
      if (step instanceof RepairStep.AddRoleToInstanceProfile add) {
        return add.roleId();
      }
    }
    return held().map(InstanceView.Role::id);
  }

  /** A profile made again belongs under the path of the one that was lost. */
  private String pathOf(String name) {
    return view.association()
        .map(InstanceView.Association::profileArn)
        .filter(arn -> IamName.same(arn.name(), name))
        .map(arn -> arn.path())
        .orElse("/");
  }

  private void swap(String name) {
    Optional<InstanceView.Association> current = view.association();
    if (current.isEmpty()) {
      associate(name);
      return;
    }
    InstanceView.Association association = current.get();
    if (!association.listed()) {
      block(
          ObstacleType.ASSOCIATION_NOT_LISTED,
          "The association of the instance is not listed, so its id cannot be told.",
          "Plan again; if that does not help, check that the EC2 client points at AWS itself.");
      return;
    }
    if (view.running()) {
      steps.add(
          new Steps.Replace(
              next(),
              association.id(),
              association.profileId(),
              nameLeft(association),
              name,
              profileToCome(),
              roleToCome()));
    } else if (!view.refersToProfile()) {
      steps.add(
          new Steps.Disassociate(
              next(),
              association.id(),
              association.profileId(),
              nameLeft(association),
              name,
              profileToCome(),
              roleToCome()));
      associate(name);
    }
  }

  /** The name of the profile that the instance leaves; empty if IAM has it no more. */
  private Optional<String> nameLeft(InstanceView.Association association) {
    if (view.refersToProfile()) {
      return view.profile().map(InstanceView.Profile::name);
    }
    String name = association.profileArn().name();
    if (view.profileName().filter(each -> IamName.same(each, name)).isPresent()) {
      return Optional.empty();
    }
    // Where it could not be read, the diagnosis says so.
    return view.associatedProfile().isPresent()
        ? RoleChange.associated(view).map(InstanceView.Profile::name)
        : Optional.of(name);
  }

  private void associate(String name) {
    steps.add(new Steps.Associate(next(), view.instance(), name, profileToCome(), roleToCome()));
  }

  private void lastRung() {
    if (!view.running()) {
      return;
    }
    String lag = "the metadata may not follow before the instance is stopped and started";
    if (view.metadata().equals(MetadataSight.NotAsked.NO_CLIENT)) {
      notes.add(lag + "; without a metadata client this repair cannot tell, and does not do it");
    } else if (!view.metadata().kind().witnesses()) {
      notes.add(
          lag
              + "; whether it follows cannot be told, so this repair does not do it: "
              + view.metadata().inWords());
    } else if (!view.stopHazards().isEmpty()) {
      notes.add(lag + "; it is not offered, because " + String.join("; ", view.stopHazards()));
    } else if (!target.stopStartAllowed()) {
      notes.add(lag + "; pass allowStopStart() to permit that");
    } else {
      steps.add(new Steps.Stop(next(), view.instance()));
      steps.add(new Steps.Start(next(), view.instance()));
    }
  }

  private void startIfOurs(StopClaim claim) {
    switch (claim.owner()) {
      case REPAIR -> startAfterAll();
      case SOMEBODY_ELSE -> notes.add(claim.why() + " " + claim.remedy());
      case UNKNOWN -> {
        // What else there is to do does not wait for the answer.
        if (steps.isEmpty()) {
          block(ObstacleType.STOP_UNEXPLAINED, claim.why(), claim.remedy());
        } else {
          notes.add(claim.why() + " " + claim.remedy());
        }
      }
    }
  }

  /** Whatever else there is to do, or is in the way, what a repair has stopped runs first. */
  private void startAfterAll() {
    obstacles.forEach(each -> notes.add(each.describe()));
    if (!steps.isEmpty()) {
      notes.add(
          "plan again when the instance runs: then there is more to do, beginning with "
              + steps.get(0).operation());
    }
    obstacles.clear();
    steps.clear();
    steps.add(new Steps.Start(next(), view.instance()));
  }

  private void warnOfManager(String manager) {
    notes.add(
        "the instance is managed by the service "
            + manager
            + ", which may refuse or undo what this plan writes, or replace the instance; better put"
            + " it right there");
  }

  /**
   * A start without the grant is accepted, and fails afterwards (EC2 User Guide, EBS encryption).
   */
  private void warnOfKeys() {
    Optional<List<String>> keys = view.sought().volumeKeys();
    if (keys.filter(List::isEmpty).isPresent()) {
      return;
    }
    notes.add(
        keys.map(each -> "volumes of the instance are encrypted with " + String.join(", ", each))
                .orElse("whether a volume of the instance is encrypted is not known")
            + "; if that is a customer managed key, whoever starts the instance needs"
            + " kms:CreateGrant on it: without it StartInstances is accepted, and the instance falls"
            + " back to stopped (Client.InternalError)");
  }

  private int next() {
    return steps.size() + 1;
  }

  private void block(ObstacleType type, String explanation, String remedy) {
    obstacles.add(new Values.Hindrance(type, explanation, remedy));
  }
}
