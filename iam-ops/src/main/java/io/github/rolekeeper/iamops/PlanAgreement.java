package io.github.rolekeeper.iamops;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Refuses a stored plan whose steps are not such as this library plans for its target, as after
 * somebody has edited it. Pure.
 */
final class PlanAgreement {
  /** The order of a plan: the profile is made whole, then the instance gets it. */
  private static final List<RepairAction> ORDER =
      List.of(
          RepairAction.CREATE_INSTANCE_PROFILE,
          RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE,
          RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
          RepairAction.UPDATE_ASSUME_ROLE_POLICY,
          RepairAction.MODIFY_INSTANCE_METADATA_OPTIONS,
          RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION,
          RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE,
          RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE,
          RepairAction.STOP_INSTANCES,
          RepairAction.START_INSTANCES);

  /** What takes away, and what gives back, at once. */
  private static final Map<RepairAction, RepairAction> PAIRS =
      Map.of(
          RepairAction.CREATE_INSTANCE_PROFILE, RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
          RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE, RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
          RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE,
              RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE,
          RepairAction.STOP_INSTANCES, RepairAction.START_INSTANCES);

  private static final Set<RepairAction> ON_PROFILE =
      Set.of(
          RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
          RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION,
          RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE,
          RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE);

  private static final Set<String> INSTANCES =
      Set.of("parameters.InstanceId", "parameters.InstanceId.1");
  private static final Set<String> PROFILE_NAMES =
      Set.of(
          "parameters.InstanceProfileName",
          "parameters.IamInstanceProfile.Name",
          "expects.nextInstanceProfileName");
  private static final String ROLE_NAME = "parameters.RoleName";
  private static final String NEXT_ROLE_NAME = "expects.nextRoleName";
  private static final String PROFILE_ID = "expects.instanceProfileId";
  private static final String ROLE_ID = "expects.roleId";
  private static final String REPLACED_ROLE_ID = "expects.replacedRoleId";

  private final RepairTarget target;
  private final List<RepairStep> steps;

  private PlanAgreement(RepairTarget target, List<RepairStep> steps) {
    this.target = target;
    this.steps = steps;
  }

  /**
   * Checks.
   *
   * @throws IllegalArgumentException if they do not agree; the message names the member, its value,
   *     and what is expected
   */
  static void check(RepairTarget target, List<RepairStep> steps) {
    var agreement = new PlanAgreement(target, steps);
    agreement.order();
    steps.forEach(agreement::permitted);
    agreement.identities();
    steps.forEach(agreement::rests);
    steps.forEach(PlanAgreement::onlyLetsEc2In);
  }

  private void order() {
    for (int i = 0; i < steps.size(); i++) {
      RepairStep step = steps.get(i);
      if (step.number() != i + 1) {
        throw new IllegalArgumentException(
            "steps[" + i + "].number is " + step.number() + ": its place is expected");
      }
      Optional<RepairAction> before =
          i == 0 ? Optional.empty() : Optional.of(steps.get(i - 1).action());
      if (before.filter(each -> !mayFollow(each, step.action())).isPresent()) {
        throw wrong(
            step,
            "operation",
            step.operation() + " after " + before.get().operation(),
            "each call at most once and in the order of a plan");
      }
      RepairAction pair = PAIRS.get(step.action());
      if (pair != null && (i + 1 == steps.size() || steps.get(i + 1).action() != pair)) {
        throw wrong(
            step, "operation", step.operation(), pair.operation() + " as the step behind it");
      }
    }
  }

  private static boolean mayFollow(RepairAction before, RepairAction after) {
    boolean swappedTwice =
        before == RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION
            && ON_PROFILE.contains(after);
    return !swappedTwice && ORDER.indexOf(before) < ORDER.indexOf(after);
  }

  /** A step that the planner makes only by a permission of its own is nobody's without it. */
  private void permitted(RepairStep step) {
    switch (step.action()) {
      case STOP_INSTANCES -> permitted(target.stopStartAllowed(), "stopStartAllowed", step);
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE ->
          permitted(target.roleRemovalAllowed(), "roleRemovalAllowed", step);
      case UPDATE_ASSUME_ROLE_POLICY ->
          permitted(target.trustPolicyChangeAllowed(), "trustPolicyChangeAllowed", step);
      case MODIFY_INSTANCE_METADATA_OPTIONS ->
          permitted(target.metadataOptionsChangeAllowed(), "metadataOptionsChangeAllowed", step);
      default -> {
        // Needs no permission beside the plan's own.
      }
    }
  }

  private static void permitted(boolean allowed, String member, RepairStep step) {
    if (!allowed) {
      throw wrong(
          step,
          "operation",
          step.operation() + ", and target." + member + " is false",
          "such a step only where the target permits it");
    }
  }

