package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The times that are reckoned with. A source may say {@link Instant#MAX} for never, and another one
 * the year 1 for nothing: beyond these bounds sums overflow and no two answers differ in meaning.
 */
final class Calendar {
  /** Expired, by any clock that works at all. */
  private static final Instant FIRST = Instant.EPOCH;

  /** The last year that AWS can write: its timestamps have four digits for it. */
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private static final Duration SPAN = Duration.between(FIRST, LAST);

  private Calendar() {}

  static CredentialMetadata within(CredentialMetadata set) {
    Optional<Instant> lastUpdated = set.lastUpdated().map(Calendar::within);
    Optional<Instant> expiration = set.expiration().map(Calendar::within);
    return lastUpdated.equals(set.lastUpdated()) && expiration.equals(set.expiration())
        ? set
        : new CredentialMetadata(set.roleName(), set.accessKeyId(), lastUpdated, expiration);
  }

  static Duration within(Duration skew) {
    if (skew.compareTo(SPAN) > 0) {
      return SPAN;
    }
    return skew.compareTo(SPAN.negated()) < 0 ? SPAN.negated() : skew;
  }

  private static Instant within(Instant time) {
    if (time.isBefore(FIRST)) {
      return FIRST;
    }
    return time.isAfter(LAST) ? LAST : time;
  }
}
