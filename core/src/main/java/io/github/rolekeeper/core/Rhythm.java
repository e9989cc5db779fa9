package io.github.rolekeeper.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How much time passed from one set of credentials to the next, as far as it was seen. */
record Rhythm(List<Duration> intervals) {
  // Fewer are no rhythm; with hourly renewals it is learnt within half a lifetime of six hours or
  // more.
  private static final int NEEDED = 3;

  // A day's quarter of hourly renewals: one long pause, such as an outage, is forgotten again.
  private static final int REMEMBERED = 8;

  // One renewal may be left out. The service promises no rhythm, so a shorter patience cries wolf.
  private static final int PATIENCE = 2;

  Rhythm {
    intervals = List.copyOf(intervals);
  }

  static Rhythm unknown() {
    return new Rhythm(List.of());
  }

  Rhythm renewedAfter(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      return this;
    }
    List<Duration> next = new ArrayList<>(intervals);
    next.add(interval);
    return new Rhythm(next.subList(Math.max(0, next.size() - REMEMBERED), next.size()));
  }

  Optional<Duration> longest() {
    return intervals.size() < NEEDED
        ? Optional.empty()
        : intervals.stream().max(Comparator.naturalOrder());
  }

  /** The age that a set does not reach while the rhythm lasts. */
  Optional<Duration> patience() {
    return longest().map(interval -> interval.multipliedBy(PATIENCE));
  }
}
