package io.github.rolekeeper.imds;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls on the caller's executor, or on a few daemon threads. {@link #close} ends both the
 * calls and these threads.
 */
final class AsyncCalls implements AutoCloseable {
  // The service caps simultaneous connections without saying where; its answers take a millisecond.
  private static final int THREADS = 4;

  private static final long IDLE_SECONDS = 10; // a thread that has nothing to do goes by itself

  // An interrupted read ends at once. Whoever closes is not held up by a machine that is stuck.
  private static final long PATIENCE_MILLIS = 5_000;

  private final Optional<Executor> given;
  private final Set<AsyncCall<?>> unfinished = ConcurrentHashMap.newKeySet();
  private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
  private @Nullable ThreadPoolExecutor own;
  private volatile boolean closed;

  AsyncCalls(Optional<Executor> given) {
    this.given = given;
  }

  <T> CompletableFuture<T> submit(Supplier<T> body) {
    AsyncCall<T> call = AsyncCall.of(body);
    unfinished.add(call);
    CompletableFuture<T> unused = call.whenComplete((value, thrown) -> unfinished.remove(call));
    if (closed) { // if not yet, close() finds the call among the unfinished
      call.completeExceptionally(refusal());
      return call;
    }
    try {
      if (given.isPresent()) {
        given.get().execute(call);
      } else {
        executeOnOwnThread(call);
      }
    } catch (RejectedExecutionException e) {
      call.completeExceptionally(closed ? refusal() : e);
    }
    return call;
  }

  /** What every call of a closed client ends with, blocking or not. */
  static IllegalStateException refusal() {
    return new IllegalStateException("this client was closed; build another one");
  }

  /**
   * Under the lock, so that {@link #close} finds each thread started: the pool starts a thread only
   * after it has made it, and to wait for one that is not started yet is to wait for nothing. The
   * queue has no limit, so this does not block.
   */
  private synchronized void executeOnOwnThread(AsyncCall<?> call) {
    if (closed) {
      throw new RejectedExecutionException();
    }
    if (own == null) {
      own =
          new ThreadPoolExecutor(
              THREADS,
              THREADS,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              this::worker);
      own.allowCoreThreadTimeOut(true);
    }
    own.execute(call);
  }

  @Override
  public void close() {
    ThreadPoolExecutor ending;
    synchronized (this) {
      closed = true;
      ending = own;
    }
    for (AsyncCall<?> call : unfinished) {
      call.endFromOutside(refusal());
    }
    if (ending == null) {
      return;
    }
    ending.shutdownNow();
    if (!(Thread.currentThread() instanceof Worker)) { // which would wait for itself
      awaitWorkers();
    }
  }

  /** That the executor has terminated does not mean that its threads are gone. */
  private void awaitWorkers() {
    try {
      for (Worker worker : workers) {
        worker.join(PATIENCE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Worker worker(Runnable work) {
    workers.removeIf(worker -> worker.getState() == Thread.State.TERMINATED);
    Worker worker = new Worker(work);
    workers.add(worker);
    return worker;
  }

  private static final class Worker extends Thread {
    Worker(Runnable work) {
      super(work, "rolekeeper-imds");
      setDaemon(true);
    }
  }
}
