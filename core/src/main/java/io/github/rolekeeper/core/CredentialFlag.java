package io.github.rolekeeper.core;

/** What is to be known beside the {@link CredentialState}. */
public enum CredentialFlag {
  /** The source served the credentials at or after their expiration. */
  SERVED_PAST_EXPIRY,

  /** The last look at the source failed; the state rests on what was seen before. */
  SOURCE_FAILING,

  /** The source gives no expiration, so nothing can be said of the future. */
  EXPIRY_UNKNOWN,

  /** Services deny what this session did before, as they do once sessions were revoked. */
  SUSPECTED_REVOKED,

  /** The clock of this machine and that of AWS differ so much that calls may be refused. */
  CLOCK_SUSPECT,

  /** The credentials live no longer than a window before their end, so they are never VALID. */
  SHORT_LIVED,

  /**
   * The application used no credentials since the look before, so that what is told is what it used
   * last, or before its first use what it would get.
   */
  NOT_USED,

  /**
   * Nobody looked at the source for twice as long as a tracker that looks by itself would pause:
   * for 2 min at least, 10 min at most, counted from the last look, also a failed one, and before
   * the first one from the making of the tracker. A clock that was set back by as much tells
   * nothing of that time, and counts alike. The state goes on by the clock, but never to {@link
   * CredentialState#RENEWAL_OVERDUE}; as it may have been renewed unseen, health is unknown, also
   * when it is {@link CredentialState#EXPIRED}. The next look ends it.
   */
  NOT_LOOKED
}
