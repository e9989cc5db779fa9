package io.github.rolekeeper.core;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The one place of this module that reads the time of the machine. */
final class SystemTime {
  private SystemTime() {}

  static InstantSource wallClock() {
    return InstantSource.system();
  }

  static LongSupplier nanoTime() {
    return System::nanoTime;
  }
}
