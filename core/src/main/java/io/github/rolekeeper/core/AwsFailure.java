package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A failed call of an AWS API, and what was known when it failed.
 *
 * @param service such as {@code S3}; may be empty
 * @param operation such as {@code ListBuckets}; may be empty
 * @param code the error code of the answer; empty if there was no answer or it had none
 * @param status the HTTP status; 0 if there was no answer
 * @param message the text of the answer, or without one that of the client's exception and its
 *     causes
 * @param answerDate the {@code Date} header of the answer
 * @param requestTime when the request was signed, by the clock of this machine
 * @param expiration when the credentials expire that signed it
 */
public record AwsFailure(
    String service,
    String operation,
    String code,
    int status,
    String message,
    Optional<Instant> answerDate,
    Optional<Instant> requestTime,
    Optional<Instant> expiration) {

  /**
   * Checks that nothing is null.
   *
   * @param service as above
   * @param operation as above
   * @param code as above
   * @param status as above
   * @param message as above
   * @param answerDate as above
   * @param requestTime as above
   * @param expiration as above
   */
  public AwsFailure {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(answerDate, "answerDate");
    Objects.requireNonNull(requestTime, "requestTime");
    Objects.requireNonNull(expiration, "expiration");
  }

  /**
   * How far the clock of AWS is ahead of this machine's.
   *
   * @return negative if it is behind; empty unless both times are known
   */
  public Optional<Duration> skew() {
    return answerDate.flatMap(date -> requestTime.map(sent -> Duration.between(sent, date)));
  }
}
