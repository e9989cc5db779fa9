package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.CredentialObservation;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** What a provider's answer, or its failure, is to a tracker. */
final class Observations {
  private Observations() {}

  static CredentialObservation of(AwsCredentialsIdentity identity) {
    return FixedCredentials.reason(identity)
        .map(CredentialObservation::notApplicable)
        .orElseGet(() -> CredentialObservation.of(IdentityMetadata.of(identity)));
  }

  static IllegalStateException unavailable(Throwable failure) {
    Throwable cause = Causes.unwrapped(failure);
    return new IllegalStateException(
        "the credentials provider gave none: " + Causes.text(cause), cause);
  }
}
