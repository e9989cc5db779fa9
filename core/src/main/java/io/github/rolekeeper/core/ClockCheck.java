package io.github.rolekeeper.core;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of the clock of this machine.
 *
 * @param skew how far the clock of AWS is ahead, negative if it is behind; empty if nobody reported
 *     it since the last jump
 * @param jumps how many jumps were noticed
 * @param lastJump the last of them; empty without one
 */
public record ClockCheck(Optional<Duration> skew, int jumps, Optional<ClockJump> lastJump) {
  // What the AWS SDK for Java counts as skew; AWS refuses signatures that are 5 minutes off.
  private static final Duration SUSPECT = Duration.ofMinutes(4);

  // Whole seconds on one side, and an answer on its way.
  private static final Duration NOISE = Duration.ofSeconds(5);

  private static final ClockCheck UNKNOWN = new ClockCheck(Optional.empty(), 0, Optional.empty());

  /**
   * Checks that nothing is null.
   *
   * @param skew as above
   * @param jumps as above
   * @param lastJump as above
   */
  public ClockCheck {
    Objects.requireNonNull(skew, "skew");
    Objects.requireNonNull(lastJump, "lastJump");
  }

  /**
   * Nothing is known.
   *
   * @return neither skew nor jump
   */
  public static ClockCheck unknown() {
    return UNKNOWN;
  }

  /**
   * Whether the clocks are so far apart that calls may be refused.
   *
   * @return whether the known skew is 4 minutes or more in either direction
   */
  public boolean suspect() {
    return skew.filter(ahead -> ahead.abs().compareTo(SUSPECT) >= 0).isPresent();
  }

  boolean differsFrom(Duration ahead) {
    return skew.filter(known -> known.minus(Calendar.within(ahead)).abs().compareTo(NOISE) <= 0)
        .isEmpty();
  }

  ClockCheck measured(Duration ahead) {
    return new ClockCheck(Optional.of(Calendar.within(ahead)), jumps, lastJump);
  }

  /** A clock that was set has another skew than before. */
  ClockCheck jumped(ClockJump jump) {
    return new ClockCheck(Optional.empty(), jumps + 1, Optional.of(jump));
  }
}
