package io.github.rolekeeper.imds;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call as a future. However the future is ended from outside (cancelled, timed out,
 * completed), the thread that works for it is interrupted, or the call is never begun.
 */
final class AsyncCall<T> extends CompletableFuture<T> implements Runnable {
  private final Supplier<T> body;
  private final FutureTask<?> work = new FutureTask<>(this::work, true);
  private volatile boolean ended;
  private volatile @Nullable Thread worker;

  private AsyncCall(Supplier<T> body) {
    this.body = body;
  }

  static <T> AsyncCall<T> of(Supplier<T> body) {
    AsyncCall<T> call = new AsyncCall<>(body);
    CompletableFuture<T> unused = call.whenComplete((value, thrown) -> call.stop());
    return call;
  }

  @Override
  public void run() {
    worker = Thread.currentThread();
    work.run();
    worker = null;
    if (work.isCancelled()) {
      // The interrupt was for this call, not for what the caller's thread does next.
      boolean unused = Thread.interrupted();
    }
  }

  /** Ends it with a failure, unless it is this very call that wants to: that one ends by itself. */
  void endFromOutside(RuntimeException failure) {
    if (!Thread.currentThread().equals(worker)) {
      completeExceptionally(failure);
    }
  }

  private void work() {
    try {
      T value = body.get();
      ended = true;
      complete(value);
    } catch (Throwable thrown) {
      ended = true;
      completeExceptionally(thrown);
    }
  }

  private void stop() {
    if (!ended) {
      work.cancel(true);
    }
  }
}
