package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long to wait until the next look: a pure function of the last one. */
final class PollPace {
  // An edge is told a second late at most, and a source is asked once a second at most.
  private static final Duration FLOOR = Duration.ofSeconds(1);

  // A deletion that becomes visible is foretold within five minutes, as long as the service itself
  // promises between new credentials and the end of the old ones.
  private static final Duration CEILING = Duration.ofMinutes(5);

  // Several looks before the end, however short the life: 3 min apart with an hour left, 15 s with
  // five minutes left.
  private static final int LOOKS_LEFT = 20;

  // What died is waited for, and the metadata service bears this of every instance.
  private static final Duration DEAD = Duration.ofSeconds(30);

  // Nothing tells how long they live, so news must come by looking.
  private static final Duration UNFORESEEABLE = Duration.ofMinutes(1);

  // Whoever polls by hand is told to do so about once a minute.
  private static final Duration LEAST_PATIENCE = Duration.ofMinutes(2);

  // A look may be left out, or its source take as long as the pause before it.
  private static final int PATIENCE = 2;

  private static final Duration FIRST_RETRY = Duration.ofSeconds(2);

  // Doubled from 2 s: longer waits would hide a recovery for longer than an overdue window allows.
  private static final Duration LAST_RETRY = Duration.ofMinutes(1);

  // A fleet that was started together should not ask in step.
  private static final double JITTER = 0.2;

  private PollPace() {}

  /**
   * The pause after a look.
   *
   * @param seen what it saw
   * @param nextEdge when the judgement changes without news; empty if never
   * @param random from 0 up to, not including, 1
   * @return at least a second, at most five minutes
   */
  static Duration after(CredentialSnapshot seen, Optional<Instant> nextEdge, double random) {
    Duration jittered = scale(base(seen), 1 - JITTER * random);
    return nextEdge
        .map(edge -> Duration.between(seen.at(), edge))
        .filter(left -> left.compareTo(jittered) < 0)
        .map(left -> clamp(left, FLOOR, CEILING))
        .orElse(clamp(jittered, FLOOR, CEILING));
  }

  /**
   * How much later than a look the next one counts as missed: twice the pause that this pace makes,
   * and two minutes at least.
   *
   * @param failed whether the look failed
   * @param state what it saw
   * @param left the time that was left then; empty if the expiration is unknown
   * @return from two minutes to ten
   */
  static Duration patience(boolean failed, CredentialState state, Optional<Duration> left) {
    Duration pause = failed ? LAST_RETRY : pause(state, left);
    return max(pause.multipliedBy(PATIENCE), LEAST_PATIENCE);
  }

  private static Duration base(CredentialSnapshot seen) {
    return seen.flags().contains(CredentialFlag.SOURCE_FAILING)
        ? backOff(seen.lastFailure().map(SourceFailure::consecutive).orElse(1))
        : pause(seen.state(), seen.remaining());
  }

  private static Duration pause(CredentialState state, Optional<Duration> remaining) {
    return switch (state) {
      case NOT_APPLICABLE -> CEILING;
      case UNKNOWN, EXPIRED, MISSING -> DEAD;
      case VALID, EXPIRING, RENEWAL_OVERDUE ->
          remaining
              .map(left -> clamp(left.dividedBy(LOOKS_LEFT), FLOOR, CEILING))
              .orElse(UNFORESEEABLE);
    };
  }

  private static Duration backOff(int failures) {
    Duration wait = FIRST_RETRY;
    for (int n = 1; n < failures && wait.compareTo(LAST_RETRY) < 0; n++) {
      wait = wait.multipliedBy(2);
    }
    return clamp(wait, FIRST_RETRY, LAST_RETRY);
  }

  private static Duration scale(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }

  private static Duration clamp(Duration duration, Duration least, Duration most) {
    return duration.compareTo(most) > 0 ? most : max(duration, least);
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
