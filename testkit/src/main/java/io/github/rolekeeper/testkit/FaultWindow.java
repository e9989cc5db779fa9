package io.github.rolekeeper.testkit;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a fault can happen, in the account's time.
 *
 * @param length how long, counted from the injection; null if the times are known
 */
record FaultWindow(Instant from, Instant until, @Nullable Duration length) {
  static final FaultWindow ALWAYS = new FaultWindow(Instant.MIN, Instant.MAX, null);

  /** The window of a fault that is injected at this time. */
  FaultWindow openedAt(Instant now) {
    if (length == null) {
      return this;
    }
    try {
      return new FaultWindow(now, now.plus(length), null);
    } catch (DateTimeException | ArithmeticException e) {
      return new FaultWindow(now, Instant.MAX, null);
    }
  }

  boolean holds(Instant now) {
    return !now.isBefore(from) && now.isBefore(until);
  }
}
