package io.github.rolekeeper.imds;

import java.util.function.LongSupplier;

/** The one place of this module that reads a clock of the machine: the monotonic one. */
final class SystemTime {
  private SystemTime() {}

  static LongSupplier nanoClock() {
    return System::nanoTime;
  }
}
