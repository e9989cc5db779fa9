package io.github.rolekeeper.imds;

import java.text.MessageFormat;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What the library logs from {@link #start} to {@link #close}, each line after its level. */
public final class LogCapture implements AutoCloseable {
  private static final List<LogCapture> RUNNING = new CopyOnWriteArrayList<>();

  private final List<String> lines = new CopyOnWriteArrayList<>();

  public static LogCapture start() {
    LogCapture capture = new LogCapture();
    RUNNING.add(capture);
    return capture;
  }

  public List<String> lines() {
    return lines;
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
        RUNNING.forEach(capture -> capture.lines.add(level + " " + line));
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... parameters) {
      if (isLoggable(level) && format != null) { // others' lines need not be formats
        boolean plain = parameters == null || parameters.length == 0;
        String line = plain ? format : new MessageFormat(format).format(parameters);
        log(level, bundle, line, (Throwable) null);
      }
    }
  }
}
