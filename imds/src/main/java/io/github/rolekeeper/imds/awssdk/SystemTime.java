package io.github.rolekeeper.imds.awssdk;

import java.time.InstantSource;

/** The one place of this package that reads a clock of the machine. */
final class SystemTime {
  private SystemTime() {}

  static InstantSource wallClock() {
    return InstantSource.system();
  }
}
