package io.github.rolekeeper.imds.awssdk;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When credentials are asked for anew. Each time is spread at random, so that instances that
 * started together do not ask together.
 *
 * @param random numbers from 0 to 1
 */
record RefreshTimes(DoubleSupplier random) {
  // New credentials are served at least five minutes before the old ones end (EC2 user guide). From
  // 15 minutes before on they are looked for, as the AWS SDK for Java does.
  private static final Duration BEFORE_END = Duration.ofMinutes(15);
  private static final Duration SPREAD = Duration.ofMinutes(5);

  // The SDK's longest time too: a role that was exchanged is seen within it.
  private static final Duration LONGEST = Duration.ofHours(1);

  // After a look that brought nothing new, or failed: several looks fit into the five minutes.
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  /** After credentials were read: not beyond their end. */
  Instant afterRead(Instant now, Optional<Instant> end) {
    double share = random.getAsDouble();
    Instant latest = now.plus(part(LONGEST, 1 - share / 10));
    Instant wished =
        end.map(at -> at.minus(BEFORE_END).plus(part(SPREAD, share)))
            .filter(latest::isAfter)
            .orElse(latest);
    Instant again = again(now, share);
    return notAfter(end, wished.isBefore(again) ? again : wished);
  }

  /** After a look that failed while there are credentials: not beyond their end. */
  Instant afterFailure(Instant now, Optional<Instant> end) {
    return notAfter(end, again(now, random.getAsDouble()));
  }

  private static Instant again(Instant now, double share) {
    return now.plus(part(SHORTEST, 1 + share));
  }

  private static Instant notAfter(Optional<Instant> end, Instant at) {
    return end.filter(at::isAfter).orElse(at);
  }

  private static Duration part(Duration whole, double share) {
    return Duration.ofNanos((long) (whole.toNanos() * share));
  }
}
