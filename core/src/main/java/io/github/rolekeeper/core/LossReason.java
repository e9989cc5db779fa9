package io.github.rolekeeper.core;

/** Why credentials will be lost, or are. */
public enum LossReason {
  /** The instance refers to an instance profile that no longer exists. */
  PROFILE_NOT_FOUND,

  /** The instance profile holds no role. */
  PROFILE_WITHOUT_ROLE,

  /** The role's trust policy does not let EC2 assume it. */
  ROLE_NOT_ASSUMABLE,

  /** The source reports an error for which there is no constant here; the evidence quotes it. */
  PROFILE_ERROR,

  /** The source has no credentials any more, while those it last served are alive. */
  CREDENTIALS_WITHDRAWN,

  /** New credentials should be there by now, and are not. */
  RENEWAL_OVERDUE
}
