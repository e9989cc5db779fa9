package io.github.rolekeeper.iamops;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to AWS that failed, so that nothing can be concluded. The cause is the SDK's exception.
 */
public final class InstanceProfileOpsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The API's name. */
  private final String operation;

  /** AWS's error code, or nothing. */
  private final String code;

  InstanceProfileOpsException(
      String operation, String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.operation = operation;
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  boolean transientFailure() {
    return getCause() instanceof software.amazon.awssdk.core.exception.SdkException failure
        && AwsFailures.passes(failure);
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
