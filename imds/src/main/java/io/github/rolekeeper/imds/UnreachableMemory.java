package io.github.rolekeeper.imds;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a while that nobody took a connection. Where the service was met once, it is there,
 * and what is in the way will pass: then nothing is remembered. Thread-safe.
 */
final class UnreachableMemory {
  private record Failed(long at) {}

  private final Duration length;
  private final LongSupplier nanos;
  private volatile @Nullable Failed last;
  private volatile boolean met;

  UnreachableMemory(Duration length, LongSupplier nanos) {
    this.length = length;
    this.nanos = nanos;
  }

  /** How long ago it was in vain; empty if that is not known any more, or does not count. */
  Optional<Duration> inVainAgo() {
    Failed failed = last;
    return failed == null || met
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(nanos.getAsLong() - failed.at()))
            .filter(ago -> ago.compareTo(length) < 0);
  }

  Duration length() {
    return length;
  }

  void inVain() {
    last = new Failed(nanos.getAsLong());
  }

  /** The service answered, and so is where it was looked for. */
  void met() {
    if (!met) {
      met = true;
    }
  }
}
