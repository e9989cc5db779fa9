package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import java.util.List;
import java.util.Optional;

/**
 * Something that is wrong, with what shows it.
 *
 * @param type what is wrong
 * @param severity how much it hurts
 * @param explanation one or two sentences for a person
 * @param evidence the facts that it rests on, at least one
 * @param confidence how sure it is
 * @param loss when the credentials end; empty unless the severity is {@link Severity#WILL_BREAK}
 * @param cure what AWS documents as the cure
 */
public record Finding(
    FindingType type,
    Severity severity,
    String explanation,
    List<Evidence> evidence,
    Confidence confidence,
    Optional<LossWindow> loss,
    String cure) {

  /**
   * Keeps a copy of the evidence.
   *
   * @param type see above
   * @param severity see above
   * @param explanation see above
   * @param evidence see above
   * @param confidence see above
   * @param loss see above
   * @param cure see above
   */
  public Finding {
    evidence = List.copyOf(evidence);
  }
}
