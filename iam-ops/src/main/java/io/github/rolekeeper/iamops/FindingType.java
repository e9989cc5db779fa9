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
  /**
   * IAM has a profile of that name and another id under another path: as {@link #STALE_PROFILE_ID},
   * and whatever holds the old ARN, such as a launch template, stays broken.
   */
  PROFILE_PATH_CHANGED,
  /** The instance profile holds no role. */
  PROFILE_WITHOUT_ROLE,
  /** The instance profile holds another role than the wanted one. */
  WRONG_ROLE,
  /** The role in the profile was deleted, or deleted and created again under its name. */
  ROLE_RECREATED,
  /**
   * Other policies may name the deleted role, whose ARN they keep as its id, and not match the new
   * one. Possible, never certain: nothing lists them cheaply.
   */
  POLICIES_PINNED_TO_OLD_ROLE,
  /** The role's trust policy does not let EC2 assume it. */
  TRUST_LACKS_EC2,
  /** Sessions of the role that were issued before a certain time are denied everything. */
  SESSIONS_REVOKED,
  /** The instance's metadata service is switched off, so nothing on it gets credentials. */
  METADATA_DISABLED,
  /** IAM and EC2 are in order, but the instance's metadata does not show it. */
  METADATA_LAGS
}
