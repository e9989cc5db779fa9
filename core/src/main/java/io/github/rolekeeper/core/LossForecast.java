package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The foretold loss of credentials that are still alive. The instants speak of a process that holds
 * them; a process that starts while the source serves none finds none at once.
 *
 * @param earliest the first instant at which they may be gone; {@code foreseenAt} if their
 *     expiration is unknown, as they may be gone at any time then
 * @param latest the instant at which they will be gone, unless the cause is cured; empty if their
 *     expiration is unknown
 * @param reason why
 * @param confidence how sure
 * @param evidence what was seen, for people
 * @param cure the documented remedy, if there is one
 * @param foreseenAt since when this reason could be told; it stays while the reason stays
 */
public record LossForecast(
    Instant earliest,
    Optional<Instant> latest,
    LossReason reason,
    Confidence confidence,
    String evidence,
    Optional<String> cure,
    Instant foreseenAt) {

  /**
   * Checks the order of the instants.
   *
   * @param earliest as above
   * @param latest as above
   * @param reason as above
   * @param confidence as above
   * @param evidence as above
   * @param cure as above
   * @param foreseenAt as above
   * @throws IllegalArgumentException if the latest loss lies before the earliest
   */
  public LossForecast {
    Objects.requireNonNull(earliest, "earliest");
    Objects.requireNonNull(latest, "latest");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(confidence, "confidence");
    Objects.requireNonNull(evidence, "evidence");
    Objects.requireNonNull(cure, "cure");
    Objects.requireNonNull(foreseenAt, "foreseenAt");
    if (latest.filter(earliest::isAfter).isPresent()) {
      throw new IllegalArgumentException(
          "latest " + latest.get() + " lies before earliest " + earliest + "; swap them");
    }
  }

  /**
   * How long before the loss it was foretold.
   *
   * @return from {@link #foreseenAt} to {@link #earliest}; zero if the expiration is unknown
   */
  public Duration leadTime() {
    return Duration.between(foreseenAt, earliest);
  }
}
