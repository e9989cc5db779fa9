package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What CloudTrail's event history holds: the management events that callers caused whom the account
 * could name. Kept apart from the {@link Journal}, so that a test which clears its journal does not
 * erase the account's past. Guarded by the world's lock.
 */
final class Trail {
  /** How long the event history reaches back (CloudTrail User Guide, event history). */
  private static final Duration RETENTION = Duration.ofDays(90);

  private final World world;
  private final Deque<TrailEvent> events = new ArrayDeque<>();
  private long sequence;

  Trail(World world) {
    this.world = world;
  }

  /** A number for the next event: later events have higher ones. */
  long next() {
    return sequence++;
  }

  void add(TrailEvent event) {
    events.add(event);
    Instant oldest = event.time().minus(RETENTION);
    while (events.size() > world.settings.journalLimit
        || (!events.isEmpty() && events.element().time().isBefore(oldest))) {
      events.remove();
    }
  }

  /** The events of a Region that CloudTrail has delivered by now. */
  List<TrailEvent> delivered(String region) {
    Instant now = world.now();
    Instant newest = now.minus(world.timing(Timing.CLOUDTRAIL_DELIVERY));
    Instant oldest = now.minus(RETENTION);
    return events.stream()
        .filter(event -> event.region().equals(region))
        .filter(event -> !event.time().isAfter(newest) && !event.time().isBefore(oldest))
        .toList();
  }
}
