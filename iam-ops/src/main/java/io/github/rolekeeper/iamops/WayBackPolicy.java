package io.github.rolekeeper.iamops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.policybuilder.iam.IamConditionOperator;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamStatement;

/**
 * The least that is needed beside a plan's own policy, or by somebody else, to give the instance
 * back what the steps took from it: its profile, its role, its running. What the steps only add is
 * not taken away again. Pure.
 */
final class WayBackPolicy {
  private final InstanceView view;
  private final AccountRef account;
  private final List<RepairStep> steps;
  private final Set<String> reads = new TreeSet<>();
  private final Set<String> onInstance = new TreeSet<>();
  private final Set<String> profiles = new TreeSet<>();
  private final Set<String> onProfiles = new TreeSet<>(List.of("iam:GetInstanceProfile"));
  private final Set<String> passed = new TreeSet<>();

  private WayBackPolicy(InstanceView view, List<RepairStep> steps) {
    this.view = view;
    this.account = view.account();
    this.steps = steps;
  }

  /** The policy as JSON; empty if the steps take nothing, or nothing that can be given back. */
  static String json(InstanceView view, List<RepairStep> steps) {
    return new WayBackPolicy(view, steps).json();
  }

  private String json() {
    boolean starts = has(RepairAction.START_INSTANCES);
    steps.forEach(this::undo);
    if (starts) {
      onInstance.add("ec2:StartInstances");
    }
    if (!onInstance.isEmpty()) {
      reads.add("ec2:DescribeInstances");
    }
    var statements = new ArrayList<IamStatement>();
    if (!reads.isEmpty()) {
      statements.add(PlanPolicy.allow(reads, List.of("*")));
    }
    if (!profiles.isEmpty()) {
      statements.add(
          PlanPolicy.allow(onProfiles, PlanPolicy.arns(account, "instance-profile", profiles)));
    }
    if (!passed.isEmpty()) {
      statements.add(PlanPolicy.pass(account, passed));
    }
    if (!onInstance.isEmpty()) {
      statements.add(PlanPolicy.allow(onInstance, List.of(account.instance(view.instance()))));
    }
    List<String> keys = account.keys(view.sought().volumeKeys());
    if (starts && !keys.isEmpty()) {
      statements.add(
          PlanPolicy.allow(List.of("kms:CreateGrant"), keys).toBuilder()
              .addCondition(IamConditionOperator.BOOL, "kms:GrantIsForAWSResource", "true")
              .build());
    }
    return statements.isEmpty()
        ? ""
        : PlanPolicy.printed(IamPolicy.builder().statements(statements).build());
  }

  private void undo(RepairStep step) {
    if (step instanceof RepairStep.ReplaceIamInstanceProfileAssociation replace
        && !replace.instanceProfileId().equals(Optional.of(replace.associatedProfileId()))) {
      replace
          .associatedProfileName()
          .ifPresent(
              name -> {
                swapBack(name);
                onInstance.add("ec2:ReplaceIamInstanceProfileAssociation");
                if (has(RepairAction.STOP_INSTANCES)) {
                  pair();
                }
              });
    } else if (step instanceof RepairStep.DisassociateIamInstanceProfile ends) {
      ends.associatedProfileName()
          .ifPresent(
              name -> {
                swapBack(name);
                pair();
              });
    } else if (step instanceof RepairStep.RemoveRoleFromInstanceProfile remove
        && !IamName.same(remove.roleName(), remove.nextRoleName())) {
      profiles.add(remove.instanceProfileName());
      onProfiles.addAll(
          List.of("iam:RemoveRoleFromInstanceProfile", "iam:AddRoleToInstanceProfile"));
      passed.add(remove.roleName());
    }
  }

  /** A stopped instance's association cannot be replaced. */
  private void pair() {
    onInstance.add("ec2:DisassociateIamInstanceProfile");
    onInstance.add("ec2:AssociateIamInstanceProfile");
  }

  private void swapBack(String name) {
    reads.add("ec2:DescribeIamInstanceProfileAssociations");
    profiles.add(name);
    RoleChange.associated(view).flatMap(InstanceView.Profile::roleName).ifPresent(passed::add);
  }

  private boolean has(RepairAction action) {
    return steps.stream().anyMatch(step -> step.action() == action);
  }
}
