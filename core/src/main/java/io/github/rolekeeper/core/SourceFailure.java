package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Objects;

/**
 * A look at the source that brought no answer.
 *
 * @param at when it failed
 * @param message what the source said of it
 * @param consecutive how many looks in a row had failed by then, this one included; at least 1
 */
public record SourceFailure(Instant at, String message, int consecutive) {

  /**
   * Checks the count.
   *
   * @param at as above
   * @param message as above
   * @param consecutive as above
   * @throws IllegalArgumentException if the count is below 1
   */
  public SourceFailure {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(message, "message");
    if (consecutive < 1) {
      throw new IllegalArgumentException(
          "consecutive is " + consecutive + "; a failure counts itself, so at least 1 is expected");
    }
  }
}
