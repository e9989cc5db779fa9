package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialMetadata;
import java.time.Instant;
import java.util.Objects;
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
   * What AWS documents against this state, as far as it is one of the role of the instance profile.
   *
   * @return the cure, with a link; empty if nothing is wrong, and for a code that AWS does not
   *     document
   */
  Optional<String> cure();

  /**
   * Credentials are served. They may have expired: compare {@link CredentialMetadata#expiration}
   * with the clock.
   *
   * @param metadata what can be known of them
   */
  record Available(CredentialMetadata metadata) implements RoleCredentials {
    /**
     * Checks that nothing is null.
     *
     * @param metadata as above
     */
    public Available {
      Objects.requireNonNull(metadata, "metadata");
    }

    @Override
    public Status status() {
      return Status.AVAILABLE;
    }

    /** Empty: nothing is wrong. */
    @Override
    public Optional<String> cure() {
      return Optional.empty();
    }
  }

  /**
   * A role is named, but an error stands where its credentials should be.
   *
   * @param roleName the role
   * @param code such as {@link #ASSUME_ROLE_UNAUTHORIZED_ACCESS}; any other is kept
   * @param message the service's text, on one line; empty if there is none
   * @param lastUpdated when the service last tried
   */
  record Refused(String roleName, String code, String message, Optional<Instant> lastUpdated)
      implements RoleCredentials {
    /** The code for a trust policy that does not let EC2 assume the role. */
    public static final String ASSUME_ROLE_UNAUTHORIZED_ACCESS = Cures.ASSUME_ROLE_UNAUTHORIZED;

    /**
     * Checks that nothing is null.
     *
     * @param roleName as above
     * @param code as above
     * @param message as above
     * @param lastUpdated as above
     */
    public Refused {
      Objects.requireNonNull(roleName, "roleName");
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(message, "message");
      Objects.requireNonNull(lastUpdated, "lastUpdated");
    }

    @Override
    public Status status() {
      return Status.REFUSED;
    }

    @Override
    public Optional<String> cure() {
      return Cures.of(code);
    }

    /**
     * What the service says, for a log or a terminal: on one line, without control characters, each
     * part at most 400 characters long.
     *
     * @return such as {@code Code AssumeRoleUnauthorizedAccess, Message "..."}
     */
    public String describe() {
      return ServiceWords.of(code, message);
    }
  }

  /**
   * The service serves no credentials: it answered 404 or named no role.
   *
   * @param configuredRole the role that the configuration names and the service has no credentials
   *     of; empty if it is left to the service to name one
   */
  record None(Optional<String> configuredRole) implements RoleCredentials {
    /**
     * Checks that nothing is null.
     *
     * @param configuredRole as above
     */
    public None {
      Objects.requireNonNull(configuredRole, "configuredRole");
    }

    /** The service names no role. */
    public None() {
      this(Optional.empty());
    }

    @Override
    public Status status() {
      return Status.NONE;
    }

    @Override
    public Optional<String> cure() {
      return Optional.of(configuredRole.map(Cures::noCredentialsOf).orElse(Cures.NO_CREDENTIALS));
    }
  }
}
