package io.github.rolekeeper.core;

import java.util.Objects;
import java.util.Optional;

/**
 * One answer of a {@link CredentialSource}.
 *
 * @param credentials the set that the source serves; empty if it answered that it has none
 * @param signal a sign that they will not be renewed; empty if the source says that all is well
 * @param notApplicable why the application does not use what this source serves; empty if it does
 * @param notUsed whether the application used no credentials since the look before; those of {@code
 *     credentials} are then what its next use would get, if that is known
 */
public record CredentialObservation(
    Optional<CredentialMetadata> credentials,
    Optional<LossSignal> signal,
    Optional<String> notApplicable,
    boolean notUsed) {
  private static final CredentialObservation NONE =
      new CredentialObservation(Optional.empty(), Optional.empty());

  private static final CredentialObservation NOT_USED =
      new CredentialObservation(Optional.empty(), Optional.empty(), Optional.empty(), true);

  /**
   * Checks that a source that is not used claims nothing else.
   *
   * @param credentials as above
   * @param signal as above
   * @param notApplicable as above
   * @param notUsed as above
   * @throws IllegalArgumentException if the reason is blank or comes with credentials or a signal
   */
  public CredentialObservation {
    Objects.requireNonNull(credentials, "credentials");
    Objects.requireNonNull(signal, "signal");
    if (notApplicable.isPresent()
        && (notApplicable.get().isBlank()
            || credentials.isPresent()
            || signal.isPresent()
            || notUsed)) {
      throw new IllegalArgumentException(
          "an observation that does not apply has the reason \""
              + notApplicable.get()
              + "\"; it must be a text, and come without credentials, signal and use");
    }
  }

  /**
   * What a source says that the application uses.
   *
   * @param credentials as above
   * @param signal as above
   */
  public CredentialObservation(
      Optional<CredentialMetadata> credentials, Optional<LossSignal> signal) {
    this(credentials, signal, Optional.empty(), false);
  }

  /**
   * The source serves credentials, and says nothing against their renewal.
   *
   * @param credentials what it serves
   * @return the observation
   */
  public static CredentialObservation of(CredentialMetadata credentials) {
    return new CredentialObservation(Optional.of(credentials), Optional.empty());
  }

  /**
   * The source answers, and has no credentials.
   *
   * @return the observation
   */
  public static CredentialObservation none() {
    return NONE;
  }

  /**
   * The application used no credentials since the look before, so nothing newer is known of them.
   *
   * @return the observation
   */
  public static CredentialObservation unused() {
    return NOT_USED;
  }

  /**
   * The application used no credentials since the look before, and its next use would get these.
   *
   * @param next what it would get
   * @return the observation
   */
  public static CredentialObservation unused(CredentialMetadata next) {
    return new CredentialObservation(Optional.of(next), Optional.empty(), Optional.empty(), true);
  }

  /**
   * The application does not use what this source serves.
   *
   * @param reason what it uses instead, for people, such as "static keys from the environment"; not
   *     blank, and no secret
   * @return the observation
   * @throws IllegalArgumentException if the reason is blank
   */
  public static CredentialObservation notApplicable(String reason) {
    return new CredentialObservation(
        Optional.empty(), Optional.empty(), Optional.of(reason), false);
  }

  /**
   * The same answer with a sign of loss.
   *
   * @param signal why the credentials will not be renewed
   * @return a new observation
   * @throws IllegalArgumentException if this observation does not apply
   */
  public CredentialObservation withSignal(LossSignal signal) {
    return new CredentialObservation(credentials, Optional.of(signal), notApplicable, notUsed);
  }

  /** Whether the source answered that there are no credentials. */
  boolean isNone() {
    return credentials.isEmpty() && notApplicable.isEmpty() && !notUsed;
  }
}
