package io.github.rolekeeper.core;

/**
 * Where credentials stand at one instant. Whatever the state, health is unknown while {@link
 * CredentialFlag#NOT_LOOKED} is raised.
 */
public enum CredentialState {
  /**
   * Not observed yet, or the source has never answered, or the application last used credentials
   * before their expiration and nothing since, so that nobody knows what it would get now. Health:
   * unknown.
   */
  UNKNOWN(false),

  /** Usable, and outside every window. Health: up. */
  VALID(true),

  /** Usable, and inside the advisory window before their expiration. Health: up, with details. */
  EXPIRING(true),

  /**
   * Usable, and a look inside the window in which new ones should already be there found none: EC2
   * promises five minutes; elsewhere it is one minute ({@link ExpiryWindows#overdueFor}). Or a look
   * showed that their rotation stopped. Time that passes without a look never leads here. Health:
   * up, with a warning.
   */
  RENEWAL_OVERDUE(true),

  /** Past their expiration, and the source did not say that it has none. Health: down. */
  EXPIRED(false),

  /** The source answers, has none, and those it last served are dead. Health: down. */
  MISSING(false),

  /**
   * The tracked source is not what the application uses: {@link CredentialSnapshot#notApplicable}
   * says why. Health: unknown.
   */
  NOT_APPLICABLE(false);

  private final boolean usable;

  CredentialState(boolean usable) {
    this.usable = usable;
  }

  /**
   * Whether credentials in this state can sign requests.
   *
   * @return true for {@link #VALID}, {@link #EXPIRING} and {@link #RENEWAL_OVERDUE}
   */
  public boolean usable() {
    return usable;
  }

  /** Whether there are no credentials that could sign requests, as far as is known. */
  boolean lost() {
    return this == EXPIRED || this == MISSING;
  }
}
