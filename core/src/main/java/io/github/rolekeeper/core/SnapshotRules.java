package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a remembered state means at an instant: pure functions of both. */
final class SnapshotRules {
  private SnapshotRules() {}

  static CredentialSnapshot judge(
      TrackerState known, ExpiryWindows windows, String source, Instant now) {
    CredentialState state = state(known, windows, now);
    return new CredentialSnapshot(
        now,
        source,
        state,
        known.notApplicable(),
        flags(known, windows, state, now),
        known.held().map(HeldCredentials::metadata),
        state.usable() ? LossRules.forecast(known, windows, state, now) : Optional.empty(),
        LossRules.cause(known, windows, state, now),
        known.generation(),
        known.lastSuccess(),
        known.lastFailure(),
        known.clock());
  }

  /** The instants at which the judgement changes without news, in no order. */
  static Stream<Instant> edges(TrackerState known, ExpiryWindows windows) {
    Optional<HeldCredentials> held = known.held();
    Optional<Instant> expiration = held.flatMap(set -> set.metadata().expiration());
    Duration patience = patience(known, windows);
    Instant silence = known.looked().plus(patience);
    Instant setBack = known.looked().minus(patience);
    if (held.isEmpty() || expiration.isEmpty()) {
      return Stream.of(setBack, silence);
    }
    Instant end = expiration.get();
    return Stream.of(
        setBack,
        silence,
        end.minus(windows.advisoryFor(held.get().lifetime(end))),
        end.minus(promise(held.get(), end, windows)),
        end);
  }

  /** The window before the expiration in which the successors should be there. */
  static Duration promise(HeldCredentials held, Instant expiration, ExpiryWindows windows) {
    if (held.refused()) {
      return Duration.ZERO; // nobody told the end before it was over, so nobody promised anything
    }
    Duration lifetime = held.lifetime(expiration);
    if (held.issued().isEmpty()) {
      return windows.overdueWithoutPromise(lifetime);
    }
    Duration window = windows.overdueFor(lifetime);
    // A set that was issued inside the window cannot keep the promise, and is not late for that.
    return lifetime.compareTo(window) <= 0 ? Duration.ZERO : window;
  }

  /** How long after the last look nobody has looked for too long. */
  private static Duration patience(TrackerState known, ExpiryWindows windows) {
    Instant looked = known.looked();
    return PollPace.patience(
        known.failing(),
        state(known, windows, looked),
        known
            .held()
            .flatMap(set -> set.metadata().expiration())
            .map(end -> Duration.between(looked, end)));
  }

  // Of a clock that was set back far, nothing tells how long ago the last look was.
  private static boolean lookMissed(TrackerState known, ExpiryWindows windows, Instant now) {
    Duration patience = patience(known, windows);
    return !now.isBefore(known.looked().plus(patience))
        || now.isBefore(known.looked().minus(patience));
  }

  private static CredentialState state(TrackerState known, ExpiryWindows windows, Instant now) {
    if (known.notApplicable().isPresent()) {
      return CredentialState.NOT_APPLICABLE;
    }
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
    Instant expiration = held.metadata().expiration().get();
    Instant shown = shownUntil(known, now);
    if (!held.aliveAt(now)) {
      if (known.notUsed() && shown.isBefore(expiration)) {
        return CredentialState.UNKNOWN; // the next use may well get their successors
      }
      return known.served() ? CredentialState.EXPIRED : CredentialState.MISSING;
    }
    if (!shown.isBefore(expiration.minus(promise(held, expiration, windows)))
        || LossRules.rhythmStopped(known, held)) {
      return CredentialState.RENEWAL_OVERDUE;
    }
    Duration left = Duration.between(now, expiration);
    return left.compareTo(windows.advisoryFor(held.lifetime(expiration))) <= 0
        ? CredentialState.EXPIRING
        : CredentialState.VALID;
  }

  /**
   * Until when it was looked at what is served: of an application that uses nothing, until its last
   * use. Time that passed since then proves nothing.
   */
  static Instant shownUntil(TrackerState known, Instant now) {
    Instant shown = known.notUsed() ? known.lastSuccess().orElse(now) : known.looked();
    return shown.isBefore(now) ? shown : now; // the clock may have been set back since
  }

  private static Set<CredentialFlag> flags(
      TrackerState known, ExpiryWindows windows, CredentialState state, Instant now) {
    Set<CredentialFlag> flags = EnumSet.noneOf(CredentialFlag.class);
    if (known.failing()) {
      flags.add(CredentialFlag.SOURCE_FAILING);
    }
    if (lookMissed(known, windows, now)) {
      flags.add(CredentialFlag.NOT_LOOKED);
    }
    if (known.clock().suspect()) {
      flags.add(CredentialFlag.CLOCK_SUSPECT);
    }
    if (known.notUsed() && state != CredentialState.NOT_APPLICABLE) {
      flags.add(CredentialFlag.NOT_USED);
    }
    if (state != CredentialState.NOT_APPLICABLE) {
      known.held().ifPresent(held -> addFlags(flags, held, known, windows, state));
    }
    return flags;
  }

  private static void addFlags(
      Set<CredentialFlag> flags,
      HeldCredentials held,
      TrackerState known,
      ExpiryWindows windows,
      CredentialState state) {
    if (state.usable() && known.traffic().revocationSuspected(held.metadata().accessKeyId())) {
      flags.add(CredentialFlag.SUSPECTED_REVOKED);
    }
    Optional<Instant> expiration = held.metadata().expiration();
    if (expiration.isEmpty()) {
      flags.add(CredentialFlag.EXPIRY_UNKNOWN);
      return;
    }
    // Only what an answer showed: that time passed since the last one is no act of the source.
    if (state == CredentialState.EXPIRED
        && known.lastSuccess().filter(seen -> !seen.isBefore(expiration.get())).isPresent()) {
      flags.add(CredentialFlag.SERVED_PAST_EXPIRY);
    }
    Duration lifetime = held.lifetime(expiration.get());
    if (held.issued().isPresent() && lifetime.compareTo(windows.advisoryFor(lifetime)) <= 0) {
      flags.add(CredentialFlag.SHORT_LIVED);
    }
  }
}
