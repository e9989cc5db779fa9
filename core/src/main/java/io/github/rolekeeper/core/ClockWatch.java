package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Compares the wall clock with time that passes evenly. Not thread-safe. */
final class ClockWatch {
  // A clock that is slewed by the customary 500 ppm drifts 10 s in 5 h, longer than any pause
  // between two looks; the smallest window is minutes long.
  private static final Duration TOLERANCE = Duration.ofSeconds(10);

  private final LongSupplier nanoTime;
  private Instant wall;
  private long nanos;

  ClockWatch(LongSupplier nanoTime, Instant now) {
    this.nanoTime = nanoTime;
    wall = now;
    nanos = nanoTime.getAsLong();
  }

  /** Whether a jump would be found now. */
  boolean jumped(Instant now) {
    return drift(now).abs().compareTo(TOLERANCE) > 0;
  }

  /** The jump since the last call, and begins to compare anew. */
  Optional<ClockJump> check(Instant now) {
    Optional<ClockJump> jump =
        jumped(now) ? Optional.of(new ClockJump(now, drift(now))) : Optional.empty();
    wall = now;
    nanos = nanoTime.getAsLong();
    return jump;
  }

  private Duration drift(Instant now) {
    return Duration.between(wall, now).minusNanos(nanoTime.getAsLong() - nanos);
  }
}
