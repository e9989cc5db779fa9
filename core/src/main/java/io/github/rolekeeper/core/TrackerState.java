package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Optional;

/**
 * All that a tracker remembers. Immutable; each answer or failure of the source makes the next one.
 *
 * @param held the set last seen, kept after it died
 * @param served whether the last answer held credentials
 * @param failing whether the last look failed
 * @param generation how many sets were seen, told apart by access key id
 * @param threat why the held set will not be renewed, as far as the last answer tells
 * @param lastSuccess when the source last answered
 * @param lastFailure the last failure, also after the source answers again
 */
record TrackerState(
    Optional<HeldCredentials> held,
    boolean served,
    boolean failing,
    int generation,
    Optional<Threat> threat,
    Optional<Instant> lastSuccess,
    Optional<SourceFailure> lastFailure) {

  /** A sign of loss, and when this reason was first seen while the credentials lived. */
  record Threat(LossSignal signal, Instant foreseenAt) {}

  static TrackerState initial() {
    return new TrackerState(
        Optional.empty(), false, false, 0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  TrackerState observed(CredentialObservation observation, Instant now) {
    Optional<HeldCredentials> next =
        observation
            .credentials()
            .map(metadata -> HeldCredentials.seen(held, metadata, now))
            .or(() -> held);
    boolean another =
        observation.credentials().isPresent()
            && held.filter(set -> set.sameSetAs(observation.credentials().get())).isEmpty();
    boolean alive = next.filter(set -> set.aliveAt(now)).isPresent();
    return new TrackerState(
        next,
        observation.credentials().isPresent(),
        false,
        another ? generation + 1 : generation,
        alive ? signalOf(observation, now).map(signal -> threat(signal, now)) : Optional.empty(),
        Optional.of(now),
        lastFailure);
  }

  TrackerState failed(String message, Instant now) {
    int consecutive = failing ? lastFailure.map(SourceFailure::consecutive).orElse(0) + 1 : 1;
    return new TrackerState(
        held,
        served,
        true,
        generation,
        threat,
        lastSuccess,
        Optional.of(new SourceFailure(now, message, consecutive)));
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
