package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Bounds how long the reads of one diagnosis or one plan may take together. Thread-safe. */
final class Deadline {
  private final Duration limit;
  private final Executor executor;

  Deadline(Duration limit, Executor executor) {
    this.limit = limit;
    this.executor = executor;
  }

  /** A thread of its own for each read, which ends with it and keeps no process alive. */
  static Executor ownThreads() {
    return read -> {
      var thread = new Thread(read, "rolekeeper-read");
      thread.setDaemon(true);
      thread.start();
    };
  }

  /**
   * Begins.
   *
   * @param what is read, for the message
   */
  Running begin(String what) {
    return new Running(what);
  }

  /** The time of one diagnosis, which runs. For one thread, which must end it. */
  final class Running implements AutoCloseable {
    private final String what;
    private final long began = SystemTime.nanos();
    private final Reads reads = new Reads(executor);

    private Running(String what) {
      this.what = what;
    }

    <T> FutureTask<T> start(Supplier<T> read) {
      return reads.start(read);
    }

    /**
     * What a read answers.
     *
     * @throws InstanceProfileOpsException if that takes longer than the deadline, or the caller is
     *     interrupted
     */
    <T> T get(FutureTask<T> read) {
      try {
        return Reads.answer(read, left());
      } catch (TimeoutException e) {
        throw new InstanceProfileOpsException(
            InstanceProfileOpsException.Kind.NO_ANSWER,
            what,
            "",
            what
                + " got no answer from AWS within "
                + limit.toMillis()
                + " ms; check that the endpoint can be reached, or pass a longer deadline(…)",
            e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    /** The same for one that is not begun yet. */
    <T> T get(Supplier<T> read) {
      return get(start(read));
    }

    /**
     * The same for what a diagnosis can do without.
     *
     * @param share by what the time that is left is divided; 1 if nothing is read afterwards
     */
    <T> T getOr(FutureTask<T> read, int share, Supplier<T> otherwise) {
      try {
        return Reads.answer(read, left().dividedBy(share));
      } catch (TimeoutException e) {
        return otherwise.get();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    private Duration left() {
      return limit.minusNanos(SystemTime.nanos() - began);
    }

    private InstanceProfileOpsException interrupted(InterruptedException cause) {
      Thread.currentThread().interrupt();
      return new InstanceProfileOpsException(
          InstanceProfileOpsException.Kind.INTERRUPTED, what, "", what + " was interrupted", cause);
    }

    /** Interrupts what is still being read. */
    @Override
    public void close() {
      reads.close();
    }
  }
}
