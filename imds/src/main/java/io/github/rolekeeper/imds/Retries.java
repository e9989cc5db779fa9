package io.github.rolekeeper.imds;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The only place where this module tries again. A pause that would not leave time for another
 * attempt is not begun, and none follows the last attempt.
 *
 * @param attempts the most that one request is tried: the SDKs document three retries
 * @param firstPause the longest first pause; each further one may be twice as long, up to 1 s as in
 *     aws-sdk-go-v2
 * @param random numbers from 0 to 1: a pause is the longest times a half to one, so that clients
 *     that failed together do not come back together
 */
record Retries(int attempts, Duration firstPause, DoubleSupplier random) {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  static Retries standard() {
    return new Retries(4, Duration.ofMillis(100), () -> ThreadLocalRandom.current().nextDouble());
  }

  <T> T call(URI endpoint, String path, Deadline deadline, Supplier<T> attempt) {
    Call call = new Call(deadline);
    RetryPolicy<T> policy =
        RetryPolicy.<T>builder()
            .handleIf((Throwable thrown) -> call.worthAnother(thrown))
            .withMaxAttempts(attempts)
            .withDelayFn(context -> call.pause)
            .build();
    try {
      return Failsafe.with(policy)
          .get(
              () -> {
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
    if (longest.compareTo(LONGEST_PAUSE) > 0 && firstPause.compareTo(LONGEST_PAUSE) <= 0) {
      longest = LONGEST_PAUSE;
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
      if (!(thrown instanceof ExchangeFailure failure) || !failure.kind().retryable()) {
        return false;
      }
      before = Optional.of(failure);
      return deadline.leaves(pause);
    }

    InstanceMetadataException exception(URI endpoint, String path, ExchangeFailure last) {
      // That the time ran out says little; what went wrong until then says more.
      String earlier =
          before
              .filter(failure -> failure != last)
              .map(f -> "; before that " + f.event())
              .orElse("");
      return new InstanceMetadataException(
          last.kind(), endpoint, path, last.status(), begun, last.event() + earlier, last);
    }
  }
}
