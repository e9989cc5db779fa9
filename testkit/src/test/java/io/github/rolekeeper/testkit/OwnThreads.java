package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * The threads that some code has started, and those that they have started: all that are in one
 * group, so that what else goes on in the process is not taken for theirs.
 */
public final class OwnThreads {
  /** Only ends a hang: a thread that has been told to end does so at once on most machines. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ThreadGroup group = new ThreadGroup("own");

  /** Runs code whose threads shall be known, in a thread that has ended when this returns. */
  public <T> T run(Callable<T> code) throws Exception {
    var task = new FutureTask<T>(code);
    var thread = new Thread(group, task, "runs what starts the threads");
    thread.start();
    thread.join();
    return task.get();
  }

  /** Those that live. */
  public List<Thread> alive() {
    // Threads that begin while they are listed are left out where there is no room.
    var threads = new Thread[group.activeCount() + 1024];
    return List.of(Arrays.copyOf(threads, group.enumerate(threads)));
  }

  public void assertAllHaveEnded() throws InterruptedException {
    for (Thread thread : alive()) {
      thread.join(PATIENCE.toMillis());
      assertThat(thread.isAlive()).as("%s lives on", thread).isFalse();
    }
    assertThat(alive()).isEmpty();
  }
}
