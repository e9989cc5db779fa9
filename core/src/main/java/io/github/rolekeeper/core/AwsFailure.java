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
 * @param code the error code of the answer as it came, with its prefix or suffix if it had one, and
 *     of AWS Sign-In's denials their member {@code error}; empty if there was no answer or it had
 *     none
 * @param status the HTTP status; 0 if there was no answer
 * @param message the text of the answer, or without one that of the client's exception and its
 *     causes
 * @param answerDate the {@code Date} header of the answer
 * @param requestTime when the request was sent, by the clock of this machine
 * @param receiptTime when the answer came, by the same clock
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
    Optional<Instant> receiptTime,
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
   * @param receiptTime as above
   * @param expiration as above
   */
  public AwsFailure {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(answerDate, "answerDate");
    Objects.requireNonNull(requestTime, "requestTime");
    Objects.requireNonNull(receiptTime, "receiptTime");
    Objects.requireNonNull(expiration, "expiration");
  }

  /**
   * A failure of which it is not known when the answer came. A date of the answer that is later
   * than the request then proves no wrong clock, for the call may have taken that long.
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
  public AwsFailure(
      String service,
      String operation,
      String code,
      int status,
      String message,
      Optional<Instant> answerDate,
      Optional<Instant> requestTime,
      Optional<Instant> expiration) {
    this(
        service,
        operation,
        code,
        status,
        message,
        answerDate,
        requestTime,
        Optional.empty(),
        expiration);
  }

  /**
   * How far the clock of AWS is ahead of this machine's, as {@link CallSpan#skew}.
   *
   * @return negative if it is behind; empty unless the answer's date and the time of sending are
   *     known
   */
  public Optional<Duration> skew() {
    return answerDate.flatMap(
        date -> requestTime.map(sent -> new CallSpan(sent, receiptTime.orElse(sent)).skew(date)));
  }

  AwsFailure expiringAt(Instant expiration) {
    return new AwsFailure(
        service,
        operation,
        code,
        status,
        message,
        answerDate,
        requestTime,
        receiptTime,
        Optional.of(expiration));
  }

  AwsFailure with(String code, int status) {
    return new AwsFailure(
        service,
        operation,
        code,
        status,
        message,
        answerDate,
        requestTime,
        receiptTime,
        expiration);
  }

  /**
   * Service, operation, code and status. Not the message: services quote the request in theirs,
   * with its session token, where a signature does not match.
   */
  @Override
  public String toString() {
    return "AwsFailure[" + service + ":" + operation + ", " + code + ", status " + status + "]";
  }
}
