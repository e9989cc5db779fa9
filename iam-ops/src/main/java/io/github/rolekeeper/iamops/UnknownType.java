package io.github.rolekeeper.iamops;

/**
 * What a diagnosis may have to leave open. Constants may be added in later versions: give a {@code
 * switch} a {@code default}.
 */
public enum UnknownType {
  /** What the instance itself sees of its profile and its credentials. */
  INSTANCE_METADATA,
  /** When the credentials end that the instance has. */
  SESSION_END,
  /** Whether EC2 and IAM answered for the same account. */
  ACCOUNT,
  /** Which association is in force, or its id. */
  ASSOCIATION,
  /** What IAM has under the name of the profile. */
  PROFILE,
  /** Whether the ids of EC2 and IAM agree, because they do not have the form that AWS issues. */
  PROFILE_ID,
  /** Whether the profile's role is still the one of that name. */
  ROLE_ID,
  /** Whether sessions of the role were revoked. */
  REVOCATION,
  /** Whether EC2 may assume the role. */
  TRUST,
  /** The tags of a profile that is gone. */
  PROFILE_TAGS,
  /** Who stopped the instance. */
  STOP,
  /** Which other profiles held a role before. */
  EARLIER_PROFILES,
  /** Which other instances are on a profile whose role a plan changes. */
  OTHER_INSTANCES,
  /** Whether a start needs a grant for the key of a volume. */
  VOLUME_ENCRYPTION
}
