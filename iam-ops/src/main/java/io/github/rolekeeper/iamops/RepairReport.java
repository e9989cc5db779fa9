package io.github.rolekeeper.iamops;

import java.util.List;

/**
 * What a repair did and what it came to. Immutable.
 *
 * @param plan the plan that was followed
 * @param outcomes how each step ended that was begun, in order
 * @param verdict what it came to
 * @param advice what to do next; empty if nothing
 */
public record RepairReport(
    RepairPlan plan, List<StepOutcome> outcomes, RepairVerdict verdict, String advice) {

  /**
   * Keeps a copy of the outcomes.
   *
   * @param plan see above
   * @param outcomes see above
   * @param verdict see above
   * @param advice see above
   */
  public RepairReport {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * Whether the instance is repaired as far as could be seen.
   *
   * @return true for {@link RepairVerdict#HEALTHY} and {@link RepairVerdict#REPAIRED_UNVERIFIED}
   */
  public boolean succeeded() {
    return verdict == RepairVerdict.HEALTHY || verdict == RepairVerdict.REPAIRED_UNVERIFIED;
  }

  /**
   * The report as a person reads it.
   *
   * @return several lines
   */
  public String describe() {
    var text = new StringBuilder("Repair by plan " + plan.id() + "\n");
    outcomes.forEach(outcome -> text.append("  ").append(outcome.describe()).append("\n"));
    text.append("  verdict  ").append(verdict).append("\n");
    if (!advice.isEmpty()) {
      text.append("  next     ").append(advice).append("\n");
    }
    return text.toString();
  }
}
