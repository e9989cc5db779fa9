package io.github.rolekeeper.iamops;

/** What can be wrong between an instance and its role. */
public enum FindingType {
  /** The instance is being launched, stopped or ended, so that nothing can be said or done now. */
  INSTANCE_IN_TRANSITION,
  /** The association is being made or ended at this moment. */
  ASSOCIATION_IN_TRANSITION,
  /** No instance profile is associated with the instance. */
  NO_ASSOCIATION,
  /** The instance refers to an instance profile that IAM does not have any more. */
  PROFILE_DELETED,
  /**
   * IAM has a profile of that name and ARN, but with another id: it was deleted and created again,
   * and the instance still refers to the old one.
   */
  STALE_PROFILE_ID,
  /** The instance profile holds no role. */
  PROFILE_WITHOUT_ROLE,
  /** IAM and EC2 are in order, but the instance's metadata does not show it. */
  METADATA_LAGS
}
