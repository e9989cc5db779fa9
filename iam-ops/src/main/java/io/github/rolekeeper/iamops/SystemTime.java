package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.InstantSource;

/** The real time: the only place here that reads it or sleeps. */
final class SystemTime {
  private SystemTime() {}

  static InstantSource wallClock() {
    return InstantSource.system();
  }

  /** For durations only. */
  static long nanos() {
    return System.nanoTime();
  }

  static void sleep(Duration duration) throws InterruptedException {
    Thread.sleep(duration.toMillis());
  }
}
