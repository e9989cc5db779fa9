package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A look at the source that brought no answer.
 *
 * @param at when it failed
 * @param message what the source said of it; the sources of this library put no text of an AWS
 *     service there, which may repeat a session token
 * @param consecutive how many looks in a row had failed by then, this one included; at least 1
 * @param cause what the source threw, with its own causes. Their texts and stack traces may quote
 *     what a service answered, so take care where you print them
 */
public record SourceFailure(Instant at, String message, int consecutive, Throwable cause) {

  /**
   * Checks the count.
   *
   * @param at as above
   * @param message as above
   * @param consecutive as above
   * @param cause as above
   * @throws IllegalArgumentException if the count is below 1
   */
  public SourceFailure {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(cause, "cause");
    if (consecutive < 1) {
      throw new IllegalArgumentException(
          "consecutive is " + consecutive + "; a failure counts itself, so at least 1 is expected");
    }
  }

  static SourceFailure of(Throwable cause, Instant at, int consecutive) {
    String message =
        Optional.ofNullable(cause.getMessage())
            .filter(text -> !text.isBlank())
            .orElse(cause.getClass().getName());
    return new SourceFailure(at, message, consecutive, cause);
  }
}
