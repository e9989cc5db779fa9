package io.github.rolekeeper.iamops;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A call to AWS that failed or whose answer was of no use, so that nothing can be concluded. The
 * cause is the SDK's exception, if there was one.
 */
public final class InstanceProfileOpsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The kinds of failure. Constants may be added in later versions: give a {@code switch} a {@code
   * default}.
   */
  public enum Kind {
    /** The caller may not make the call, or its credentials are not accepted. */
    DENIED,
    /** AWS throttled the call. */
    THROTTLED,
    /** AWS did not answer in time, or with an error of its own. */
    NO_ANSWER,
    /** EC2 knows no such instance in this account and Region. */
    NO_SUCH_INSTANCE,
    /** The EC2 client and the IAM client belong to different accounts. */
    DIFFERENT_ACCOUNTS,
    /** What was created a moment ago is shown without its ARN yet; look again. */
    NOT_SHOWN_YET,
    /** A write had no effect in the time that it was given. */
    NO_EFFECT,
    /** The thread was interrupted; its interrupt status is kept. */
    INTERRUPTED,
    /** The answer lacks what AWS's answers have: the endpoint may not be AWS's. */
    MALFORMED_ANSWER,
    /** The endpoint does not know the operation, so it is not AWS's. */
    UNIMPLEMENTED,
    /** AWS refused the call for another reason, see the code. */
    REFUSED
  }

  /** The API's name. */
  private final String operation;

  /** AWS's error code, or nothing. */
  private final String code;

  /** What is the matter. */
  private final Kind kind;

  InstanceProfileOpsException(
      Kind kind, String operation, String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.operation = operation;
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  boolean transientFailure() {
    return kind == Kind.NOT_SHOWN_YET
        || (getCause() instanceof SdkException failure && AwsFailures.passes(failure));
  }

  /**
   * The kind, to switch on.
   *
   * @return the constant
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The operation that failed.
   *
   * @return the API's name, such as {@code GetInstanceProfile}
   */
  public String operation() {
    return operation;
  }

  /**
   * AWS's error code.
   *
   * @return the code; empty if there was no answer
   */
  public Optional<String> code() {
    return Optional.of(code).filter(each -> !each.isEmpty());
  }
}
