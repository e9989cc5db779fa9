package io.github.rolekeeper.core;

/**
 * Something that can be asked which credentials it serves at this moment, such as the metadata
 * service of an instance.
 */
@FunctionalInterface
public interface CredentialSource {
  /**
   * Looks once. A source that answers "there are none" returns {@link CredentialObservation#none};
   * that is an answer and no failure. A tracker never calls this twice at the same time. A source
   * that finds that the application uses other credentials returns {@link
   * CredentialObservation#notApplicable}; one that only sees what the application uses returns
   * {@link CredentialObservation#unused()} while it uses nothing.
   *
   * <p>It must give up at some time of its own: while it hangs, {@link CredentialTracker#snapshot}
   * goes on judging by the clock, but no event is told. {@link CredentialTracker#close} interrupts
   * it on a tracker's own thread.
   *
   * @return what it serves, and what it says of the future
   * @throws RuntimeException if the source did not answer (a checked exception that slips through
   *     and an error count alike); its message ends up in {@link SourceFailure#message} and so must
   *     hold no secret
   */
  CredentialObservation observe();
}
