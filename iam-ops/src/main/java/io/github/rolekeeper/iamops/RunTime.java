package io.github.rolekeeper.iamops;

import java.time.Duration;

/**
 * How long a run has gone on, by a clock that nobody sets and by the waits that it has asked for;
 * so that whoever moves the wall clock neither ends its patience nor makes it endless. Not
 * thread-safe.
 */
final class RunTime {
  private Duration waited = Duration.ZERO;

  /** A moment of the run. */
  record Moment(long nanos, Duration waited) {}

  Moment now() {
    return new Moment(SystemTime.nanos(), waited);
  }

  /** Asked for one more wait. */
  void waits(Duration delay) {
    waited = waited.plus(delay);
  }

  /** The longer of what has passed since and what was waited since. */
  Duration since(Moment then) {
    Duration passed = Duration.ofNanos(SystemTime.nanos() - then.nanos());
    Duration asked = waited.minus(then.waited());
    return passed.compareTo(asked) > 0 ? passed : asked;
  }
}
