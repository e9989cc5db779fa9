package io.github.rolekeeper.iamops;

/** What is true of an instance profile by itself, whoever refers to it. */
public enum ProfileCondition {
  /** It exists and holds a role. */
  HOLDS_ROLE,
  /** It exists and holds no role, so it gives no credentials. The console does not show such. */
  WITHOUT_ROLE,
  /** IAM has no profile of that name. */
  MISSING
}
