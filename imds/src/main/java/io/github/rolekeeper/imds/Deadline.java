package io.github.rolekeeper.imds;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The instant, on a monotonic clock, by which one call of the client has to end. */
final class Deadline {
  private final LongSupplier nanos;
  private final long end;

  private Deadline(LongSupplier nanos, long end) {
    this.nanos = nanos;
    this.end = end;
  }

  static Deadline after(Duration timeout, LongSupplier nanos) {
    return new Deadline(nanos, nanos.getAsLong() + timeout.toNanos());
  }

  /** Zero or less once it has passed. */
  long remainingNanos() {
    return end - nanos.getAsLong();
  }

  boolean leaves(Duration time) {
    return remainingNanos() > time.toNanos();
  }
}
