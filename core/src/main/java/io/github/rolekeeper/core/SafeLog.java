package io.github.rolekeeper.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A log that throws nothing: one whose backend is broken ends neither a look nor an event. What is
 * written is one line, wherever its parts came from.
 */
final class SafeLog {
  private static final Pattern UNFIT = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

  private SafeLog() {}

  static void log(Logger log, Level level, String line, @Nullable Throwable thrown) {
    try {
      log.log(level, UNFIT.matcher(line).replaceAll(" "), thrown);
    } catch (Throwable ignored) { // such as a class that the backend misses
      // There is no place left to say so.
    }
  }
}
