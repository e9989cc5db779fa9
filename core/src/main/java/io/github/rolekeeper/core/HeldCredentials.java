package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The set last seen.
 *
 * @param metadata what is known of it
 * @param firstSeen when its access key id was first seen
 * @param used false if the application has not used it yet, but would get it next
 * @param refused whether its expiration is the moment at which a service refused it as expired
 */
record HeldCredentials(
    CredentialMetadata metadata, Instant firstSeen, boolean used, boolean refused) {

  static HeldCredentials seen(
      Optional<HeldCredentials> before, CredentialMetadata metadata, boolean used, Instant now) {
    return new HeldCredentials(
        metadata,
        before.filter(held -> held.sameSetAs(metadata)).map(HeldCredentials::firstSeen).orElse(now),
        used,
        false);
  }

  HeldCredentials with(CredentialMetadata completed) {
    return new HeldCredentials(
        completed,
        firstSeen,
        used,
        metadata.expiration().isEmpty() && completed.expiration().isPresent());
  }

  boolean sameSetAs(CredentialMetadata other) {
    return metadata.accessKeyId().equals(other.accessKeyId());
  }

  boolean aliveAt(Instant now) {
    return metadata.expiration().filter(now::isBefore).isPresent();
  }

  /** When it was issued; for want of better, when it was first seen. */
  Instant since() {
    return issued().orElse(firstSeen);
  }

  /**
   * From when on its age counts by the clock of this machine, which may be ahead of the one that
   * dated its issue, or have been set forward since it was first seen.
   */
  Instant agesFrom() {
    return since().isAfter(firstSeen) ? since() : firstSeen;
  }

  boolean lastsLongerThan(HeldCredentials other) {
    return metadata
        .expiration()
        .filter(end -> other.metadata.expiration().filter(end::isAfter).isPresent())
        .isPresent();
  }

  /** Whether the source tells when it was issued. */
  Optional<Instant> issued() {
    return metadata
        .lastUpdated()
        .filter(at -> metadata.expiration().filter(at::isBefore).isPresent());
  }

  /**
   * From issue to expiration. A set met late in its life keeps its windows if its issue is known.
   */
  Duration lifetime(Instant expiration) {
    return Duration.between(since(), expiration);
  }

  /** How long after the other this set came, both by the same measure. */
  Duration after(HeldCredentials other) {
    return issued().isPresent() && other.issued().isPresent()
        ? Duration.between(other.since(), since())
        : Duration.between(other.firstSeen, firstSeen);
  }
}
