package io.github.rolekeeper.core;

import java.util.Objects;
import java.util.Optional;

/**
 * A sign, given by a source, that the credentials it serves will not be renewed.
 *
 * @param reason what the sign means
 * @param confidence how sure that meaning is
 * @param evidence what was seen, with its place: for people and for the log, never a secret
 * @param cure the documented remedy, if there is one
 */
public record LossSignal(
    LossReason reason, Confidence confidence, String evidence, Optional<String> cure) {

  /**
   * Checks that nothing is null.
   *
   * @param reason as above
   * @param confidence as above
   * @param evidence as above
   * @param cure as above
   */
  public LossSignal {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(confidence, "confidence");
    Objects.requireNonNull(evidence, "evidence");
    Objects.requireNonNull(cure, "cure");
  }
}
