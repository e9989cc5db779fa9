package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A call of an AWS API that the application made.
 *
 * @param accessKeyId whose credentials signed it; not blank
 * @param action service and operation, such as {@code S3:ListBuckets}
 * @param failure what went wrong; empty if it succeeded
 * @param skew how far the clock of AWS was ahead of this machine's, if the answer told
 */
public record CallReport(
    String accessKeyId, String action, Optional<AwsFailure> failure, Optional<Duration> skew) {

  /**
   * Checks that there is an access key id.
   *
   * @param accessKeyId as above
   * @param action as above
   * @param failure as above
   * @param skew as above
   * @throws IllegalArgumentException if the access key id is blank
   */
  public CallReport {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(failure, "failure");
    Objects.requireNonNull(skew, "skew");
    if (accessKeyId.isBlank()) {
      throw new IllegalArgumentException(
          "an access key id must not be blank; report no calls that were not signed");
    }
  }

  /** The same call, when its credentials are known to expire at that instant. */
  CallReport expiringAt(Instant expiration) {
    return new CallReport(
        accessKeyId, action, failure.map(each -> each.expiringAt(expiration)), skew);
  }

  /** Action and outcome, the access key id masked. */
  @Override
  public String toString() {
    return "CallReport["
        + action
        + " by "
        + AccessKeyIds.masked(accessKeyId)
        + ": "
        + failure.map(AwsFailure::code).orElse("success")
        + "]";
  }
}
