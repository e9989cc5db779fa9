package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * How long a call took, by the clock of this machine.
 *
 * @param sent when the request went out
 * @param received when its answer came
 */
public record CallSpan(Instant sent, Instant received) {

  /**
   * Checks that nothing is null.
   *
   * @param sent as above
   * @param received as above
   */
  public CallSpan {
    Objects.requireNonNull(sent, "sent");
    Objects.requireNonNull(received, "received");
  }

  /**
   * How far the clock of AWS is at least ahead of this machine's. A service dates its answer at
   * some moment of the call, so a call that took minutes is no skew of minutes.
   *
   * @param answerDate the {@code Date} header of the answer
   * @return zero if it lies between sending and receipt, else its distance from the nearer of the
   *     two; negative if the clock of AWS is behind
   */
  public Duration skew(Instant answerDate) {
    if (received.isBefore(sent)) { // the clock was set back meanwhile: only its last time counts
      return Duration.between(received, answerDate);
    }
    if (answerDate.isBefore(sent)) {
      return Duration.between(sent, answerDate);
    }
    return answerDate.isAfter(received) ? Duration.between(received, answerDate) : Duration.ZERO;
  }
}
