package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialMetadata;
import java.time.Instant;
import java.util.Optional;

/**
 * What {@code meta-data/iam/security-credentials/} serves, without its secrets: there is no field
 * for the secret key or the session token, and they are not even parsed.
 */
public sealed interface RoleCredentials {
  /** Which of the forms it is, for a {@code switch}. */
  enum Status {
    /** {@link Available}. */
    AVAILABLE,

    /** {@link Refused}. */
    REFUSED,

    /** {@link None}. */
    NONE
  }

  /**
   * Which of the forms this is.
   *
   * @return the status
   */
  Status status();

  /**
   * Credentials are served. They may have expired: compare {@link CredentialMetadata#expiration}
   * with the clock.
   *
   * @param metadata what can be known of them
   */
  record Available(CredentialMetadata metadata) implements RoleCredentials {
    @Override
    public Status status() {
      return Status.AVAILABLE;
    }
  }

  /**
   * A role is named, but an error stands where its credentials should be.
   *
   * @param roleName the role
   * @param code such as {@link #ASSUME_ROLE_UNAUTHORIZED_ACCESS}; kept as served
   * @param message the service's text; empty if there is none
   * @param lastUpdated when the service last tried
   */
  record Refused(String roleName, String code, String message, Optional<Instant> lastUpdated)
      implements RoleCredentials {
    /** The code for a trust policy that does not let EC2 assume the role. */
    public static final String ASSUME_ROLE_UNAUTHORIZED_ACCESS = Cures.ASSUME_ROLE_UNAUTHORIZED;

    @Override
    public Status status() {
      return Status.REFUSED;
    }

    /**
     * What AWS documents against this code.
     *
     * @return the cure, with a link; empty for a code that AWS does not document
     */
    public Optional<String> cure() {
      return Cures.of(code);
    }
  }

  /** The service serves no credentials: it answered 404 or named no role. */
  record None() implements RoleCredentials {
    @Override
    public Status status() {
      return Status.NONE;
    }
  }
}
