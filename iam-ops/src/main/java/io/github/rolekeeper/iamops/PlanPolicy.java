package io.github.rolekeeper.iamops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.policybuilder.iam.IamConditionOperator;
import software.amazon.awssdk.policybuilder.iam.IamEffect;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamPolicyWriter;
import software.amazon.awssdk.policybuilder.iam.IamStatement;

/**
 * The least that a caller must be allowed to make a plan again and to carry it out: whoever a plan
 * is bound to does both. Pure.
 */
final class PlanPolicy {
  /** What every look at the state needs. These EC2 actions know no resources. */
  private static final List<String> EC2_READS =
      List.of("ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeInstances");

  private static final List<String> ROLE_READS = List.of("iam:GetRole", "iam:GetRolePolicy");

  private static final String PASS_ROLE = "iam:PassRole";

  private PlanPolicy() {}

  static String json(InstanceView view, RepairTarget target, List<RepairStep> steps) {
    AccountRef account = view.account();
    var statements = new ArrayList<IamStatement>();
    statements.add(allow(reads(view, steps), List.of("*")));
    var onProfiles = new TreeSet<String>(List.of("iam:GetInstanceProfile"));
    var onInstance = new TreeSet<String>();
    steps.stream()
        .filter(step -> step.action() != RepairAction.UPDATE_ASSUME_ROLE_POLICY)
        .flatMap(step -> step.permissions().stream())
        .filter(action -> !action.equals(PASS_ROLE))
        .forEach(action -> (action.startsWith("ec2:") ? onInstance : onProfiles).add(action));
    // IAM takes no statement without a resource, and a plan may be but to start the instance.
    on(arns(account, "instance-profile", profiles(view, steps)), onProfiles)
        .ifPresent(statements::add);
    // What is left behind is only looked at.
    on(arns(account, "instance-profile", leftProfile(view)), List.of("iam:GetInstanceProfile"))
        .ifPresent(statements::add);
    on(arns(account, "role", roles(view, target, steps)), ROLE_READS).ifPresent(statements::add);
    on(
            arns(account, "role", changedRoles(steps)),
            RepairAction.UPDATE_ASSUME_ROLE_POLICY.permissions())
        .ifPresent(statements::add);
    Set<String> passed = passedRoles(view, target, steps);
    if (!passed.isEmpty()) {
      statements.add(pass(account, passed));
    }
    if (!onInstance.isEmpty()) {
      statements.add(allow(onInstance, List.of(account.instance(view.instance()))));
    }
    return printed(IamPolicy.builder().statements(statements).build());
  }

  static IamStatement pass(AccountRef account, Set<String> roles) {
    return allow(List.of(PASS_ROLE), arns(account, "role", roles)).toBuilder()
        .addConditions(
            IamConditionOperator.STRING_EQUALS, "iam:PassedToService", account.ec2Principals())
        .build();
  }

  /** What knows no resources. */
  private static Set<String> reads(InstanceView view, List<RepairStep> steps) {
    var reads = new TreeSet<>(EC2_READS);
    if (view.accountOfIamAsked()) {
      reads.add("iam:ListRoles");
    }
    if (steps.stream().anyMatch(step -> step.action() == RepairAction.STOP_INSTANCES)) {
      reads.add("ec2:DescribeInstanceTypes");
      // A member of a group is stopped only because somebody was asked whether it is in standby.
      view.autoScalingGroup()
          .ifPresent(group -> reads.add("autoscaling:DescribeAutoScalingInstances"));
    }
    if (steps.stream().anyMatch(step -> step.action() == RepairAction.START_INSTANCES)) {
      reads.add("ec2:DescribeVolumes");
    }
    return reads;
  }

  private static Set<String> leftProfile(InstanceView view) {
    return view.association().stream()
        .map(each -> each.profileArn().name())
        .filter(name -> view.profileName().filter(each -> IamName.same(each, name)).isEmpty())
        .collect(Collectors.toSet());
  }

  private static Set<String> profiles(InstanceView view, List<RepairStep> steps) {
    var profiles = new TreeSet<String>();
    // As it was asked for, and as IAM has it.
    view.profileName().ifPresent(profiles::add);
    view.profile().map(InstanceView.Profile::name).ifPresent(profiles::add);
    steps.stream().flatMap(step -> Steps.facts(step).profile().stream()).forEach(profiles::add);
    return profiles;
  }

  /** The roles that a plan asks for: the one that the profile holds, and the one that it shall. */
  private static Set<String> roles(InstanceView view, RepairTarget target, List<RepairStep> steps) {
    var roles = new TreeSet<String>();
    view.profile().flatMap(InstanceView.Profile::roleName).ifPresent(roles::add);
    target.role().ifPresent(roles::add);
    steps.stream().flatMap(step -> Steps.facts(step).role().stream()).forEach(roles::add);
    return roles;
  }

  private static Set<String> changedRoles(List<RepairStep> steps) {
    var changed = new TreeSet<String>();
    steps.stream()
        .filter(step -> step.action() == RepairAction.UPDATE_ASSUME_ROLE_POLICY)
        .flatMap(step -> Steps.facts(step).role().stream())
        .forEach(changed::add);
    return changed;
  }

  /** The roles that the instance has on the way; not one that is taken from it. */
  private static Set<String> passedRoles(
      InstanceView view, RepairTarget target, List<RepairStep> steps) {
    var passed = new TreeSet<String>();
    if (steps.stream().noneMatch(step -> step.permissions().contains(PASS_ROLE))) {
      return passed;
    }
    steps.stream()
        .filter(step -> step.action() == RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE)
        .flatMap(step -> Steps.facts(step).role().stream())
        .forEach(passed::add);
    if (passed.isEmpty()) {
      target.role().ifPresent(passed::add);
      view.profile().flatMap(InstanceView.Profile::roleName).ifPresent(passed::add);
    }
    return passed;
  }

  private static Optional<IamStatement> on(List<String> resources, Iterable<String> actions) {
    return resources.isEmpty() ? Optional.empty() : Optional.of(allow(actions, resources));
  }

  static List<String> arns(AccountRef account, String kind, Set<String> names) {
    return names.stream().flatMap(name -> account.iam(kind, name)).toList();
  }

  /** A policy as a plan prints it; empty if it is none. */
  static Optional<String> printed(String json) {
    try {
      return Optional.of(printed(IamPolicy.fromJson(json)));
    } catch (RuntimeException e) {
      // The parser's exceptions have no common type of their own.
      return Optional.empty();
    }
  }

  static String printed(IamPolicy policy) {
    return policy.toJson(IamPolicyWriter.builder().prettyPrint(true).build());
  }

  static IamStatement allow(Iterable<String> actions, Iterable<String> resources) {
    IamStatement.Builder statement = IamStatement.builder().effect(IamEffect.ALLOW);
    actions.forEach(statement::addAction);
    resources.forEach(statement::addResource);
    return statement.build();
  }
}
