package io.github.rolekeeper.iamops;

import java.util.List;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;

/** What diagnoses and plans of any instance need. Pure. */
final class ReadOnlyPolicy {
  private static final List<String> ACTIONS =
      List.of(
          "ec2:DescribeIamInstanceProfileAssociations",
          "ec2:DescribeInstanceAttribute",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeInstances",
          "ec2:DescribeVolumes",
          "iam:GetInstanceProfile",
          "iam:GetRole",
          "iam:GetRolePolicy",
          "iam:ListInstanceProfilesForRole",
          "iam:ListRoles");

  private ReadOnlyPolicy() {}

  static String json() {
    return PlanPolicy.printed(
        IamPolicy.builder().statements(List.of(PlanPolicy.allow(ACTIONS, List.of("*")))).build());
  }
}
