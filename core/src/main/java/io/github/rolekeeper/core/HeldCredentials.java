package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The set last seen, and when its access key id was first seen. */
record HeldCredentials(CredentialMetadata metadata, Instant firstSeen) {

  static HeldCredentials seen(
      Optional<HeldCredentials> before, CredentialMetadata metadata, Instant now) {
    return new HeldCredentials(
        metadata,
        before
            .filter(held -> held.sameSetAs(metadata))
            .map(HeldCredentials::firstSeen)
            .orElse(now));
  }

  boolean sameSetAs(CredentialMetadata other) {
    return metadata.accessKeyId().equals(other.accessKeyId());
  }

  boolean aliveAt(Instant now) {
    return metadata.expiration().filter(now::isBefore).isPresent();
  }

  /**
   * From issue to expiration. A set met late in its life keeps its windows if its issue is known.
   */
  Duration lifetime(Instant expiration) {
    Instant issued = metadata.lastUpdated().filter(expiration::isAfter).orElse(firstSeen);
    return Duration.between(issued, expiration);
  }
}
