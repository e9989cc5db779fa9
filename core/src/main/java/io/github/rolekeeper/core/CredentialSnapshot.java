package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a tracker knows, judged at one instant. Immutable.
 *
 * @param at the instant at which it was judged
 * @param source the name of the tracked source
 * @param state where the credentials stand
 * @param notApplicable why the state is {@link CredentialState#NOT_APPLICABLE}; empty in every
 *     other
 * @param flags what is to be known beside the state, in the order of the constants
 * @param credentials the set last seen, even if it is gone since; empty if none was ever seen
 * @param forecast their foretold loss; only while they are alive
 * @param cause why they are lost, or why there are none, with the cure; only in {@link
 *     CredentialState#EXPIRED} and {@link CredentialState#MISSING}. It is what foretold the loss,
 *     or what the source said since; of a session whose end only a service told, that it was
 *     refused; empty if nobody looked between the time at which the successors were due and the
 *     loss, so that nothing is known of it
 * @param generation how many sets were seen so far, told apart by access key id; 0 before the first
 * @param lastSuccess when the source last told what is served; empty before its first answer
 * @param lastFailure when the source last failed to answer; kept after it answers again
 * @param clock what is known of the clock that all this is judged by
 */
public record CredentialSnapshot(
    Instant at,
    String source,
    CredentialState state,
    Optional<String> notApplicable,
    Set<CredentialFlag> flags,
    Optional<CredentialMetadata> credentials,
    Optional<LossForecast> forecast,
    Optional<LossSignal> cause,
    int generation,
    Optional<Instant> lastSuccess,
    Optional<SourceFailure> lastFailure,
    ClockCheck clock) {

  /**
   * Copies the flags.
   *
   * @param at as above
   * @param source as above
   * @param state as above
   * @param notApplicable as above
   * @param flags as above
   * @param credentials as above
   * @param forecast as above
   * @param cause as above
   * @param generation as above
   * @param lastSuccess as above
   * @param lastFailure as above
   * @param clock as above
   */
  public CredentialSnapshot {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(notApplicable, "notApplicable");
    Objects.requireNonNull(credentials, "credentials");
    Objects.requireNonNull(forecast, "forecast");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(lastSuccess, "lastSuccess");
    Objects.requireNonNull(lastFailure, "lastFailure");
    Objects.requireNonNull(clock, "clock");
    flags = FlagSet.copyOf(flags);
  }

  /**
   * The time left at {@link #at}.
   *
   * @return zero or negative once they have expired; empty without credentials or expiration
   */
  public Optional<Duration> remaining() {
    return credentials
        .flatMap(CredentialMetadata::expiration)
        .map(expiration -> Duration.between(at, expiration));
  }

  /**
   * Whether work of that length, begun at {@link #at}, ends before the credentials do. It counts on
   * no renewal.
   *
   * @param work how long the work takes
   * @return false also if the expiration is unknown: nothing can be promised then
   */
  public boolean willOutlive(Duration work) {
    return state.usable() && remaining().filter(left -> left.compareTo(work) > 0).isPresent();
  }

  /** The same at an instant that no edge separates from this one. */
  CredentialSnapshot judgedAt(Instant now) {
    return new CredentialSnapshot(
        now,
        source,
        state,
        notApplicable,
        flags,
        credentials,
        forecast,
        cause,
        generation,
        lastSuccess,
        lastFailure,
        clock);
  }
}
