package io.github.rolekeeper.core.awssdk;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What an exception of the SDK does not tell of the call that failed.
 *
 * @param operation such as {@code ListBuckets}; may be empty
 * @param requestTime when the request was sent, by the clock of this machine
 * @param receiptTime when the answer came, by the same clock
 * @param expiration when the credentials expire that signed it
 */
public record CallContext(
    String operation,
    Optional<Instant> requestTime,
    Optional<Instant> receiptTime,
    Optional<Instant> expiration) {
  private static final CallContext UNKNOWN =
      new CallContext("", Optional.empty(), Optional.empty());

  /**
   * Checks that nothing is null.
   *
   * @param operation as above
   * @param requestTime as above
   * @param receiptTime as above
   * @param expiration as above
   */
  public CallContext {
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(requestTime, "requestTime");
    Objects.requireNonNull(receiptTime, "receiptTime");
    Objects.requireNonNull(expiration, "expiration");
  }

  /**
   * It is not known when the answer came. A date of the answer that is later than the request then
   * proves no wrong clock, for the call may have taken that long.
   *
   * @param operation as above
   * @param requestTime as above
   * @param expiration as above
   */
  public CallContext(
      String operation, Optional<Instant> requestTime, Optional<Instant> expiration) {
    this(operation, requestTime, Optional.empty(), expiration);
  }

  /**
   * Nothing is known beside the exception.
   *
   * @return the empty context
   */
  public static CallContext unknown() {
    return UNKNOWN;
  }
}
