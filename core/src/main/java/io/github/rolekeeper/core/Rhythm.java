package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How much time passed from one set of credentials to the next that lasts longer, as far as it was
 * seen. Sets that are used in turn, of several accounts, are no renewals of each other.
 *
 * @param intervals the last ones
 * @param lasting the set that lasts longest of those seen; empty before the first that ends
 */
record Rhythm(List<Duration> intervals, Optional<HeldCredentials> lasting) {
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
    return new Rhythm(List.of(), Optional.empty());
  }

  Rhythm seen(HeldCredentials set, Instant now) {
    if (lasting.isEmpty()) {
      return set.metadata().expiration().isEmpty() ? this : lastingNow(set, intervals);
    }
    HeldCredentials before = lasting.get();
    if (!set.lastsLongerThan(before)) {
      return this;
    }
    if (before.sameSetAs(set.metadata())) { // prolonged
      return lastingNow(before.with(set.metadata()), intervals);
    }
    Duration interval = set.after(before);
    // A set that replaced a dead one came after an outage, which is no rhythm.
    if (!before.aliveAt(now) || interval.isNegative() || interval.isZero()) {
      return lastingNow(set, intervals);
    }
    List<Duration> next = new ArrayList<>(intervals);
    next.add(interval);
    return lastingNow(set, next.subList(Math.max(0, next.size() - REMEMBERED), next.size()));
  }

  private static Rhythm lastingNow(HeldCredentials set, List<Duration> intervals) {
    return new Rhythm(intervals, Optional.of(set));
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