  private void identities() {
    agree(
        Optional.of(target.instance().value()),
        "the instance of the target",
        (step, member) -> INSTANCES.contains(member));
    agree(
        target.instanceProfile(),
        "the target's instance profile",
        (step, member) -> PROFILE_NAMES.contains(member));
    agree(
        target.role(),
        "the target's role",
        (step, member) ->
            member.equals(NEXT_ROLE_NAME) || (member.equals(ROLE_NAME) && !removes(step)));
    agree(Optional.empty(), "", (step, member) -> member.equals(PROFILE_ID));
    agree(Optional.empty(), "", (step, member) -> member.equals(ROLE_ID) && !removes(step));
    agree(
        Optional.empty(),
        "",
        (step, member) ->
            member.equals(REPLACED_ROLE_ID) || (member.equals(ROLE_ID) && removes(step)));
  }

  private static boolean removes(RepairStep step) {
    return step.action() == RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE;
  }

  /**
   * All that name the same thing name it alike.
   *
   * @param wanted by the target; if it does not say, the first step that names it decides
   * @param which the members, by step and place
   */
  private void agree(Optional<String> wanted, String whose, BiPredicate<RepairStep, String> which) {
    Optional<String> right = wanted;
    String from = whose;
    for (RepairStep step : steps) {
      for (Map.Entry<String, String> each : members(step).entrySet()) {
        if (!which.test(step, each.getKey())) {
          continue;
        }
        if (right.isEmpty()) {
          right = Optional.of(each.getValue());
          from = "as of " + place(step, each.getKey());
        } else if (!same(each.getKey(), right.get(), each.getValue())) {
          throw wrong(step, each.getKey(), each.getValue(), right.get() + ", " + from + ",");
        }
      }
    }
  }

  /** Ids are compared as they are. */
  private static boolean same(String member, String one, String other) {
    boolean name =
        PROFILE_NAMES.contains(member) || member.equals(ROLE_NAME) || member.equals(NEXT_ROLE_NAME);
    return name ? IamName.same(one, other) : one.equals(other);
  }

  /** What a step rests on is there, and nothing that the plan only makes. */
  private void rests(RepairStep step) {
    if (ON_PROFILE.contains(step.action())) {
      expected(
          step,
          PROFILE_ID,
          !has(RepairAction.CREATE_INSTANCE_PROFILE),
          "the id of the profile, unless the plan creates it,");
    }
    if (step instanceof RepairStep.AddRoleToInstanceProfile add) {
      Optional<RepairStep.RemoveRoleFromInstanceProfile> before = removal();
      expected(
          step,
          REPLACED_ROLE_ID,
          before.isPresent(),
          "the id of the role that the step before takes out, if there is one,");
      if (before.isPresent() && add.roleId().equals(add.replacedRoleId())) {
        throw wrong(
            step, ROLE_ID, add.roleId().orElse(""), "another role than the one that is taken out");
      }
      boolean again =
          before.filter(each -> IamName.same(each.roleName(), add.roleName())).isPresent();
      if (target.role().isEmpty() && !again) {
        throw wrong(
            step, ROLE_NAME, add.roleName() + ", and target.role is missing", "the target's role");
      }
    }
  }

  private static void expected(RepairStep step, String member, boolean there, String rule) {
    String value = members(step).get(member);
    if ((value != null) != there) {
      throw wrong(step, member, value == null ? "missing" : value, rule);
    }
  }

  /** The trust policy gets the one statement that this library adds, and nothing else. */
  private static void onlyLetsEc2In(RepairStep step) {
    if (step instanceof RepairStep.UpdateAssumeRolePolicy update) {
      String before = URLEncoder.encode(update.replacedPolicyDocument(), StandardCharsets.UTF_8);
      boolean only =
          TrustPolicyChange.lettingEc2Assume(before.replace("+", "%20"), AccountRef.EC2)
              .filter(change -> change.after().equals(update.policyDocument()))
              .isPresent();
      if (!only) {
        throw wrong(
            step,
            "parameters.PolicyDocument",
            update.policyDocument(),
            "expects.replacedPolicyDocument with the statement that lets EC2 assume the role");
      }
    }
  }

  private boolean has(RepairAction action) {
    return steps.stream().anyMatch(step -> step.action() == action);
  }

  private Optional<RepairStep.RemoveRoleFromInstanceProfile> removal() {
    return steps.stream()
        .filter(RepairStep.RemoveRoleFromInstanceProfile.class::isInstance)
        .map(RepairStep.RemoveRoleFromInstanceProfile.class::cast)
        .findFirst();
  }

  /** Parameters and expectations by their places in the JSON of a step. */
  private static Map<String, String> members(RepairStep step) {
    var members = new LinkedHashMap<String, String>();
    step.parameters().forEach((name, value) -> members.put("parameters." + name, value));
    Steps.facts(step).expects().forEach((name, value) -> members.put("expects." + name, value));
    return members;
  }

  private static String place(RepairStep step, String member) {
    return "steps[" + (step.number() - 1) + "]." + member;
  }

  private static IllegalArgumentException wrong(
      RepairStep step, String member, String value, String rule) {
    return new IllegalArgumentException(
        place(step, member)
            + " is "
            + JsonObject.shortened(value)
            + ": "
            + rule
            + " is expected; make a new plan");
  }
}
