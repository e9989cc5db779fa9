package io.github.rolekeeper.core;

/**
 * Something that can be asked which credentials it serves at this moment, such as the metadata
 * service of an instance.
 */
@FunctionalInterface
public interface CredentialSource {
  /**
   * Looks once. A source that answers "there are none" returns {@link CredentialObservation#none};
   * that is an answer and no failure. A tracker never calls this twice at the same time.
   *
   * @return what it serves, and what it says of the future
   * @throws RuntimeException if the source did not answer; its message ends up in {@link
   *     SourceFailure#message} and so must hold no secret
   */
  CredentialObservation observe();
}
