package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.List;

/**
 * The API calls that a repair is made of, each named exactly as the API has it. Constants may be
 * added in later versions: give a {@code switch} a {@code default}.
 */
public enum RepairAction {
  /** Makes the instance profile. */
  CREATE_INSTANCE_PROFILE("CreateInstanceProfile", Bounds.IAM, "iam:CreateInstanceProfile"),
  /** Puts the role into the profile. */
  ADD_ROLE_TO_INSTANCE_PROFILE(
      "AddRoleToInstanceProfile", Bounds.IAM, "iam:AddRoleToInstanceProfile", "iam:PassRole"),
  /** Takes a role out of the profile: every instance on it is without one until the next call. */
  REMOVE_ROLE_FROM_INSTANCE_PROFILE(
      "RemoveRoleFromInstanceProfile", Bounds.IAM, "iam:RemoveRoleFromInstanceProfile"),
  /** Lets EC2 assume the role. */
  UPDATE_ASSUME_ROLE_POLICY("UpdateAssumeRolePolicy", Bounds.IAM, "iam:UpdateAssumeRolePolicy"),
  /** Switches the instance's metadata service on. */
  MODIFY_INSTANCE_METADATA_OPTIONS(
      "ModifyInstanceMetadataOptions", Bounds.STATE, "ec2:ModifyInstanceMetadataOptions"),
  /** Makes a running instance refer to the profile, without a moment in which it has none. */
  REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION(
      "ReplaceIamInstanceProfileAssociation",
      Bounds.ASSOCIATION,
      "ec2:ReplaceIamInstanceProfileAssociation",
      "iam:PassRole"),
  /** Takes the old profile off a stopped instance, whose association cannot be replaced. */
  DISASSOCIATE_IAM_INSTANCE_PROFILE(
      "DisassociateIamInstanceProfile", Bounds.ASSOCIATION, "ec2:DisassociateIamInstanceProfile"),
  /** Gives the profile to an instance that has none. */
  ASSOCIATE_IAM_INSTANCE_PROFILE(
      "AssociateIamInstanceProfile",
      Bounds.ASSOCIATION,
      "ec2:AssociateIamInstanceProfile",
      "iam:PassRole"),
  /** Stops the instance, so that starting it renews its metadata. */
  STOP_INSTANCES(
      "StopInstances", Bounds.STATE, "ec2:StopInstances", "ec2:DescribeInstanceAttribute"),
  /** Starts the instance that the repair stopped. */
  START_INSTANCES("StartInstances", Bounds.STATE, "ec2:StartInstances");

  private static final class Bounds {
    // EC2 sees a new profile after seconds, in bad hours after minutes; Terraform settled on two.
    static final Duration IAM = Duration.ofMinutes(2);
    // Terraform waits five minutes for an association.
    static final Duration ASSOCIATION = Duration.ofMinutes(5);
    // The AWS SDK's own waiters look at an instance's state for ten minutes.
    static final Duration STATE = Duration.ofMinutes(10);
  }

  private final String operation;
  private final Duration patience;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes it immutable
  private final List<String> permissions;

  RepairAction(String operation, Duration patience, String... permissions) {
    this.operation = operation;
    this.patience = patience;
    this.permissions = List.of(permissions);
  }

  /**
   * The API's name, under which the call stands in CloudTrail.
   *
   * @return such as {@code CreateInstanceProfile}
   */
  public String operation() {
    return operation;
  }

  /**
   * What the caller must be allowed to do.
   *
   * @return actions as an IAM policy names them
   */
  public List<String> permissions() {
    return permissions;
  }

  /** Whether what it makes is read from IAM, which is eventually consistent. */
  boolean inIam() {
    return patience.equals(Bounds.IAM);
  }

  /** Whether it gives back what a call before has taken from the instance. */
  boolean gives() {
    return this == ASSOCIATE_IAM_INSTANCE_PROFILE || this == START_INSTANCES;
  }

  /** Whether the instance lacks an association or a role until the step behind it. */
  boolean isFollowedByGiving() {
    return this == REMOVE_ROLE_FROM_INSTANCE_PROFILE || this == DISASSOCIATE_IAM_INSTANCE_PROFILE;
  }

  /** Whether it takes something away, and does so only from what was just seen. */
  boolean takes() {
    return this == REMOVE_ROLE_FROM_INSTANCE_PROFILE || needsJournal();
  }

  /** Whether a process that dies after it leaves the instance without what it had. */
  boolean needsJournal() {
    return this == STOP_INSTANCES || this == DISASSOCIATE_IAM_INSTANCE_PROFILE;
  }

  /** Whether it associates the instance with a profile. */
  boolean swaps() {
    return this == REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION
        || this == ASSOCIATE_IAM_INSTANCE_PROFILE;
  }

  /** How long the effect may take to show before the repair gives up. */
  Duration patience() {
    return patience;
  }
}
