package io.github.rolekeeper.core;

/** What is to be known beside the {@link CredentialState}. */
public enum CredentialFlag {
  /** The source served the credentials at or after their expiration. */
  SERVED_PAST_EXPIRY,

  /** The last look at the source failed; the state rests on what was seen before. */
  SOURCE_FAILING,

  /** The source gives no expiration, so nothing can be said of the future. */
  EXPIRY_UNKNOWN
}
