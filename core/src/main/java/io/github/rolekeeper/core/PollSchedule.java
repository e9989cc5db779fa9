package io.github.rolekeeper.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Looks when a look is due. It ticks in between, so that a clock that jumped is noticed soon. */
final class PollSchedule {
  private static final Logger LOG = System.getLogger(CredentialTracker.class.getName());

  // A tick reads two clocks. A timer that slept with the machine is this late at most.
  private static final Duration TICK = Duration.ofSeconds(15);

  // After an error of the source or of a scheduler: as a source that fails for long.
  private static final Duration AFTER_ERROR = Duration.ofMinutes(1);

  private final Looks looks;
  private final ScheduledExecutorService executor;
  private final boolean owned;
  private final LongSupplier nanoTime;
  private volatile boolean closed;
  private volatile boolean refused;

  /** The thread of the tick under way, on which a listener may close; null between ticks. */
  private volatile @Nullable Thread ticking;

  /** The next tick, to take it off a scheduler that lives on. */
  private volatile @Nullable Future<?> pending;

  /** Nano time of the next look. Only ticks use it, and they follow one another. */
  private long due;

  /** What is driven. */
  interface Looks {
    /** Whether the clock jumped since the last look. */
    boolean clockJumped();

    /** Looks, and says how long to wait. */
    Duration look();
  }

  PollSchedule(
      Looks looks, ScheduledExecutorService executor, boolean owned, LongSupplier nanoTime) {
    this.looks = looks;
    this.executor = executor;
    this.owned = owned;
    this.nanoTime = nanoTime;
  }

  void start() {
    due = nanoTime.getAsLong();
    executor.execute(this::tick);
  }

  /** Whether nobody looks any more, because the scheduler was shut down. */
  boolean abandoned() {
    return refused || executor.isShutdown();
  }

  void close() {
    closed = true;
    Future<?> next = pending;
    if (next != null) {
      next.cancel(false);
    }
    if (owned) {
      if (ticking == Thread.currentThread()) {
        executor.shutdown(); // an interrupt would meet the listeners that are told next
      } else {
        executor.shutdownNow();
      }
    }
  }

  private void tick() {
    if (closed) {
      return;
    }
    ticking = Thread.currentThread();
    try {
      if (due - nanoTime.getAsLong() <= 0 || looks.clockJumped()) {
        Duration wait = looks.look();
        due = nanoTime.getAsLong() + wait.toNanos();
      }
    } catch (Throwable thrown) { // an unchecked end here would be the end of all looks
      due = nanoTime.getAsLong() + AFTER_ERROR.toNanos();
      SafeLog.log(
          LOG,
          Level.ERROR,
          "a look at the credentials broke off; the next is in " + AFTER_ERROR,
          thrown);
    } finally {
      ticking = null;
    }
    scheduleTick();
  }

  private void scheduleTick() {
    long wait = Math.max(0, Math.min(due - nanoTime.getAsLong(), TICK.toNanos()));
    try {
      if (!closed) {
        Future<?> next = executor.schedule(this::tick, wait, TimeUnit.NANOSECONDS);
        pending = next;
        if (closed) {
          next.cancel(false); // closed since the first look at the flag
        }
      }
    } catch (RejectedExecutionException shutDown) {
      refused = true;
      if (!closed) {
        SafeLog.log(
            LOG,
            Level.WARNING,
            "the scheduler was shut down; nobody looks at the credentials now",
            null);
      }
    }
  }
}
