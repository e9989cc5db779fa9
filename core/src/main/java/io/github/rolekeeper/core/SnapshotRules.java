package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a remembered state means at an instant: pure functions of both. */
final class SnapshotRules {
  private SnapshotRules() {}

  static CredentialSnapshot judge(TrackerState known, ExpiryWindows windows, Instant now) {
    CredentialState state = state(known, windows, now);
    return new CredentialSnapshot(
        now,
        state,
        flags(known, state),
        known.held().map(HeldCredentials::metadata),
        state.usable() ? forecast(known, windows, state) : Optional.empty(),
        known.generation(),
        known.lastSuccess(),
        known.lastFailure());
  }

  private static CredentialState state(TrackerState known, ExpiryWindows windows, Instant now) {
    if (known.lastSuccess().isEmpty()) {
      return CredentialState.UNKNOWN;
    }
    if (known.held().isEmpty()) {
      return CredentialState.MISSING;
    }
    HeldCredentials held = known.held().get();
    if (held.metadata().expiration().isEmpty()) {
      // Whether a set without expiration outlives its withdrawal cannot be known.
      return known.served() ? CredentialState.VALID : CredentialState.MISSING;
    }
    if (!held.aliveAt(now)) {
      return known.served() ? CredentialState.EXPIRED : CredentialState.MISSING;
    }
    Instant expiration = held.metadata().expiration().get();
    Duration left = Duration.between(now, expiration);
    Duration lifetime = held.lifetime(expiration);
    if (left.compareTo(windows.overdueFor(lifetime)) <= 0) {
      return CredentialState.RENEWAL_OVERDUE;
    }
    return left.compareTo(windows.advisoryFor(lifetime)) <= 0
        ? CredentialState.EXPIRING
        : CredentialState.VALID;
  }

  private static Set<CredentialFlag> flags(TrackerState known, CredentialState state) {
    Set<CredentialFlag> flags = EnumSet.noneOf(CredentialFlag.class);
    if (known.failing()) {
      flags.add(CredentialFlag.SOURCE_FAILING);
    }
    Optional<Instant> expiration =
        known.held().map(HeldCredentials::metadata).flatMap(CredentialMetadata::expiration);
    if (known.held().isPresent() && expiration.isEmpty()) {
      flags.add(CredentialFlag.EXPIRY_UNKNOWN);
    }
    // Only what an answer showed: that time passed since the last one is no act of the source.
    if (state == CredentialState.EXPIRED
        && expiration.isPresent()
        && known.lastSuccess().filter(seen -> !seen.isBefore(expiration.get())).isPresent()) {
      flags.add(CredentialFlag.SERVED_PAST_EXPIRY);
    }
    return flags;
  }

  private static Optional<LossForecast> forecast(
      TrackerState known, ExpiryWindows windows, CredentialState state) {
    Optional<HeldCredentials> held =
        known.held().filter(set -> set.metadata().expiration().isPresent());
    if (held.isEmpty()) {
      return Optional.empty();
    }
    Instant expiration = held.get().metadata().expiration().get();
    if (known.threat().isPresent()) {
      LossSignal signal = known.threat().get().signal();
      return Optional.of(forecast(expiration, signal, known.threat().get().foreseenAt()));
    }
    return state == CredentialState.RENEWAL_OVERDUE
        ? Optional.of(overdue(known, windows, held.get(), expiration))
        : Optional.empty();
  }

  private static LossForecast overdue(
      TrackerState known, ExpiryWindows windows, HeldCredentials held, Instant expiration) {
    Instant due = expiration.minus(windows.overdueFor(held.lifetime(expiration)));
    String evidence =
        "credentials "
            + held.metadata().maskedAccessKeyId()
            + " expire at "
            + expiration
            + "; their successors were due at "
            + due
            + (known.failing()
                ? " and the source has not answered since " + seenBy(known)
                : " and were not there at " + seenBy(known));
    return forecast(
        expiration,
        new LossSignal(
            LossReason.RENEWAL_OVERDUE,
            // A silent source may have renewed them unseen.
            known.failing() ? Confidence.LOW : Confidence.MEDIUM,
            evidence,
            Optional.empty()),
        due.isAfter(held.firstSeen()) ? due : held.firstSeen());
  }

  private static String seenBy(TrackerState known) {
    return known.lastSuccess().map(Instant::toString).orElse("the start");
  }

  // The service may renew for a while longer, but never takes back what it issued: the loss can
  // come
  // no earlier than the expiration, and unless the cause is cured no later.
  private static LossForecast forecast(Instant expiration, LossSignal signal, Instant foreseenAt) {
    return new LossForecast(
        expiration,
        expiration,
        signal.reason(),
        signal.confidence(),
        signal.evidence(),
        signal.cure(),
        foreseenAt);
  }
}
