package io.github.rolekeeper.imds;

import java.util.function.BooleanSupplier;

/** Waits for what another thread does. */
final class Waiting {
  private Waiting() {}

  /** Ends without it only by an interrupt, which is what the time-out of a test sends. */
  static void until(BooleanSupplier met) {
    while (!met.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted before it came to pass");
      }
      Thread.yield();
    }
  }
}
