package io.github.rolekeeper.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** A log that throws nothing: one whose backend is broken ends neither a look nor an event. */
final class SafeLog {
  private SafeLog() {}

  static void log(Logger log, Level level, String line, @Nullable Throwable thrown) {
    try {
      log.log(level, line, thrown);
    } catch (Throwable ignored) { // such as a class that the backend misses
      // There is no place left to say so.
    }
  }
}
