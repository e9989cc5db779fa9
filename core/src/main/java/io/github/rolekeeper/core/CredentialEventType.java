package io.github.rolekeeper.core;

/** What happened. One look can yield several; they are delivered in the order given here. */
public enum CredentialEventType {
  /** The wall clock was set, or the machine was suspended. */
  CLOCK_JUMPED,

  /** The clock of this machine was found to be far from that of AWS. */
  CLOCK_SUSPECT,

  /** The clock is not known any more to be far from that of AWS: it was set, or measured anew. */
  CLOCK_CLEARED,

  /** The source stopped answering. */
  SOURCE_FAILING,

  /** The source answers again. */
  SOURCE_RECOVERED,

  /** The application was found not to use this source. */
  NOT_APPLICABLE,

  /** The first credentials were seen. */
  OBTAINED,

  /** Usable credentials gave way to ones that last longer. */
  RENEWED,

  /**
   * Usable credentials are there again after they were expired, missing, unknown or not applicable.
   */
  RECOVERED,

  /** The credentials belong to another role than before. */
  ROLE_CHANGED,

  /** The credentials entered the advisory window. */
  EXPIRING,

  /** New credentials should be there by now. */
  RENEWAL_OVERDUE,

  /** Credentials that were usable passed their expiration and were not replaced. */
  EXPIRED,

  /** The source was seen to serve credentials past their expiration. */
  SERVED_PAST_EXPIRY,

  /** The state became {@link CredentialState#MISSING}: the source answers, and has none. */
  LOST,

  /** Services deny what this session did before; its role's sessions may have been revoked. */
  REVOCATION_SUSPECTED,

  /**
   * The suspicion of a revocation is over: an action succeeds again, another session came, a
   * service refuses the identity itself, or the session is not in question any more, because it
   * expired unused ({@link CredentialState#UNKNOWN}) or the application was found not to use it. A
   * session that ends under suspicion otherwise is told by {@link #EXPIRED} or {@link #LOST} alone.
   */
  REVOCATION_CLEARED,

  /**
   * A forecast was given up: its cause is gone, another took over, or nobody uses the credentials
   * any more. One that came true is told by {@link #EXPIRED} or {@link #LOST} alone.
   */
  FORECAST_WITHDRAWN,

  /**
   * A loss was foretold, or one that was foretold for the same reason has become surer: by a
   * forecast of more {@link Confidence} than the one before, which is not withdrawn for it.
   */
  FORECAST_RAISED
}
