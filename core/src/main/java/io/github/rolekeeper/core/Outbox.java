package io.github.rolekeeper.core;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one receiver has yet to be told. It is told in order and one change at a time, without a
 * lock: a thread that finds another one at it leaves its changes there. A receiver that takes
 * nothing for too long gets what does not fit as one change, from the first to the last of it, so
 * that memory is bounded, nothing is contradicted, and it ends with what is true.
 */
final class Outbox {
  /**
   * Over a year of hourly renewals, or hours of a source that flaps at every look; some 10 MB, as
   * each change adds one snapshot of less than 1 KB.
   */
  static final int LIMIT = 10_000;

  private final BlockingQueue<Change> waiting = new LinkedBlockingQueue<>(LIMIT);

  /** All that came after the queue was full, as one change; null if it is not. */
  private final AtomicReference<@Nullable Change> rest = new AtomicReference<>();

  private final AtomicBoolean overflowed = new AtomicBoolean();
  private final AtomicInteger calls = new AtomicInteger();
  private final Consumer<Change> receiver;

  /**
   * An empty outbox.
   *
   * @param receiver throws nothing that can be helped: what it is told of then is lost
   */
  Outbox(Consumer<Change> receiver) {
    this.receiver = receiver;
  }

  /** Leaves a change. Callers add one at a time, in the order of the changes. */
  void add(Change change) {
    // While there is a rest, all that is newer belongs to it; only the teller takes it away.
    if (rest.get() == null && waiting.offer(change)) {
      return;
    }
    Change before = rest.getAndAccumulate(change, Outbox::joined);
    if (before == null) {
      overflowed.set(true);
    }
  }

  /** Whether it has overflowed since the last call of this. */
  boolean overflowed() {
    return overflowed.getAndSet(false);
  }

  /**
   * Sees to it that all that waits is told.
   *
   * @throws RuntimeException if the executor refuses; all that waits is told at the next flush then
   */
  void flush(Executor executor) {
    if ((waiting.isEmpty() && rest.get() == null) || calls.getAndIncrement() > 0) {
      return; // the telling thread, or this one further up its stack, sees the count and goes on
    }
    try {
      executor.execute(this::tell);
    } catch (Throwable refused) {
      calls.set(0);
      throw refused;
    }
  }

  private void tell() {
    try {
      int answered = 1;
      do {
        for (Change change = next(); change != null; change = next()) {
          receiver.accept(change);
        }
        answered = calls.addAndGet(-answered);
      } while (answered > 0);
    } catch (Throwable broken) { // such as no memory left: the next flush tells the rest
      calls.set(0);
      throw broken;
    }
  }

  private @Nullable Change next() {
    Change oldest = waiting.poll();
    return oldest == null ? rest.getAndSet(null) : oldest;
  }

  private static Change joined(@Nullable Change before, Change after) {
    return before == null ? after : new Change(before.previous(), after.current());
  }
}
