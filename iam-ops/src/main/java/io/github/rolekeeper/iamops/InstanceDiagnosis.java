package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.Instant;
import java.util.List;

/**
 * What was found out about one instance. Immutable.
 *
 * @param instance the instance
 * @param at when it was looked at
 * @param findings what is wrong, in the order in which it must be cured; empty if nothing was found
 * @param unknowns what could not be looked at, and what would settle it; empty if nothing
 */
public record InstanceDiagnosis(
    InstanceId instance, Instant at, List<Finding> findings, List<String> unknowns) {

  /**
   * Keeps copies of the lists.
   *
   * @param instance see above
   * @param at see above
   * @param findings see above
   * @param unknowns see above
   */
  public InstanceDiagnosis {
    findings = List.copyOf(findings);
    unknowns = List.copyOf(unknowns);
  }

  /**
   * Whether nothing is wrong as far as could be seen; see {@link #unknowns()} for what could not.
   *
   * @return true if there is no finding
   */
  public boolean healthy() {
    return findings.isEmpty();
  }

  /**
   * Whether something of this kind was found.
   *
   * @param type the kind
   * @return true if it is among the findings
   */
  public boolean has(FindingType type) {
    return findings.stream().anyMatch(finding -> finding.type() == type);
  }

  /**
   * The diagnosis as a person reads it.
   *
   * @return several lines
   */
  public String describe() {
    var text = new StringBuilder("Diagnosis of " + instance + " at " + at + "\n");
    if (healthy()) {
      text.append("  healthy: instance, association, profile and role agree by their ids\n");
    }
    for (Finding finding : findings) {
      text.append("  ").append(finding.type()).append(" (").append(finding.severity());
      finding.loss().ifPresent(loss -> text.append(" ").append(loss));
      text.append(", confidence ").append(finding.confidence()).append(")\n");
      text.append("    ").append(finding.explanation()).append("\n");
      for (Evidence fact : finding.evidence()) {
        text.append("    evidence  ").append(fact.call()).append("  ").append(fact.field());
        text.append("\n                seen      ").append(fact.seen());
        text.append("\n                expected  ").append(fact.expected()).append("\n");
      }
      text.append("    cure      ").append(finding.cure()).append("\n");
    }
    unknowns.forEach(unknown -> text.append("  unknown: ").append(unknown).append("\n"));
    return text.toString();
  }
}
