package io.github.rolekeeper.iamops;

/**
 * What can be in the way of a plan. Constants may be added in later versions: give a {@code switch}
 * a {@code default}.
 */
public enum ObstacleType {
  /** The instance or its association is changing its state: plan again when that has ended. */
  IN_TRANSITION,
  /** The endpoint does not show what IAM has under the name of the profile. */
  PROFILE_UNREADABLE,
  /** The instance refers to no profile, and the target names none. */
  PROFILE_NAME_NEEDED,
  /** The ids that the endpoint shows do not have the form that AWS issues. */
  IDS_NOT_COMPARABLE,
  /** The association was made a moment ago, and the metadata may follow it yet. */
  METADATA_MAY_FOLLOW,
  /** The profile holds another role, and the target does not permit taking it out. */
  OTHER_ROLE_HELD,
  /** The profile holds no role, and the target names none. */
  ROLE_NEEDED,
  /** IAM has no role of the wanted name. */
  ROLE_MISSING,
  /** IAM does not show the wanted role, or the caller may not read it. */
  ROLE_UNREADABLE,
  /** The wanted role does not let EC2 assume it. */
  ROLE_LACKS_EC2_TRUST,
  /** The endpoint does not list the association, so its id is unknown. */
  ASSOCIATION_NOT_LISTED,
  /** Whether a repair or somebody else stopped the instance is unknown. */
  STOP_UNEXPLAINED,
  /** The caller would take from itself what it needs to give it back. */
  CALLER_LOCKED_OUT
}
