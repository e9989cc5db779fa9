package io.github.rolekeeper.testkit;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * A clock that stands still until it is moved, or {@linkplain #ticking() ticks}. Every part of a
 * {@link SimulatedAccount} reads the same one, and it can be handed to anything that takes a {@link
 * Clock} or a {@link java.time.InstantSource}. Thread-safe.
 */
public final class MutableClock extends Clock {
  private final Hand hand;
  private final ZoneId zone;

  private MutableClock(Hand hand, ZoneId zone) {
    this.hand = hand;
    this.zone = zone;
  }

  /**
   * A clock that shows the given instant.
   *
   * @param start the first reading
   * @return the clock, in UTC
   */
  public static MutableClock at(Instant start) {
    return new MutableClock(new Hand(Clock.fixed(start, ZoneOffset.UTC)), ZoneOffset.UTC);
  }

  /**
   * A clock that shows the given instant.
   *
   * @param start the first reading in ISO-8601, such as {@code 2023-03-07T15:00:51Z}
   * @return the clock, in UTC
   * @throws java.time.format.DateTimeParseException if the text is no instant
   */
  public static MutableClock at(String start) {
    return at(Instant.parse(start));
  }

  /**
   * A clock that shows the real time of this moment and then stands still. Clients that live on the
   * wall clock (the AWS CLI, the AWS SDKs) agree with it until it is moved.
   *
   * @return the clock, in UTC
   */
  public static MutableClock atRealTime() {
    return at(Clock.systemUTC().instant());
  }

  /**
   * A clock that shows the real time, plus whatever it has been moved by: for a server that clients
   * on the wall clock use over hours, and that shall still let time pass faster.
   *
   * @return the clock, in UTC
   */
  public static MutableClock ticking() {
    return new MutableClock(new Hand(Clock.systemUTC()), ZoneOffset.UTC);
  }

  /**
   * Moves the clock forward.
   *
   * @param step how far; not negative
   * @throws IllegalArgumentException if the step is negative: use {@link #set} to go back
   * @throws DateTimeException if the step leads beyond {@link Instant#MAX}
   */
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException(
          "cannot advance by " + step + ": a step must not be negative; set(Instant) may go back");
    }
    hand.advance(step);
  }

  /**
   * Moves the clock to an instant, forward or back.
   *
   * @param instant the new reading
   */
  public void set(Instant instant) {
    hand.set(Objects.requireNonNull(instant, "instant"));
  }

  @Override
  public Instant instant() {
    return hand.now();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  /** {@inheritDoc} The returned clock shows the same, moving time in another zone. */
  @Override
  public Clock withZone(ZoneId other) {
    return new MutableClock(hand, other);
  }

  @Override
  public String toString() {
    return "MutableClock[" + instant() + "]";
  }

  /** What the clocks of several zones share. */
  private static final class Hand {
    private final Clock driven;
    private volatile Duration ahead = Duration.ZERO;

    Hand(Clock driven) {
      this.driven = driven;
    }

    Instant now() {
      return driven.instant().plus(ahead);
    }

    synchronized void advance(Duration step) {
      set(now().plus(step));
    }

    synchronized void set(Instant instant) {
      ahead = Duration.between(driven.instant(), instant);
    }
  }
}
