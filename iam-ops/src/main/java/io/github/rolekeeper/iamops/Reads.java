package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Reads that may go on at the same time, some of them no longer than until a deadline. Whoever
 * waits for one that nobody has begun does it himself, so that an executor without a free thread
 * only makes them slower. For one thread, which must end it: what is not done by then is
 * interrupted.
 */
final class Reads implements AutoCloseable {
  private final Executor executor;
  private final List<FutureTask<?>> begun = new ArrayList<>();

  Reads(Executor executor) {
    this.executor = executor;
  }

  /** One after the other on the calling thread, each when it is waited for. */
  static Executor inTurn() {
    return read -> {};
  }

  <T> FutureTask<T> start(Supplier<T> read) {
    var task = new FutureTask<T>(read::get);
    begun.add(task);
    executor.execute(task);
    return task;
  }

  /** What a read has answered or thrown. */
  static <T> T answer(FutureTask<T> read) {
    read.run(); // which does nothing if somebody has begun it
    try {
      return read.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InstanceProfileOpsException(
          InstanceProfileOpsException.Kind.INTERRUPTED,
          "reading",
          "",
          "reading was interrupted",
          e);
    } catch (ExecutionException e) {
      throw thrown(e);
    }
  }

  /** The same within a time; the executor must have a thread for it. */
  static <T> T answer(FutureTask<T> read, Duration limit)
      throws TimeoutException, InterruptedException {
    try {
      return read.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw thrown(e);
    }
  }

  private static RuntimeException thrown(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException failure) {
      return failure;
    }
    if (e.getCause() instanceof Error failure) {
      throw failure;
    }
    return new IllegalStateException("a read threw a checked exception", e);
  }

  @Override
  public void close() {
    begun.forEach(each -> each.cancel(true));
  }
}
