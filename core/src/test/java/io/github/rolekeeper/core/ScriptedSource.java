package io.github.rolekeeper.core;

import java.util.function.Supplier;

/** A source that answers as it was last told. */
final class ScriptedSource implements CredentialSource {
  private Supplier<CredentialObservation> answer = CredentialObservation::none;
  private int looks;

  void serves(CredentialMetadata credentials) {
    answer = () -> CredentialObservation.of(credentials);
  }

  void serves(CredentialMetadata credentials, LossSignal signal) {
    answer = () -> CredentialObservation.of(credentials).withSignal(signal);
  }

  void servesNone() {
    answer = CredentialObservation::none;
  }

  void fails(RuntimeException failure) {
    answer =
        () -> {
          throw failure;
        };
  }

  void answers(Supplier<CredentialObservation> answer) {
    this.answer = answer;
  }

  int looks() {
    return looks;
  }

  @Override
  public CredentialObservation observe() {
    looks++;
    return answer.get();
  }
}
