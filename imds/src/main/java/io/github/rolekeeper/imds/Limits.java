package io.github.rolekeeper.imds;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The limits of what a time can be: what a socket can count, and what nobody means. */
final class Limits {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** What the service grants (EC2 user guide, "How Instance Metadata Service Version 2 works"). */
  private static final Duration LONGEST_TOKEN = Duration.ofHours(6);

  private Limits() {}

  static boolean allows(Duration time) {
    return time.compareTo(SHORTEST) >= 0 && time.compareTo(LONGEST) <= 0;
  }

  /** A time that a method of the builder was given. */
  static Duration checked(String method, Duration time) {
    if (!allows(time)) {
      throw Refusal.ofMethod(time, method, "1 ms to 1 h is expected, such as PT5S");
    }
    return time;
  }

  /** As {@link #checked}, or zero for never. */
  static Duration checkedOrZero(String method, Duration time) {
    if (!time.isZero() && !allows(time)) {
      throw Refusal.ofMethod(time, method, "1 ms to 1 h is expected, such as PT10S, or zero");
    }
    return time;
  }

  static Duration checkedTokenTtl(String method, Duration ttl) {
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0
        || ttl.compareTo(LONGEST_TOKEN) > 0
        || !ttl.equals(ttl.truncatedTo(ChronoUnit.SECONDS))) {
      throw Refusal.ofMethod(
          ttl, method, "whole seconds from 1 s to 6 h are expected, such as PT6H");
    }
    return ttl;
  }
}
