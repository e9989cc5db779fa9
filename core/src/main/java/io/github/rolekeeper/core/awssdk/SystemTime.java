package io.github.rolekeeper.core.awssdk;

import java.time.InstantSource;

/** The one place of this package that reads the time of the machine. */
final class SystemTime {
  private SystemTime() {}

  static InstantSource wallClock() {
    return InstantSource.system();
  }
}
