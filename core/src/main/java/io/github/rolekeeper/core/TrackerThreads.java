package io.github.rolekeeper.core;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that a tracker makes for want of the caller's. All are daemons. */
final class TrackerThreads {
  // Changes come in bursts, hours apart: a thread that waits for the next burst only costs.
  private static final long IDLE_SECONDS = 5;

  private TrackerThreads() {}

  static ScheduledExecutorService polling(String source) {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, daemons("rolekeeper-poll-" + source));
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  /** No thread while there is nothing to tell, and never more than listeners. */
  static Executor listening(String source) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        daemons("rolekeeper-events-" + source));
  }

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
