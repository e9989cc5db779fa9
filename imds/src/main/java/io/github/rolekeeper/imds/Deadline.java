package io.github.rolekeeper.imds;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The instant, on a monotonic clock, by which one call of the client has to end. It goes wherever
 * the call goes, and so it also says where to note what the call meets, if anybody wants to know.
 */
final class Deadline {
  private final LongSupplier nanos;
  private final long wholeNanos;
  private final long end;
  private final Optional<Sightings> sightings;

  private Deadline(LongSupplier nanos, long wholeNanos, long end, Optional<Sightings> sightings) {
    this.nanos = nanos;
    this.wholeNanos = wholeNanos;
    this.end = end;
    this.sightings = sightings;
  }

  static Deadline after(Duration timeout, LongSupplier nanos) {
    long whole = timeout.toNanos();
    return new Deadline(nanos, whole, nanos.getAsLong() + whole, Optional.empty());
  }

  /** The same instant; what is met on the way there is noted. */
  Deadline notedIn(Sightings notes) {
    return new Deadline(nanos, wholeNanos, end, Optional.of(notes));
  }

  /** Zero or less once it has passed. */
  long remainingNanos() {
    return end - nanos.getAsLong();
  }

  /** All the time that the call was given. */
  long wholeNanos() {
    return wholeNanos;
  }

  boolean leaves(Duration time) {
    return remainingNanos() > time.toNanos();
  }

  void met(Peer peer) {
    sightings.ifPresent(notes -> notes.met(peer));
  }

  void answered(WireRequest request, WireAnswer answer) {
    sightings.ifPresent(notes -> notes.answered(request, answer.status()));
  }
}
