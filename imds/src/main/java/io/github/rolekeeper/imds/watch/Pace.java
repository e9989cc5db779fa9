package io.github.rolekeeper.imds.watch;

import java.time.Duration;

/**
 * When to look next: a pure function.
 *
 * @param interval between two looks that succeed
 */
record Pace(Duration interval) {
  // A Spot instance has two minutes; with this at least three looks fall into them even after a
  // long silence of the service.
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);

  /**
   * Twice as long after each failure in succession, up to a limit, and never below the interval.
   */
  Duration after(int failures) {
    Duration longest = interval.compareTo(LONGEST_BACK_OFF) > 0 ? interval : LONGEST_BACK_OFF;
    Duration wait = interval.multipliedBy(1L << Math.min(failures, 10));
    return wait.compareTo(longest) > 0 ? longest : wait;
  }
}
