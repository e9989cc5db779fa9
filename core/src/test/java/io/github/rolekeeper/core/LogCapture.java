package io.github.rolekeeper.core;

import java.text.MessageFormat;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What the tracker logs from {@link #start} to {@link #close}, each line after its level. */
public final class LogCapture implements AutoCloseable {
  private static final List<LogCapture> RUNNING = new CopyOnWriteArrayList<>();

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private boolean broken;

  static LogCapture start() {
    LogCapture capture = new LogCapture();
    RUNNING.add(capture);
    return capture;
  }

  /** The backend of the log misses a class, as it happens in deployments. */
  static LogCapture startBroken() {
    LogCapture capture = start();
    capture.broken = true;
    return capture;
  }

  List<String> lines() {
    return lines;
  }

  private void take(String line) {
    if (broken) {
      throw new NoClassDefFoundError("appender of the test");
    }
    lines.add(line);
  }

  @Override
  public void close() {
    RUNNING.remove(this);
  }

  /** Found by the JDK through {@code META-INF/services}. */
  public static final class Finder extends System.LoggerFinder {
    /** For the service loader. */
    public Finder() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
      return new Capturing(name);
    }
  }

  private record Capturing(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return name.startsWith("io.github.rolekeeper.");
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String line,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        RUNNING.forEach(capture -> capture.take(level + " " + line));
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... parameters) {
      String line = format == null ? "null" : format;
      log(level, bundle, new MessageFormat(line).format(parameters), (Throwable) null);
    }
  }
}
