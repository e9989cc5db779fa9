package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a plan from what was read. Pure. The swap comes last: the profile is made whole first. */
final class RepairPlanner {
  private static final String NO_DISRUPTION = "none";
  // Whoever made an association looks that long for the metadata to follow, and then may stop the
  // instance; half a minute more, until that shows.
  private static final Duration FOLLOWING = StepRunner.METADATA_PATIENCE.plusSeconds(30);

  private final InstanceView view;
  private final RepairTarget target;
  private final List<RepairStep> steps = new ArrayList<>();
  private final List<String> obstacles = new ArrayList<>();
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
    InstanceDiagnosis diagnosis = DiagnosisRules.diagnose(view, target.role());
    var planner = new RepairPlanner(view, target);
    planner.decide(diagnosis);
    claim.filter(each -> view.down()).ifPresent(planner::startIfOurs);
    List<RepairStep> steps = planner.obstacles.isEmpty() ? planner.steps : List.of();
    return new RepairPlan(
        id,
        view.at(),
        target,
        diagnosis,
        steps,
        planner.obstacles,
        planner.notes,
        steps.isEmpty() ? "" : PlanPolicy.json(view, target, steps),
        Optional.empty());
  }

  private void decide(InstanceDiagnosis diagnosis) {
    for (Finding finding : diagnosis.findings()) {
      if (finding.type() == FindingType.INSTANCE_IN_TRANSITION
          || finding.type() == FindingType.ASSOCIATION_IN_TRANSITION) {
        obstacles.add(finding.explanation() + " Cure: " + finding.cure() + ".");
        return;
      }
    }
    if (!view.profileAnswered()) {
      obstacles.add(
          "The endpoint does not tell what IAM has, so nothing can be planned. Check that the IAM"
              + " client points at AWS itself.");
      return;
    }
    Optional<String> name = view.profileName();
    if (name.isEmpty()) {
      obstacles.add(
          "The instance refers to no instance profile, so its name cannot be told. Pass"
              + " instanceProfile(name).");
      return;
    }
    if (!view.idsComparable()) {
      obstacles.add(
          "Ids decide, and those that the endpoint answered have not the form that AWS issues"
              + " (AIPA…). Check that both clients point at AWS itself.");
      return;
    }
    boolean profileChanges = makeProfileWhole(name.get());
    if (diagnosis.has(FindingType.TRUST_LACKS_EC2) && !profileChanges) {
      held().ifPresent(this::letEc2Assume);
    }
    if (diagnosis.has(FindingType.METADATA_DISABLED) && target.metadataOptionsChangeAllowed()) {
      switchMetadataOn();
    }
    boolean renewed =
        diagnosis.has(FindingType.METADATA_LAGS) || diagnosis.has(FindingType.SESSIONS_REVOKED);
    Optional<Instant> followsUntil =
        renewed && !profileChanges && view.refersToProfile()
            ? followsUntil(DiagnosisRules.revokedBefore(diagnosis))
            : Optional.empty();
    if (followsUntil.isPresent()) {
      leaveToFollow(followsUntil.get());
    } else if (profileChanges || renewed || !view.refersToProfile()) {
      swap(name.get());
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
      obstacles.add(young + " Wait until then and plan again.");
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
                    + (view.down()
                        ? "; the next start gives the instance a new session, so a stopped one"
                            + " needs no step"
                        : ""));
        default -> {}
      }
    }
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
    return TrustPolicyChange.lettingEc2Assume(
        role.trustPolicy(), view.account().ec2TrustPrincipal());
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
    add(
        RepairAction.UPDATE_ASSUME_ROLE_POLICY,
        parameters("RoleName", role.name(), "PolicyDocument", change.get().after()),
        parameters(RepairStep.ROLE_ID, role.id(), RepairStep.TRUST, change.get().before()),
        "a role that EC2 may not assume gives no credentials",
        "the profile holds " + role.id() + ", and its trust policy is still the one shown below",
        role.id() + " lets EC2 assume it",
        "UpdateAssumeRolePolicy with the policy as it was",
        NO_DISRUPTION + "; the instance follows at its next refresh, within an hour");
  }

  private void switchMetadataOn() {
    add(
        RepairAction.MODIFY_METADATA_OPTIONS,
        parameters("InstanceId", view.instance().value(), "HttpEndpoint", "enabled"),
        "without its metadata service nothing on the instance gets credentials",
        "the metadata service of " + view.instance() + " is off",
        "it is on; its other options are as they were",
        "ModifyInstanceMetadataOptions with HttpEndpoint=disabled",
        NO_DISRUPTION);
  }

  /** Puts the wanted role in the place of the one that the profile holds, if need be. */
  private boolean exchangeRole(String name, InstanceView.Role held) {
    Optional<String> other = target.role().filter(each -> !each.equalsIgnoreCase(held.name()));
    if (other.isPresent() && !target.roleRemovalAllowed()) {
      obstacles.add(
          "Instance profile "
              + name
              + " holds role "
              + held.name()
              + ", not "
              + other.get()
              + ". Every instance on this profile would change its role with it. Pass"
              + " instanceProfile(name) with the name of a new profile, or of one that holds "
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
      obstacles.add(
          "IAM does not show role "
              + wanted
              + ", and "
              + held.name()
              + " is not taken out of profile "
              + name
              + " for a role that may not exist. Check the name; the caller needs iam:GetRole.");
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

  private static boolean keepsEc2Out(InstanceView.Role role) {
    return RolePolicies.trustsEc2(role.trustPolicy()).equals(Optional.of(false));
  }

  /**
   * Whether the profile would give no credentials with the role that comes, which is in the way.
   */
  private boolean isOfNoUse(String name, InstanceView.Role coming) {
    boolean ofNoUse =
        keepsEc2Out(coming)
            && (!target.trustPolicyChangeAllowed() || trustChange(coming).isEmpty());
    if (ofNoUse) {
      obstacles.add(
          "Role "
              + coming.name()
              + " does not let EC2 assume it, so profile "
              + name
              + " would give no credentials with it. Pass allowTrustPolicyChange(), or change its"
              + " trust policy first.");
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
    String profileId = view.profile().orElseThrow().id().value();
    boolean again = wanted.equals(held.name());
    add(
        RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE,
        parameters("InstanceProfileName", name, "RoleName", held.name()),
        parameters(RepairStep.PROFILE_ID, profileId, RepairStep.ROLE_ID, held.id()),
        again
            ? "the profile holds the deleted role " + held.id() + ", not the one of that name now"
            : "the profile holds role " + held.name() + ", not " + wanted,
        "profile " + profileId + " holds role " + held.id(),
        "profile " + name + " does not hold " + held.id(),
        again
            ? "not possible: role " + held.id() + " was deleted"
            : "AddRoleToInstanceProfile " + name + " " + held.name(),
        "EVERY INSTANCE ON PROFILE "
            + name
            + " IS WITHOUT A ROLE until the next step; credentials that were issued before stay"
            + " valid until they expire");
    add(
        RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
        parameters("InstanceProfileName", name, "RoleName", wanted),
        parameters(RepairStep.ROLE_ID, wantedId, RepairStep.ROLE_BEFORE, held.id()),
        "a profile without a role gives no permissions",
        "profile " + name + " holds no role",
        "profile " + name + " holds role " + wanted + " (" + wantedId + ")",
        "RemoveRoleFromInstanceProfile " + name + " " + wanted,
        again ? NO_DISRUPTION : "every instance on profile " + name + " gets role " + wanted);
  }

  /** Adds the steps after which the profile exists and holds its role. */
  private boolean makeProfileWhole(String name) {
    Optional<InstanceView.Profile> profile = view.profile();
    Optional<String> role = target.role();
    if (held().isPresent()) {
      return exchangeRole(name, held().get());
    }
    if (role.isEmpty()) {
      obstacles.add(
          "Nothing tells for sure which role instance profile "
              + name
              + " held. Pass role(name) with the name of the role that it shall hold."
              + (view.sought().roleHints().isEmpty()
                  ? ""
                  : " It may have been: " + String.join("; ", view.sought().roleHints()) + "."));
      return false;
    }
    Optional<InstanceView.Role> coming = view.sought().wantedRole();
    if (view.sought().wantedRoleMissing()) {
      obstacles.add(
          "IAM has no role "
              + role.get()
              + ", so profile "
              + name
              + " would be left without one. Check the name, or create the role first.");
      return false;
    }
    if (coming.isPresent() && isOfNoUse(name, coming.get())) {
      return false;
    }
    if (profile.isEmpty()) {
      String path = pathOf(name);
      add(
          RepairAction.CREATE_INSTANCE_PROFILE,
          ProfileTags.with(parameters("InstanceProfileName", name, "Path", path), tagsAgain(name)),
          "IAM has no instance profile of this name",
          "GetInstanceProfile " + name + " answers NoSuchEntity",
          "profile " + name + " exists, with a new id",
          "DeleteInstanceProfile " + name,
          NO_DISRUPTION);
    }
    add(
        RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
        parameters("InstanceProfileName", name, "RoleName", role.get()),
        seenOfWanted(coming.map(InstanceView.Role::id)),
        "a profile without a role gives no permissions",
        "profile "
            + name
            + profile.map(each -> " is " + each.id()).orElse(" is the one just made")
            + " and holds no role",
        "profile " + name + " holds role " + role.get(),
        "RemoveRoleFromInstanceProfile " + name + " " + role.get(),
        NO_DISRUPTION);
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
        .filter(each -> each.profileArn().name().equalsIgnoreCase(name))
        .isPresent()) {
      notes.add(
          "whether profile "
              + name
              + " had tags is not known, so it is made without; CloudTrail CreateInstanceProfile"
              + " and TagInstanceProfile would tell");
    }
    return known.map(RoleHistory.Tags::tags).orElse(Map.of());
  }

  /**
   * What the profile must still be when the instance gets it: a plan may be old by then.
   *
   * @param role the id of the role that it then holds; empty if that is not known yet
   */
  private Map<String, String> seenOfWanted(Optional<String> role) {
    var seen = new LinkedHashMap<String, String>();
    view.profile().ifPresent(each -> seen.put(RepairStep.PROFILE_ID, each.id().value()));
    role.ifPresent(id -> seen.put(RepairStep.ROLE_ID, id));
    return seen;
  }

  /** The id of the role that the profile holds when the steps so far are done. */
  private Optional<String> roleToCome() {
    return steps.stream()
        .filter(step -> step.action() == RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE)
        .findFirst()
        .map(step -> Optional.ofNullable(step.observed().get(RepairStep.ROLE_ID)))
        .orElseGet(() -> held().map(InstanceView.Role::id));
  }

  /** A profile made again belongs under the path of the one that was lost. */
  private String pathOf(String name) {
    return view.association()
        .map(InstanceView.Association::profileArn)
        .filter(arn -> arn.name().equalsIgnoreCase(name))
        .map(arn -> arn.path())
        .orElse("/");
  }

  private void swap(String name) {
    Optional<InstanceView.Association> current = view.association();
    String wanted =
        view.profile().map(each -> each.id().value()).orElse("the id of the new profile");
    String postcondition = "the instance refers to " + wanted;
    if (current.isEmpty()) {
      associate(name, "the instance has no profile", postcondition);
      return;
    }
    InstanceView.Association association = current.get();
    if (!association.listed()) {
      obstacles.add(
          "The association of the instance is not listed, so its id cannot be told. Plan again; if"
              + " that does not help, check that the EC2 client points at AWS itself.");
      return;
    }
    String precondition =
        association.id() + " is in force and refers to " + association.profileId();
    if (view.running()) {
      add(
          RepairAction.REPLACE_ASSOCIATION,
          parameters("AssociationId", association.id(), "IamInstanceProfile.Name", name),
          seenOfWanted(roleToCome()),
          view.refersToProfile()
              ? "the instance's metadata then need not wait for its next refresh"
              : "the instance refers to " + association.profileId() + ", not to " + wanted,
          precondition,
          postcondition,
          undoOf(association),
          "none documented; credentials that were issued before stay valid until they expire");
    } else if (!view.refersToProfile()) {
      add(
          RepairAction.DISASSOCIATE,
          parameters("AssociationId", association.id()),
          seenOfWanted(roleToCome()),
          "the association of a stopped instance cannot be replaced, only ended and made again",
          precondition,
          "the instance has no association",
          undoOf(association),
          "none while the instance is stopped");
      associate(name, "the instance has no association", postcondition);
    }
  }

  private String undoOf(InstanceView.Association association) {
    return view.profile().filter(each -> each.id().equals(association.profileId())).isPresent()
        ? "not needed: it is the same profile"
        : "not possible: profile " + association.profileId() + " is gone from IAM or not wanted";
  }

  private void associate(String name, String precondition, String postcondition) {
    add(
        RepairAction.ASSOCIATE,
        parameters("InstanceId", view.instance().value(), "IamInstanceProfile.Name", name),
        seenOfWanted(roleToCome()),
        "the instance needs a profile to have a role",
        precondition,
        postcondition,
        "DisassociateIamInstanceProfile",
        NO_DISRUPTION);
  }

  private void lastRung() {
    if (!view.running()) {
      return;
    }
    String lag = "the metadata may not follow before the instance is stopped and started";
    if (view.metadata().isEmpty()) {
      notes.add(lag + "; without a metadata client this repair cannot tell, and does not do it");
    } else if (!view.stopHazards().isEmpty()) {
      notes.add(lag + "; it is not offered, because " + String.join("; ", view.stopHazards()));
    } else if (!target.stopStartAllowed()) {
      notes.add(lag + "; pass allowStopStart() to permit that");
    } else {
      String id = view.instance().value();
      add(
          RepairAction.STOP_INSTANCES,
          parameters("InstanceId.1", id),
          "starting an instance renews what its metadata says of IAM; a reboot does not",
          "the metadata has not followed within "
              + StepRunner.METADATA_PATIENCE.toMinutes()
              + " minutes",
          "the instance is stopped",
          "StartInstances, the next step",
          "THE INSTANCE IS DOWN until it is started; its memory is lost");
      start("it was stopped by the step before");
    }
  }

  private void startIfOurs(StopClaim claim) {
    switch (claim.owner()) {
      case REPAIR -> startAfterAll();
      case SOMEBODY_ELSE -> notes.add(claim.why());
      case UNKNOWN -> {
        // What else there is to do does not wait for the answer.
        if (steps.isEmpty()) {
          obstacles.add(claim.why());
        } else {
          notes.add(claim.why());
        }
      }
    }
  }

  /** Whatever else is in the way, what a repair has stopped runs again. */
  private void startAfterAll() {
    if (!obstacles.isEmpty()) {
      notes.addAll(obstacles);
      obstacles.clear();
      steps.clear();
    }
    start("a repair that did not end has stopped it, as the journal says");
  }

  private void start(String why) {
    add(
        RepairAction.START_INSTANCES,
        parameters("InstanceId.1", view.instance().value()),
        why,
        "the instance was stopped by a repair",
        "the instance runs and its metadata shows the role",
        "not needed",
        "boot time; may fail for want of capacity");
  }

  private void add(
      RepairAction action,
      Map<String, String> parameters,
      String why,
      String precondition,
      String postcondition,
      String undo,
      String disruption) {
    add(action, parameters, Map.of(), why, precondition, postcondition, undo, disruption);
  }

  private void add(
      RepairAction action,
      Map<String, String> parameters,
      Map<String, String> observed,
      String why,
      String precondition,
      String postcondition,
      String undo,
      String disruption) {
    steps.add(
        new RepairStep(
            steps.size() + 1,
            action,
            parameters,
            observed,
            why,
            precondition,
            postcondition,
            undo,
            disruption));
  }

  private static Map<String, String> parameters(String... namesAndValues) {
    var parameters = new LinkedHashMap<String, String>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return parameters;
  }
}
