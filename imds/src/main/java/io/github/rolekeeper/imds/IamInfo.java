package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What {@code meta-data/iam/info} says of the instance profile that is associated with the
 * instance.
 */
public sealed interface IamInfo {
  /** Which of the forms it is, for a {@code switch}. */
  enum Status {
    /** {@link Associated}. */
    ASSOCIATED,

    /** {@link WithoutRole}. */
    WITHOUT_ROLE,

    /** {@link Failed}. */
    FAILED,

    /** {@link NotAssociated}. */
    NOT_ASSOCIATED
  }

  /**
   * Which of the forms this is.
   *
   * @return the status
   */
  Status status();

  /**
   * What AWS documents against this state.
   *
   * @return the cure, with a link; empty if nothing is wrong, and for a code that AWS does not
   *     document
   */
  Optional<String> cure();

  /**
   * A profile is associated, and nothing is wrong with it.
   *
   * @param arn its ARN, which a profile of the same name shares
   * @param id its unique id
   * @param lastUpdated when the service last looked
   */
  record Associated(InstanceProfileArn arn, InstanceProfileId id, Optional<Instant> lastUpdated)
      implements IamInfo {
    /**
     * Checks that nothing is null.
     *
     * @param arn as above
     * @param id as above
     * @param lastUpdated as above
     */
    public Associated {
      Objects.requireNonNull(arn, "arn");
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(lastUpdated, "lastUpdated");
    }

    @Override
    public Status status() {
      return Status.ASSOCIATED;
    }

    /** Empty: nothing is wrong. */
    @Override
    public Optional<String> cure() {
      return Optional.empty();
    }
  }

  /**
   * A profile is associated, but the service says that it holds no role.
   *
   * @param arn its ARN
   * @param id its unique id
   * @param lastUpdated when the service last looked
   * @param message the service's text, on one line, which is the only sign of this state
   */
  record WithoutRole(
      InstanceProfileArn arn, InstanceProfileId id, Optional<Instant> lastUpdated, String message)
      implements IamInfo {
    /**
     * Checks that nothing is null.
     *
     * @param arn as above
     * @param id as above
     * @param lastUpdated as above
     * @param message as above
     */
    public WithoutRole {
      Objects.requireNonNull(arn, "arn");
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(lastUpdated, "lastUpdated");
      Objects.requireNonNull(message, "message");
    }

    @Override
    public Status status() {
      return Status.WITHOUT_ROLE;
    }

    @Override
    public Optional<String> cure() {
      return Optional.of(Cures.WITHOUT_ROLE);
    }

    /**
     * What the service says, for a log or a terminal: on one line, without control characters, each
     * part at most 400 characters long.
     *
     * @return such as {@code Code Success, Message "..."}
     */
    public String describe() {
      return ServiceWords.of(Cures.SUCCESS, message);
    }
  }

  /**
   * The service reports an error about the associated profile.
   *
   * @param code such as {@link #INSTANCE_PROFILE_NOT_FOUND}; any other is kept
   * @param message the service's text, on one line; empty if there is none
   * @param lastUpdated when the service last looked
   */
  record Failed(String code, String message, Optional<Instant> lastUpdated) implements IamInfo {
    /** The code for a profile that was deleted, even if one of the same name was created since. */
    public static final String INSTANCE_PROFILE_NOT_FOUND = Cures.INSTANCE_PROFILE_NOT_FOUND;

    /**
     * Checks that nothing is null.
     *
     * @param code as above
     * @param message as above
     * @param lastUpdated as above
     */
    public Failed {
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(message, "message");
      Objects.requireNonNull(lastUpdated, "lastUpdated");
    }

    @Override
    public Status status() {
      return Status.FAILED;
    }

    @Override
    public Optional<String> cure() {
      return Cures.of(code);
    }

    /**
     * What the service says, for a log or a terminal: on one line, without control characters, each
     * part at most 400 characters long.
     *
     * @return such as {@code Code InstanceProfileNotFound, Message "..."}
     */
    public String describe() {
      return ServiceWords.of(code, message);
    }
  }

  /** No profile is associated with the instance: the service answered 404. */
  record NotAssociated() implements IamInfo {
    @Override
    public Status status() {
      return Status.NOT_ASSOCIATED;
    }

    @Override
    public Optional<String> cure() {
      return Optional.of(Cures.NOT_ASSOCIATED);
    }
  }
}
