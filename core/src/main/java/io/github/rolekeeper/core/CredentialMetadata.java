package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What can be known of a set of credentials without its secrets. There is no field for a secret key
 * or a session token, so none can leak from here.
 *
 * @param roleName the role they belong to, where the source names it
 * @param accessKeyId the access key id; not blank. It identifies the set and is no secret, but
 *     {@link #toString} masks it all the same
 * @param lastUpdated when the source last renewed the set, if it says so
 * @param expiration when the set expires; empty if the source does not say or they never do. A
 *     tracker takes what lies before 1970 for 1970, and after the year 9999 for its end
 */
public record CredentialMetadata(
    Optional<String> roleName,
    String accessKeyId,
    Optional<Instant> lastUpdated,
    Optional<Instant> expiration) {
  /**
   * Checks that there is an access key id.
   *
   * @param roleName as above
   * @param accessKeyId as above
   * @param lastUpdated as above
   * @param expiration as above
   * @throws IllegalArgumentException if the access key id is blank
   */
  public CredentialMetadata {
    Objects.requireNonNull(roleName, "roleName");
    Objects.requireNonNull(lastUpdated, "lastUpdated");
    Objects.requireNonNull(expiration, "expiration");
    if (accessKeyId.isBlank()) {
      throw new IllegalArgumentException(
          "an access key id must not be blank: without it one set of credentials cannot be told"
              + " from the next");
    }
  }

  /**
   * The access key id as it may be logged.
   *
   * @return asterisks and the last four characters; asterisks alone if the id has fewer than eight
   */
  public String maskedAccessKeyId() {
    return AccessKeyIds.masked(accessKeyId);
  }

  /** All parts, the access key id masked. */
  @Override
  public String toString() {
    return "CredentialMetadata[roleName="
        + roleName.orElse("unknown")
        + ", accessKeyId="
        + maskedAccessKeyId()
        + ", lastUpdated="
        + lastUpdated.map(Instant::toString).orElse("unknown")
        + ", expiration="
        + expiration.map(Instant::toString).orElse("unknown")
        + "]";
  }
}
