package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Optional;

/**
 * All that a tracker remembers. Immutable; each answer or failure of the source makes the next one.
 *
 * @param seen the set last seen, as its source served it; kept after it died
 * @param served whether the last answer held credentials
 * @param notApplicable why the application does not use this source, if the last answer said so
 * @param failing whether the last look failed
 * @param notUsed whether the application had used nothing when it was last looked at, or has not
 *     used the set last seen
 * @param generation how many sets were seen, told apart by access key id
 * @param rhythm how the sets followed each other
 * @param threat why the held set will not be renewed, as far as the last answer tells
 * @param cause the same, which stays once the set is lost, and why there is none if none was seen
 * @param looked when somebody last looked, whatever came of it; at first when the tracker was made
 * @param lastSuccess when the source last told what is served
 * @param lastFailure the last failure, also after the source answers again
 * @param clock what is known of the clock
 * @param traffic what the application's calls told
 */
record TrackerState(
    Optional<HeldCredentials> seen,
    boolean served,
    Optional<String> notApplicable,
    boolean failing,
    boolean notUsed,
    int generation,
    Rhythm rhythm,
    Optional<Threat> threat,
    Optional<LossSignal> cause,
    Instant looked,
    Optional<Instant> lastSuccess,
    Optional<SourceFailure> lastFailure,
    ClockCheck clock,
    TrafficMemory traffic) {

  /** A sign of loss, and when this reason was first seen while the credentials lived. */
  record Threat(LossSignal signal, Instant foreseenAt) {}

  static TrackerState initial(Instant now) {
    return new TrackerState(
        Optional.empty(),
        false,
        Optional.empty(),
        false,
        false,
        0,
        Rhythm.unknown(),
        Optional.empty(),
        Optional.empty(),
        now,
        Optional.empty(),
        Optional.empty(),
        ClockCheck.unknown(),
        TrafficMemory.empty());
  }

  /** The set last seen, with an expiration learnt from services if its source gives none. */
  Optional<HeldCredentials> held() {
    return seen.map(this::completed);
  }

  TrackerState observed(CredentialObservation observation, Instant now) {
    if (observation.notUsed() && (observation.credentials().isEmpty() || inUse(now))) {
      return unused(observation.signal(), now);
    }
    Optional<HeldCredentials> next =
        observation
            .credentials()
            .map(Calendar::within)
            .map(set -> HeldCredentials.seen(seen, set, !observation.notUsed(), now))
            .or(() -> seen);
    boolean nextServed = observation.credentials().isPresent();
    boolean another =
        nextServed && seen.filter(set -> set.sameSetAs(observation.credentials().get())).isEmpty();
    boolean alive = alive(next, nextServed, now);
    Optional<LossSignal> stated =
        observation.notApplicable().isEmpty() ? signalOf(observation, now) : Optional.empty();
    return new TrackerState(
        next,
        nextServed,
        observation.notApplicable(),
        false,
        observation.notUsed(),
        another ? generation + 1 : generation,
        nextServed ? rhythm.seen(next.orElseThrow(), now) : rhythm,
        alive ? stated.map(signal -> threat(signal, now)) : Optional.empty(),
        alive || another || observation.notApplicable().isPresent()
            ? stated
            : observation.signal().or(this::cause).or(() -> stated),
        now,
        Optional.of(now),
        lastFailure,
        clock,
        traffic);
  }

  TrackerState failed(Throwable thrown, Instant now) {
    int consecutive = failing ? lastFailure.map(SourceFailure::consecutive).orElse(0) + 1 : 1;
    return new TrackerState(
        seen,
        served,
        notApplicable,
        true,
        seen.filter(set -> !set.used()).isPresent(), // a failure is no use of what nobody used yet
        generation,
        rhythm,
        threat,
        cause,
        now,
        lastSuccess,
        Optional.of(SourceFailure.of(thrown, now, consecutive)),
        clock,
        traffic);
  }

  TrackerState withClock(ClockCheck next) {
    return new TrackerState(
        seen,
        served,
        notApplicable,
        failing,
        notUsed,
        generation,
        rhythm,
        threat,
        cause,
        looked,
        lastSuccess,
        lastFailure,
        next,
        traffic);
  }

  TrackerState called(CallReport call, Instant now) {
    return new TrackerState(
        seen,
        served,
        notApplicable,
        failing,
        notUsed,
        generation,
        rhythm,
        threat,
        cause,
        looked,
        lastSuccess,
        lastFailure,
        call.skew().filter(clock::differsFrom).map(clock::measured).orElse(clock),
        afterCall(call, now));
  }

  /** Whether a call tells nothing that is not known, as nearly all do, failed ones too. */
  boolean unmovedBy(CallReport call, Instant now) {
    return call.skew().filter(clock::differsFrom).isEmpty() && afterCall(call, now).equals(traffic);
  }

  private TrafficMemory afterCall(CallReport call, Instant now) {
    return traffic.after(
        signedBy(held(), call), now, seen.map(set -> set.metadata().accessKeyId()));
  }

  // Nothing newer is known: neither that the source answers again nor that it serves.
  private TrackerState unused(Optional<LossSignal> signal, Instant now) {
    Optional<LossSignal> stated = notApplicable.isEmpty() ? signal : Optional.empty();
    boolean alive = alive(seen, served, now);
    return new TrackerState(
        seen,
        served,
        notApplicable,
        failing,
        true,
        generation,
        rhythm,
        alive ? stated.map(sign -> threat(sign, now)) : Optional.empty(),
        alive ? stated : stated.or(this::cause),
        now,
        lastSuccess,
        lastFailure,
        clock,
        traffic);
  }

  // Nothing tells when a set without expiration ends but that it is served no more.
  private boolean alive(Optional<HeldCredentials> set, boolean nowServed, Instant now) {
    return set.map(this::completed)
        .filter(each -> each.metadata().expiration().map(now::isBefore).orElse(nowServed))
        .isPresent();
  }

  private boolean inUse(Instant now) {
    return held().filter(set -> set.used() && set.aliveAt(now)).isPresent();
  }

  private HeldCredentials completed(HeldCredentials set) {
    return set.with(traffic.completed(set.metadata()));
  }

  private static CallReport signedBy(Optional<HeldCredentials> held, CallReport call) {
    Optional<Instant> expiration =
        held.map(HeldCredentials::metadata)
            .filter(set -> set.accessKeyId().equals(call.accessKeyId()))
            .flatMap(CredentialMetadata::expiration);
    return expiration.map(call::expiringAt).orElse(call);
  }

  private Threat threat(LossSignal signal, Instant now) {
    return new Threat(
        signal,
        threat
            .filter(before -> before.signal().reason() == signal.reason())
            .map(Threat::foreseenAt)
            .orElse(now));
  }

  // What the source says of the cause explains more than the mere absence that follows from it.
  private static Optional<LossSignal> signalOf(CredentialObservation observation, Instant now) {
    if (observation.signal().isPresent() || observation.credentials().isPresent()) {
      return observation.signal();
    }
    return Optional.of(
        new LossSignal(
            LossReason.CREDENTIALS_WITHDRAWN,
            Confidence.MEDIUM,
            "at " + now + " the source answered that it has no credentials",
            Optional.empty()));
  }
}
