package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.LossSignal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was found out about one instance. Immutable.
 *
 * @param instance the instance
 * @param at when it was looked at
 * @param findings what is wrong, in the order in which it must be cured; empty if nothing was found
 * @param possibilities what may be wrong besides, but can never be seen; it is not asserted, and
 *     does not keep an instance from being healthy. Each cure says what would settle it
 * @param unknowns what could not be looked at, and what would settle it; empty if nothing
 * @param conclusive whether enough was seen to call the instance healthy if there is no finding;
 *     false only where an endpoint other than AWS's does not show the profile, or shows ids that
 *     prove nothing
 */
public record InstanceDiagnosis(
    InstanceId instance,
    Instant at,
    List<Finding> findings,
    List<Finding> possibilities,
    List<Unknown> unknowns,
    boolean conclusive) {

  /**
   * Keeps copies of the lists.
   *
   * @param instance see above
   * @param at see above
   * @param findings see above
   * @param possibilities see above
   * @param unknowns see above
   * @param conclusive see above
   */
  public InstanceDiagnosis {
    findings = List.copyOf(findings);
    possibilities = List.copyOf(possibilities);
    unknowns = List.copyOf(unknowns);
  }

  /**
   * Whether nothing is wrong as far as could be seen; see {@link #unknowns()} for what could not.
   *
   * @return true if there is no finding, and enough was seen to say so
   */
  public boolean healthy() {
    return findings.isEmpty() && conclusive;
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
   * What a {@code CredentialTracker} should know of this: that the credentials which the instance
   * still has will not be renewed, before the metadata service can tell. A source adds it to its
   * answers while they hold credentials, by {@code CredentialObservation.withSignal}, until a later
   * diagnosis has none; the tracker takes the instant of loss from the credentials.
   *
   * @return the first finding of {@link Severity#WILL_BREAK} or {@link
   *     Severity#BROKEN_OR_WILL_BREAK}; empty if there is none, as on an instance that has lost its
   *     credentials already
   */
  public Optional<LossSignal> lossSignal() {
    return LossSignals.of(findings);
  }

  /**
   * The diagnosis as JSON, for a program to read; the members are described in the README of this
   * module. It holds no secret.
   *
   * @return a document of which later versions rename and remove no member
   */
  public String toJson() {
    return DiagnosisJson.node(this).toPrettyString();
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
    if (!conclusive) {
      text.append("  not known whether it is healthy; see what is unknown\n");
    }
    findings.forEach(finding -> describe(finding, text));
    if (!possibilities.isEmpty()) {
      text.append("  possible besides, and not asserted:\n");
      possibilities.forEach(finding -> describe(finding, text));
    }
    unknowns.forEach(unknown -> text.append("  unknown: ").append(unknown.describe()).append("\n"));
    return text.toString();
  }

  private static void describe(Finding finding, StringBuilder text) {
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
    text.append("    costs     ").append(finding.disruption()).append("\n");
    if (!finding.permissions().isEmpty()) {
      text.append("    needs     ").append(String.join(", ", finding.permissions()));
      text.append("\n");
    }
  }
}
