package io.github.rolekeeper.imds;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The only place where this module tries again. A pause that would not leave time for another
 * attempt is not begun, and none follows the last attempt.
 *
 * @param attempts the most that one request is tried
 * @param firstPause the longest first pause; each further one may be twice as long
 * @param longestPause the longest pause at all
 * @param random numbers from 0 to 1: a pause is the longest times a half to one, so that clients
 *     that failed together do not come back together
 */
record Retries(int attempts, Duration firstPause, Duration longestPause, DoubleSupplier random) {

  <T> T call(Setting<URI> endpoint, String path, Deadline deadline, Supplier<T> attempt) {
    Call call = new Call(deadline);
    if (deadline.remainingNanos() <= 0) {
      // An asynchronous call may have waited for a thread, and an earlier request taken the time.
      throw call.exception(
          endpoint,
          path,
          new ExchangeFailure(
              Kind.DEADLINE_EXCEEDED, 0, "the time was over before it was asked for", null));
    }
    call.begin();
    try {
      return attempt.get();
    } catch (ExchangeFailure first) {
      return again(call, first, endpoint, path, attempt);
    }
  }

  /**
   * What the first attempt does not need: policy and library take time, in a fresh JVM above all.
   */
  private <T> T again(
      Call call, ExchangeFailure first, Setting<URI> endpoint, String path, Supplier<T> attempt) {
    RetryPolicy<T> policy =
        RetryPolicy.<T>builder()
            .handleIf((Throwable thrown) -> call.worthAnother(thrown))
            .withMaxAttempts(attempts)
            .withDelayFn(context -> call.pause)
            .build();
    try {
      return Failsafe.with(policy)
          .get(
              context -> {
                if (context.isFirstAttempt()) {
                  throw first;
                }
                call.begin();
                return attempt.get();
              });
    } catch (ExchangeFailure last) {
      throw call.exception(endpoint, path, last);
    } catch (FailsafeException e) {
      if (!(e.getCause() instanceof InterruptedException)) {
        throw e;
      }
      throw call.exception(
          endpoint,
          path,
          new ExchangeFailure(
              Kind.INTERRUPTED, 0, "interrupted between two attempts", e.getCause()));
    }
  }

  Duration pauseAfter(int attempt) {
    Duration longest = firstPause.multipliedBy(1L << Math.min(attempt - 1, 20));
    if (longest.compareTo(longestPause) > 0) {
      longest = longestPause;
    }
    return Duration.ofNanos((long) (longest.toNanos() * (0.5 + random.getAsDouble() / 2)));
  }

  /** What happened so far in one call. Used by one thread at a time. */
  private final class Call {
    private final Deadline deadline;
    private int begun;
    private Duration pause = Duration.ZERO;
    private Optional<ExchangeFailure> before = Optional.empty();

    Call(Deadline deadline) {
      this.deadline = deadline;
    }

    void begin() {
      begun++;
      pause = pauseAfter(begun);
    }

    boolean worthAnother(@Nullable Throwable thrown) {
      if (!(thrown instanceof ExchangeFailure failure) || !failure.worthAnother()) {
        return false;
      }
      before = Optional.of(failure);
      return deadline.leaves(pause);
    }

    InstanceMetadataException exception(Setting<URI> endpoint, String path, ExchangeFailure last) {
      ExchangeFailure told = told(last);
      Setting<URI> used =
          told.endpoint().map(place -> new Setting<>(place, endpoint.origin())).orElse(endpoint);
      return new InstanceMetadataException(used, path, begun, told);
    }

    /** That the time ran out says nothing; what went wrong in a whole attempt does. */
    private ExchangeFailure told(ExchangeFailure last) {
      if (before.isEmpty() || before.get() == last) {
        return last;
      }
      ExchangeFailure earlier = before.get();
      return last.kind() == Kind.DEADLINE_EXCEEDED
          ? earlier.adding("; then " + last.event())
          : last.adding("; before that " + earlier.event());
    }
  }
}
