package io.github.rolekeeper.imds;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When the calls of one client have to end: a time-out after they were made. What an asynchronous
 * call does ends with that call, whenever a thread comes to do it. Thread-safe.
 */
final class Deadlines {
  /** Of an asynchronous call; an executor may run one within another, and of other clients too. */
  private record Shared(Deadlines of, Deadline deadline, @Nullable Shared outer) {}

  private static final ThreadLocal<@Nullable Shared> INNERMOST = new ThreadLocal<>();

  private final Duration timeout;
  private final LongSupplier nanos;

  Deadlines(Duration timeout, LongSupplier nanos) {
    this.timeout = timeout;
    this.nanos = nanos;
  }

  /** The deadline of a call that is made now. */
  Deadline start() {
    for (Shared shared = INNERMOST.get(); shared != null; shared = shared.outer()) {
      if (shared.of() == this) {
        return shared.deadline();
      }
    }
    return Deadline.after(timeout, nanos);
  }

  /** The same work; the calls in it share one deadline, whose time runs from now. */
  <T> Supplier<T> runningFromNow(Supplier<T> work) {
    Deadline deadline = Deadline.after(timeout, nanos);
    return () -> {
      Shared outer = INNERMOST.get();
      INNERMOST.set(new Shared(this, deadline, outer));
      try {
        return work.get();
      } finally {
        if (outer == null) {
          INNERMOST.remove();
        } else {
          INNERMOST.set(outer);
        }
      }
    };
  }
}
