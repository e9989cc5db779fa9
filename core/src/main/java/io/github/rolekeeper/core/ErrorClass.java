package io.github.rolekeeper.core;

/** What a failed call says of the credentials that it used. */
public enum ErrorClass {
  /** They are past their expiration. */
  EXPIRED,
  /** The service does not know them, or key and token do not belong together. */
  INVALID,
  /** There were none, or the request carried none that could be read. */
  MISSING,
  /** They are good, and may not do this. */
  DENIED,
  /** Denied in a way that fits a revoked session; other causes fit too. */
  REVOCATION_SUSPECTED,
  /** The clock of this machine is wrong. */
  CLOCK_SKEW,
  /** Whatever should have supplied them failed. */
  SOURCE_FAILING,
  /** It may pass, and says nothing of credentials. */
  TRANSIENT,
  /** It has nothing to do with credentials. */
  UNRELATED
}
