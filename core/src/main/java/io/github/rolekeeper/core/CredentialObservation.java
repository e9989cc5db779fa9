package io.github.rolekeeper.core;

import java.util.Optional;

/**
 * One answer of a {@link CredentialSource}.
 *
 * @param credentials the set that the source serves; empty if it answered that it has none
 * @param signal a sign that they will not be renewed; empty if the source says that all is well
 */
public record CredentialObservation(
    Optional<CredentialMetadata> credentials, Optional<LossSignal> signal) {
  private static final CredentialObservation NONE =
      new CredentialObservation(Optional.empty(), Optional.empty());

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
   * The same answer with a sign of loss.
   *
   * @param signal why the credentials will not be renewed
   * @return a new observation
   */
  public CredentialObservation withSignal(LossSignal signal) {
    return new CredentialObservation(credentials, Optional.of(signal));
  }
}
