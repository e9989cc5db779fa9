package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.CredentialMetadata;
import java.util.Optional;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Takes from an identity what is no secret. */
final class IdentityMetadata {
  private IdentityMetadata() {}

  /** Without a role: an identity does not name it. */
  static CredentialMetadata of(AwsCredentialsIdentity identity) {
    return new CredentialMetadata(
        Optional.empty(), identity.accessKeyId(), Optional.empty(), identity.expirationTime());
  }
}
