package io.github.rolekeeper.imds.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs what is scheduled when the test says so, and tells for when it was planned. */
final class ManualScheduler extends AbstractExecutorService implements ScheduledExecutorService {
  private final Deque<Planned> planned = new ArrayDeque<>();
  private boolean shut;

  private static final class Planned extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long nanos;

    Planned(Runnable work, long nanos) {
      super(work, null);
      this.nanos = nanos;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(nanos, other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  /** The time until the one thing that is planned. */
  long nextSeconds() {
    return planned.element().getDelay(TimeUnit.SECONDS);
  }

  boolean idle() {
    return planned.stream().allMatch(FutureTask::isCancelled);
  }

  void runNext() {
    planned.remove().run();
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    if (shut) {
      throw new RejectedExecutionException("shut down");
    }
    Planned next = new Planned(work, unit.toNanos(delay));
    planned.add(next);
    return next;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long first, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long first, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void execute(Runnable work) {
    work.run();
  }

  @Override
  public void shutdown() {
    shut = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shut = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shut;
  }

  @Override
  public boolean isTerminated() {
    return shut;
  }

  @Override
  public boolean awaitTermination(long time, TimeUnit unit) {
    return shut;
  }
}
