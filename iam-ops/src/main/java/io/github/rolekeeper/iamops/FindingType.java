package io.github.rolekeeper.iamops;

/**
 * What can be wrong between an instance and its role, in the order in which it must be cured: what
 * only waiting cures first, then the profile and what it holds, then the association.
 */
public enum FindingType {
  /** A repair stopped the instance, by the {@link Journal}, and has not started it again. */
  STOPPED_BY_REPAIR,
  /** The instance is being launched, stopped or ended, so that nothing can be said or done now. */
  INSTANCE_IN_TRANSITION,
  /** The association is being made or ended at this moment. */
  ASSOCIATION_IN_TRANSITION,
  /**
   * The account may hold as many instance profiles as its quota allows, so that none can be made.
   * Possible, never certain: only the attempt, or the account's summary, tells.
   */
  PROFILE_QUOTA_REACHED,
  /** The instance refers to an instance profile that IAM does not have any more. */
  PROFILE_DELETED,
  /** IAM does not have the instance profile that the target names. */
  WANTED_PROFILE_MISSING,
  /** The role in the profile was deleted, or deleted and created again under its name. */
  ROLE_RECREATED,
  /** The instance profile holds another role than the wanted one. */
  WRONG_ROLE,
  /** The instance profile holds no role. */
  PROFILE_WITHOUT_ROLE,
  /** The role's trust policy does not let EC2 assume it. */
  TRUST_LACKS_EC2,
  /** The instance's metadata service is switched off, so nothing on it gets credentials. */
  METADATA_DISABLED,
  /** No instance profile is associated with the instance. */
  NO_ASSOCIATION,
  /** The instance is associated with another instance profile than the wanted one. */
  WRONG_PROFILE,
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
  /** Sessions of the role that were issued before a certain time are denied everything. */
  SESSIONS_REVOKED,
  /** IAM and EC2 are in order, but the instance's metadata does not show it. */
  METADATA_LAGS,
  /**
   * The association is young and the instance is older, so a process on it may still hold the old
   * credentials, or wait after having found none. Possible, never certain: it is not visible.
   */
  CONSUMERS_MAY_LAG,
  /**
   * Other policies may name the deleted role, whose ARN they keep as its id, and not match the new
   * one. Possible, never certain: nothing lists them cheaply.
   */
  POLICIES_PINNED_TO_OLD_ROLE
}
