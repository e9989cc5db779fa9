package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * The wall clock moved otherwise than time passed: it was set, or the machine was suspended.
 *
 * @param at when it was noticed, by the clock after the jump
 * @param by how far the clock moved beyond the time that passed; negative if it was set back
 */
public record ClockJump(Instant at, Duration by) {

  /**
   * Checks that nothing is null.
   *
   * @param at as above
   * @param by as above
   */
  public ClockJump {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(by, "by");
  }
}
