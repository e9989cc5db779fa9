package io.github.rolekeeper.core;

/** What happened. One poll can yield several; they are delivered in the order given here. */
public enum CredentialEventType {
  /** The source stopped answering. */
  SOURCE_FAILING,

  /** The source answers again. */
  SOURCE_RECOVERED,

  /** The first credentials were seen. */
  OBTAINED,

  /** Usable credentials gave way to ones that last longer. */
  RENEWED,

  /** Usable credentials are there again after they were expired or missing. */
  RECOVERED,

  /** The credentials belong to another role than before. */
  ROLE_CHANGED,

  /** The credentials entered the advisory window. */
  EXPIRING,

  /** The credentials entered the window in which new ones should already be there. */
  RENEWAL_OVERDUE,

  /** Credentials that were usable passed their expiration and were not replaced. */
  EXPIRED,

  /** The state became {@link CredentialState#MISSING}: the source answers, and has none. */
  LOST,

  /** A forecast was given up while the credentials live: its cause is gone or another took over. */
  FORECAST_WITHDRAWN,

  /** A loss was foretold. */
  FORECAST_RAISED
}
