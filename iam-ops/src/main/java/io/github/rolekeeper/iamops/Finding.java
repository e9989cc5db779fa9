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
 * @param loss when the credentials end; empty unless the severity is {@link Severity#WILL_BREAK} or
 *     {@link Severity#BROKEN_OR_WILL_BREAK}, and if nothing tells
 * @param cure what AWS documents as the cure
 * @param disruption what the cure costs the instance's users, or those of others
 * @param permissions what the cure needs, as an IAM policy names the actions; empty if it needs no
 *     call
 */
public record Finding(
    FindingType type,
    Severity severity,
    String explanation,
    List<Evidence> evidence,
    Confidence confidence,
    Optional<LossWindow> loss,
    String cure,
    String disruption,
    List<String> permissions) {

  /**
   * Keeps copies of the lists.
   *
   * @param type see above
   * @param severity see above
   * @param explanation see above
   * @param evidence see above
   * @param confidence see above
   * @param loss see above
   * @param cure see above
   * @param disruption see above
   * @param permissions see above
   */
  public Finding {
    evidence = List.copyOf(evidence);
    permissions = List.copyOf(permissions);
  }

  /** Of which it is not told yet what the cure costs and needs. */
  Finding(
      FindingType type,
      Severity severity,
      String explanation,
      List<Evidence> evidence,
      Confidence confidence,
      Optional<LossWindow> loss,
      String cure) {
    this(type, severity, explanation, evidence, confidence, loss, cure, "", List.of());
  }

  Finding costing(String disruptionOfCure, List<String> permissionsForCure) {
    return new Finding(
        type,
        severity,
        explanation,
        evidence,
        confidence,
        loss,
        cure,
        disruptionOfCure,
        permissionsForCure);
  }
}
