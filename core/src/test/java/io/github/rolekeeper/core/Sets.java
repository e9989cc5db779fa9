package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Credentials for tests. */
final class Sets {
  static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private Sets() {}

  /** A set that was issued at the given instant and lives that long. */
  static CredentialMetadata issued(String keyId, Instant at, Duration lifetime) {
    return new CredentialMetadata(
        Optional.of("web-role"), keyId, Optional.of(at), Optional.of(at.plus(lifetime)));
  }

  static CredentialMetadata ofRole(String role, CredentialMetadata set) {
    return new CredentialMetadata(
        Optional.of(role), set.accessKeyId(), set.lastUpdated(), set.expiration());
  }

  static CredentialMetadata withoutExpiration(String keyId) {
    return new CredentialMetadata(Optional.empty(), keyId, Optional.empty(), Optional.empty());
  }

  static LossSignal profileGone() {
    return new LossSignal(
        LossReason.PROFILE_NOT_FOUND,
        Confidence.HIGH,
        "iam/info says InstanceProfileNotFound",
        Optional.of("associate a valid profile"));
  }
}
