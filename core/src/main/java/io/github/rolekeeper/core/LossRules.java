package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether the loss of living credentials is foretold: pure functions of what is known. */
final class LossRules {
  // The IAM guide: a role's removal from a profile takes effect after up to one hour, and until
  // then the service may renew once more.
  private static final Duration REMOVAL_DELAY = Duration.ofHours(1);

  private LossRules() {}

  static Optional<LossForecast> forecast(
      TrackerState known, ExpiryWindows windows, CredentialState state, Instant now) {
    Optional<HeldCredentials> held = known.held();
    if (held.isEmpty()) {
      return Optional.empty();
    }
    if (known.threat().isPresent()) {
      return Optional.of(threatened(known, known.threat().get(), held.get()));
    }
    return state == CredentialState.RENEWAL_OVERDUE
        ? Optional.of(overdue(known, windows, held.get(), now))
        : Optional.empty();
  }

  /**
   * Why the credentials are lost, or why there are none: what the source stated, or else that their
   * successors were not there when somebody looked, or that a service refused them as expired.
   */
  static Optional<LossSignal> cause(
      TrackerState known, ExpiryWindows windows, CredentialState state, Instant now) {
    if (!state.lost()) {
      return Optional.empty();
    }
    return known
        .cause()
        .or(
            () ->
                known
                    .held()
                    .filter(held -> state == CredentialState.EXPIRED)
                    .filter(
                        held ->
                            held.refused()
                                || rhythmStopped(known, held)
                                || !SnapshotRules.shownUntil(known, now)
                                    .isBefore(promised(held, windows)))
                    .map(
                        held ->
                            held.refused()
                                ? refusedSignal(known, held)
                                : overdueSignal(known, windows, held, now)));
  }

  /**
   * Whether an answer of the source showed a set that is older than the rhythm allows. Time that
   * passed without an answer proves nothing.
   */
  static boolean rhythmStopped(TrackerState known, HeldCredentials held) {
    return known.served()
        && rhythmDue(known, held)
            .filter(due -> known.lastSuccess().filter(seen -> !seen.isBefore(due)).isPresent())
            .isPresent();
  }

  private static Optional<Instant> rhythmDue(TrackerState known, HeldCredentials held) {
    return known.rhythm().patience().map(held.agesFrom()::plus);
  }

  private static LossForecast threatened(
      TrackerState known, TrackerState.Threat threat, HeldCredentials held) {
    if (held.metadata().expiration().isEmpty()) {
      return forecast(threat.foreseenAt(), Optional.empty(), threat.signal(), threat.foreseenAt());
    }
    Instant expiration = held.metadata().expiration().get();
    Instant latest = expiration;
    if (threat.signal().reason() == LossReason.PROFILE_WITHOUT_ROLE) {
      Instant renewedOnceMore =
          threat.foreseenAt().plus(REMOVAL_DELAY).plus(held.lifetime(expiration));
      latest = renewedOnceMore.isAfter(expiration) ? renewedOnceMore : expiration;
    }
    return foretold(known, expiration, latest, threat.signal(), threat.foreseenAt());
  }

  private static LossForecast overdue(
      TrackerState known, ExpiryWindows windows, HeldCredentials held, Instant now) {
    Instant expiration = held.metadata().expiration().orElseThrow();
    Instant due = due(known, windows, held);
    return foretold(
        known,
        expiration,
        expiration,
        overdueSignal(known, windows, held, now),
        due.isAfter(held.firstSeen()) ? due : held.firstSeen());
  }

  private static Instant promised(HeldCredentials held, ExpiryWindows windows) {
    Instant expiration = held.metadata().expiration().orElseThrow();
    return expiration.minus(SnapshotRules.promise(held, expiration, windows));
  }

  private static Instant due(TrackerState known, ExpiryWindows windows, HeldCredentials held) {
    Instant promised = promised(held, windows);
    Instant stopped = rhythmStopped(known, held) ? rhythmDue(known, held).orElseThrow() : promised;
    return stopped.isBefore(promised) ? stopped : promised;
  }

  private static LossSignal overdueSignal(
      TrackerState known, ExpiryWindows windows, HeldCredentials held, Instant now) {
    boolean byRhythm = SnapshotRules.shownUntil(known, now).isBefore(promised(held, windows));
    String evidence =
        "credentials "
            + held.metadata().maskedAccessKeyId()
            + " with expiration "
            + held.metadata().expiration().orElseThrow()
            + ": their successors were due at "
            + due(known, windows, held)
            + known
                .rhythm()
                .longest()
                .filter(interval -> byRhythm)
                .map(interval -> ", as sets used to follow each other within " + interval + ",")
                .orElse("")
            + (known.failing()
                ? " and the source has not answered since " + seenBy(known) + failure(known)
                : " and were not there at " + seenBy(known));
    return new LossSignal(
        LossReason.RENEWAL_OVERDUE,
        // A silent source may have renewed them unseen, and nobody promised the rhythm.
        known.failing() || byRhythm ? Confidence.LOW : Confidence.MEDIUM,
        evidence,
        Optional.empty());
  }

  /** Nothing was due of a set whose end nobody told before a service did. */
  private static LossSignal refusedSignal(TrackerState known, HeldCredentials held) {
    Instant end = held.metadata().expiration().orElseThrow();
    Optional<Instant> servedSince = known.lastSuccess().filter(seen -> !seen.isBefore(end));
    return new LossSignal(
        LossReason.RENEWAL_OVERDUE,
        // Without an answer since then they may have been renewed unseen.
        known.failing() || servedSince.isEmpty() ? Confidence.LOW : Confidence.MEDIUM,
        "credentials "
            + held.metadata().maskedAccessKeyId()
            + ": a service refused them as expired at "
            + end
            + servedSince.map(seen -> ", and the source still served them at " + seen).orElse("")
            + (known.failing()
                ? "; the source has not answered since " + seenBy(known) + failure(known)
                : ""),
        Optional.empty());
  }

  private static String failure(TrackerState known) {
    return known.lastFailure().map(failure -> ": " + failure.message()).orElse("");
  }

  private static String seenBy(TrackerState known) {
    return known.lastSuccess().map(Instant::toString).orElse("the start");
  }

  // The service never takes back what it issued: the loss comes no earlier than the expiration. By
  // this machine's clock it comes as much earlier or later as that clock is wrong.
  private static LossForecast foretold(
      TrackerState known, Instant earliest, Instant latest, LossSignal signal, Instant foreseenAt) {
    Duration ahead =
        known.clock().suspect() ? known.clock().skew().orElse(Duration.ZERO) : Duration.ZERO;
    return forecast(
        ahead.isNegative() ? earliest : earliest.minus(ahead),
        Optional.of(ahead.isNegative() ? latest.minus(ahead) : latest),
        signal,
        foreseenAt);
  }

  private static LossForecast forecast(
      Instant earliest, Optional<Instant> latest, LossSignal signal, Instant foreseenAt) {
    return new LossForecast(
        earliest,
        latest,
        signal.reason(),
        signal.confidence(),
        signal.evidence(),
        signal.cure(),
        foreseenAt);
  }
}
