package io.github.rolekeeper.iamops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a plan from what was read. Pure. The swap comes last: the profile is made whole first. */
final class RepairPlanner {
  private static final String NO_DISRUPTION = "none";

  private final InstanceView view;
  private final RepairTarget target;
  private final List<RepairStep> steps = new ArrayList<>();
  private final List<String> obstacles = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private RepairPlanner(InstanceView view, RepairTarget target) {
    this.view = view;
    this.target = target;
  }

  static RepairPlan plan(String id, InstanceView view, RepairTarget target) {
    InstanceDiagnosis diagnosis = DiagnosisRules.diagnose(view, target.role());
    var planner = new RepairPlanner(view, target);
    planner.decide(diagnosis);
    List<RepairStep> steps = planner.obstacles.isEmpty() ? planner.steps : List.of();
    return new RepairPlan(
        id,
        view.at(),
        target,
        diagnosis,
        steps,
        planner.obstacles,
        planner.notes,
        steps.isEmpty() ? "" : PlanPolicy.json(view, target, steps));
  }

  private void decide(InstanceDiagnosis diagnosis) {
    for (Finding finding : diagnosis.findings()) {
      if (finding.type() == FindingType.INSTANCE_IN_TRANSITION
          || finding.type() == FindingType.ASSOCIATION_IN_TRANSITION) {
        obstacles.add(finding.explanation() + " Cure: " + finding.cure() + ".");
        return;
      }
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
    boolean renewed =
        diagnosis.has(FindingType.METADATA_LAGS) || diagnosis.has(FindingType.SESSIONS_REVOKED);
    if (profileChanges || renewed || !view.refersToProfile()) {
      swap(name.get());
      lastRung();
    }
    left(diagnosis);
  }

  /** What a plan does not touch unless it is asked to, and this library cannot be asked to yet. */
  private void left(InstanceDiagnosis diagnosis) {
    for (Finding finding : diagnosis.findings()) {
      switch (finding.type()) {
        case TRUST_LACKS_EC2, ROLE_RECREATED, METADATA_DISABLED ->
            notes.add(
                finding.explanation() + " This plan leaves it; cure: " + finding.cure() + ".");
        case PROFILE_PATH_CHANGED ->
            notes.add("launch templates that name the old ARN stay broken: change them by hand");
        case SESSIONS_REVOKED ->
            notes.add(
                "policy "
                    + RolePolicies.REVOCATION
                    + " stays: lifting it would make every older session of the role work again");
        default -> {}
      }
    }
  }

  /** Adds the steps after which the profile exists and holds its role. */
  private boolean makeProfileWhole(String name) {
    Optional<InstanceView.Profile> profile = view.profile();
    Optional<String> held = profile.flatMap(InstanceView.Profile::roleName);
    Optional<String> role = target.role();
    if (held.isPresent()) {
      if (role.isPresent() && !role.get().equals(held.get())) {
        obstacles.add(
            "Instance profile "
                + name
                + " holds role "
                + held.get()
                + ", not "
                + role.get()
                + ". Every instance on this profile would change its role with it. Pass"
                + " instanceProfile(name) with a profile that holds "
                + role.get()
                + ".");
      }
      return false;
    }
    if (role.isEmpty()) {
      obstacles.add(
          "Nothing tells for sure which role instance profile "
              + name
              + " held. Pass role(name) with the name of the role that it shall hold.");
      return false;
    }
    if (profile.isEmpty()) {
      String path = pathOf(name);
      add(
          RepairAction.CREATE_INSTANCE_PROFILE,
          parameters("InstanceProfileName", name, "Path", path),
          "IAM has no instance profile of this name",
          "GetInstanceProfile " + name + " answers NoSuchEntity",
          "profile " + name + " exists, with a new id",
          "DeleteInstanceProfile " + name,
          NO_DISRUPTION);
    }
    add(
        RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
        parameters("InstanceProfileName", name, "RoleName", role.get()),
        "a profile without a role gives no permissions",
        "profile "
            + name
            + profile.map(each -> " is " + each.id()).orElse(" is the one just made")
            + " and holds no role",
        "profile " + name + " holds role " + role.get(),
        "RemoveRoleFromInstanceProfile " + name + " " + role.get(),
        NO_DISRUPTION);
    return true;
  }

  /** A profile made again belongs under the path of the one that was lost. */
  private String pathOf(String name) {
    return view.association()
        .map(InstanceView.Association::profileArn)
        .filter(arn -> arn.name().equals(name))
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
    String precondition =
        association.id() + " is in force and refers to " + association.profileId();
    if (view.running()) {
      add(
          RepairAction.REPLACE_ASSOCIATION,
          parameters("AssociationId", association.id(), "IamInstanceProfile.Name", name),
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
              + RepairExecutor.METADATA_PATIENCE.toMinutes()
              + " minutes",
          "the instance is stopped",
          "StartInstances, the next step",
          "THE INSTANCE IS DOWN until it is started; its memory is lost");
      add(
          RepairAction.START_INSTANCES,
          parameters("InstanceId.1", id),
          "it was stopped by the step before",
          "the instance was stopped by this plan",
          "the instance runs and its metadata shows the role",
          "not needed",
          "boot time; may fail for want of capacity");
    }
  }

  private void add(
      RepairAction action,
      Map<String, String> parameters,
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
