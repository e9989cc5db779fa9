package io.github.rolekeeper.iamops;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.awssdk.policybuilder.iam.IamEffect;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamPolicyWriter;
import software.amazon.awssdk.policybuilder.iam.IamStatement;

/** The least that a caller must be allowed to carry out a plan. Pure. */
final class PlanPolicy {
  /** What every look at the state needs. These EC2 actions know no resources. */
  private static final List<String> EC2_READS =
      List.of("ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeInstances");

  private PlanPolicy() {}

  static String json(InstanceView view, RepairTarget target, List<RepairStep> steps) {
    AccountRef account = view.account();
    var statements = new ArrayList<IamStatement>();
    statements.add(allow(EC2_READS, List.of("*")));
    var profileActions = new TreeSet<String>(List.of("iam:GetInstanceProfile"));
    var instanceActions = new TreeSet<String>();
    var profiles = new TreeSet<String>();
    var roles = new TreeSet<String>();
    for (RepairStep step : steps) {
      Map<String, String> parameters = step.parameters();
      String name =
          parameters.getOrDefault(
              "InstanceProfileName", parameters.getOrDefault("IamInstanceProfile.Name", ""));
      if (!name.isEmpty()) {
        profiles.add(name);
      }
      if (parameters.containsKey("RoleName")) {
        roles.add(parameters.get("RoleName"));
      }
      for (String action : step.action().permissions()) {
        if (action.startsWith("ec2:")) {
          instanceActions.add(action);
        } else if (!action.equals("iam:PassRole")) {
          profileActions.add(action);
        }
      }
    }
    statements.add(
        allow(
            profileActions,
            profiles.stream().flatMap(name -> account.iam("instance-profile", name)).toList()));
    if (steps.stream().anyMatch(step -> step.action().permissions().contains("iam:PassRole"))) {
      target.role().ifPresent(roles::add);
      view.profile().flatMap(InstanceView.Profile::roleName).ifPresent(roles::add);
    }
    if (!roles.isEmpty()) {
      List<String> arns = roles.stream().flatMap(name -> account.iam("role", name)).toList();
      statements.add(
          allow(List.of("iam:PassRole"), arns).toBuilder()
              .addCondition(
                  c ->
                      c.operator("StringEquals")
                          .key("iam:PassedToService")
                          .value("ec2.amazonaws.com"))
              .build());
    }
    if (!instanceActions.isEmpty()) {
      statements.add(allow(instanceActions, List.of(account.instance(view.instance()))));
    }
    return IamPolicy.builder()
        .statements(statements)
        .build()
        .toJson(IamPolicyWriter.builder().prettyPrint(true).build());
  }

  private static IamStatement allow(Iterable<String> actions, Iterable<String> resources) {
    IamStatement.Builder statement = IamStatement.builder().effect(IamEffect.ALLOW);
    actions.forEach(statement::addAction);
    resources.forEach(statement::addResource);
    return statement.build();
  }
}
