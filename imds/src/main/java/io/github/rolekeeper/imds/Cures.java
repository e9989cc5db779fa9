package io.github.rolekeeper.imds;

import java.util.Optional;

/** The codes that AWS documents, and the cures it documents for them. */
final class Cures {
  static final String SUCCESS = "Success";
  static final String INSTANCE_PROFILE_NOT_FOUND = "InstanceProfileNotFound";
  static final String ASSUME_ROLE_UNAUTHORIZED = "AssumeRoleUnauthorizedAccess";

  private static final String GUIDE =
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html";
  private static final String SEE = " See " + GUIDE + "#troubleshoot_iam-ec2_errors-info-doc";

  // The last sentence is no documentation but a field observation: right after an association this
  // state was seen although the profile held its role, and went away with a stop and start.
  static final String WITHOUT_ROLE =
      "Put a role into the instance profile (IAM AddRoleToInstanceProfile) and wait for the next"
          + " scheduled refresh. If it holds one already and was associated only now, stop and"
          + " start the instance."
          + SEE;

  // AWS documents "check with DescribeInstances"; the other two causes are those of iam/info.
  static final String NO_CREDENTIALS =
      "Ask iam/info for the cause: without an instance profile, associate one with the instance (EC2"
          + " AssociateIamInstanceProfile); a profile that is gone or holds no role has a cure of its"
          + " own there."
          + SEE;

  static final String NOT_ASSOCIATED =
      "Check with EC2 DescribeInstances whether the instance has an IamInstanceProfile; if not,"
          + " associate an instance profile that holds a role (EC2 AssociateIamInstanceProfile)."
          + SEE;

  private Cures() {}

  /** Of a role that the configuration names. */
  static String noCredentialsOf(String role) {
    return "Compare the configured role name \""
        + role
        + "\" with what meta-data/iam/security-credentials/ lists, and correct it where it is set"
        + " (configuration().roleName() tells), or take it away and leave it to the service; if"
        + " nothing is listed, ask iam/info for the cause."
        + SEE;
  }

  static Optional<String> of(String code) {
    return switch (code) {
      case INSTANCE_PROFILE_NOT_FOUND ->
          Optional.of(
              "Compare InstanceProfileId of IAM GetInstanceProfile with IamInstanceProfile.Id of EC2"
                  + " DescribeInstances; if they differ, or there is no such profile, associate a"
                  + " valid instance profile with the instance."
                  + SEE);
      case ASSUME_ROLE_UNAUTHORIZED ->
          Optional.of(
              "Let ec2.amazonaws.com sts:AssumeRole in the role's trust policy (IAM"
                  + " UpdateAssumeRolePolicy) and wait for the next refresh."
                  + SEE);
      default -> Optional.empty();
    };
  }
}
