package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A judgement, and from when until when it holds without news.
 *
 * @param known what was judged
 * @param view the judgement, at some instant of that span
 * @param from the first instant of the span; null if it has no beginning
 * @param until the first instant after it; null if it has no end
 */
record Judged(
    TrackerState known, CredentialSnapshot view, @Nullable Instant from, @Nullable Instant until) {

  static Judged of(TrackerState known, ExpiryWindows windows, String source, Instant now) {
    return new Judged(
        known,
        SnapshotRules.judge(known, windows, source, now),
        SnapshotRules.edges(known, windows)
            .filter(edge -> !edge.isAfter(now))
            .max(Instant::compareTo)
            .orElse(null),
        SnapshotRules.edges(known, windows)
            .filter(edge -> edge.isAfter(now))
            .min(Instant::compareTo)
            .orElse(null));
  }

  boolean holds(Instant now) {
    return (from == null || !now.isBefore(from)) && (until == null || now.isBefore(until));
  }

  Optional<Instant> nextEdge() {
    return Optional.ofNullable(until);
  }
}
