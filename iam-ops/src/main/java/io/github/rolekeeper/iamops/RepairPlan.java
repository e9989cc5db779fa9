package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.List;

/**
 * What a repair will do, in order, for a person to read before it is done. Immutable; making one
 * only reads.
 *
 * @param id names the plan; it stands in the user agent of every call, so that CloudTrail shows it
 * @param createdAt when the state was read that the plan rests on
 * @param target what was asked for
 * @param diagnosis what is wrong
 * @param steps the calls, in order; empty if there is nothing to do or something is in the way
 * @param obstacles why no plan can be made, and what to pass or to do; empty if nothing is in the
 *     way
 * @param notes what else the reader should know
 * @param policy the least-privilege IAM policy, as JSON, with which exactly these steps can be
 *     carried out; empty if there are none
 */
public record RepairPlan(
    String id,
    Instant createdAt,
    RepairTarget target,
    InstanceDiagnosis diagnosis,
    List<RepairStep> steps,
    List<String> obstacles,
    List<String> notes,
    String policy) {

  /**
   * Keeps copies of the lists.
   *
   * @param id see above
   * @param createdAt see above
   * @param target see above
   * @param diagnosis see above
   * @param steps see above
   * @param obstacles see above
   * @param notes see above
   * @param policy see above
   */
  public RepairPlan {
    steps = List.copyOf(steps);
    obstacles = List.copyOf(obstacles);
    notes = List.copyOf(notes);
  }

  /**
   * Whether the instance is as it should be.
   *
   * @return true if nothing was found, there are no steps and nothing is in the way
   */
  public boolean nothingToDo() {
    return steps.isEmpty() && obstacles.isEmpty() && diagnosis.healthy();
  }

  /**
   * The plan as a person reads it.
   *
   * @return several lines
   */
  public String describe() {
    var text = new StringBuilder("Plan " + id + " for " + target.instance() + ", made at ");
    text.append(createdAt).append("\n");
    if (nothingToDo()) {
      return text.append("  Nothing to do.\n").toString();
    }
    for (Finding finding : diagnosis.findings()) {
      text.append("  because   ").append(finding.type()).append(": ");
      text.append(finding.explanation()).append("\n");
    }
    if (steps.isEmpty() && obstacles.isEmpty()) {
      text.append("  No steps: this plan can do nothing about it.\n");
    }
    obstacles.forEach(each -> text.append("  IN THE WAY  ").append(each).append("\n"));
    for (RepairStep step : steps) {
      text.append("  ").append(step.number()).append(". ").append(step.describe()).append("\n");
      text.append("       why         ").append(step.why()).append("\n");
      text.append("       only if     ").append(step.precondition()).append("\n");
      text.append("       then        ").append(step.postcondition()).append("\n");
      text.append("       disruption  ").append(step.disruption()).append("\n");
      text.append("       undo        ").append(step.undo()).append("\n");
    }
    if (!steps.isEmpty()) {
      text.append(
          "  untouched    the role, its policies and its trust; every other profile and"
              + " instance\n");
    }
    notes.forEach(note -> text.append("  note         ").append(note).append("\n"));
    if (!policy.isEmpty()) {
      text.append("  who carries this out needs\n").append(policy.indent(4));
    }
    return text.toString();
  }
}
