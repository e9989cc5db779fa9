package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What can be chosen about an account. Guarded by the world's lock once the account listens. */
final class Settings {
  String accountId = "123456789012";
  String region = "us-east-1";
  Partition partition = Partition.of(region);
  final Set<Rule> rules = EnumSet.allOf(Rule.class);
  private final Map<Timing, Duration> timings = new EnumMap<>(Timing.class);

  /** Whether access keys that the account has not issued are refused instead of trusted. */
  boolean strictCredentials;

  /** Whether a request is refused whose date is further from the account's time than AWS allows. */
  boolean checkDates;

  /** The most that a page of a listing holds, whatever the client asks for. */
  int pageLimit = Integer.MAX_VALUE;

  /** How many requests the journal keeps. */
  int journalLimit = 100_000;

  Duration timing(Timing timing) {
    return timings.getOrDefault(timing, timing.usual());
  }

  /** For where the test itself has not said how long. */
  void timingUnlessSet(Timing timing, Duration value) {
    timings.putIfAbsent(timing, timing.checked(value));
  }

  void timing(Timing timing, Duration value) {
    timings.put(timing, timing.checked(value));
  }
}
