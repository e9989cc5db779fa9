package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
 * @param policy the least-privilege IAM policy, as JSON, with which this plan can be made again and
 *     exactly these steps carried out; empty if there are none
 * @param binding who may carry it out and where; empty if nobody said who the caller is
 */
public record RepairPlan(
    String id,
    Instant createdAt,
    RepairTarget target,
    InstanceDiagnosis diagnosis,
    List<RepairStep> steps,
    List<Obstacle> obstacles,
    List<String> notes,
    String policy,
    Optional<PlanBinding> binding) {

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
   * @param binding see above
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

  /** The profile that the instance shall have in the end; empty if nothing tells. */
  Optional<String> profileName() {
    return steps.stream()
        .flatMap(step -> Steps.facts(step).profile().stream())
        .findFirst()
        .or(target::instanceProfile);
  }

  private String untouched() {
    boolean trust = has(RepairAction.UPDATE_ASSUME_ROLE_POLICY);
    boolean exchange = has(RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE);
    return (trust
            ? "the policies of the role, and what its trust policy says already"
            : "every role, its policies and its trust")
        + (exchange
            ? "; every other profile. Other instances on this profile ARE touched"
            : "; every other profile and instance");
  }

  private boolean has(RepairAction action) {
    return steps.stream().anyMatch(step -> step.action() == action);
  }

  /**
   * The plan as JSON, to be stored, shown to somebody who approves it, and carried out later. It
   * holds no secret.
   *
   * @return a document with a {@code version}
   */
  public String toJson() {
    return PlanJson.write(this);
  }

  /**
   * Reads what {@link #toJson()} wrote. Members that this version does not know are ignored.
   *
   * @param json the document
   * @return a plan that equals the one that was written
   * @throws IllegalArgumentException if it is no such document; the message names the member and
   *     what is expected of it
   */
  public static RepairPlan fromJson(String json) {
    return PlanJson.read(json);
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
      text.append(
          diagnosis.unknowns().isEmpty()
              ? "  Nothing to do.\n"
              : "  Nothing to do, as far as is known.\n");
    }
    for (Finding finding : diagnosis.findings()) {
      text.append("  because   ").append(finding.type()).append(": ");
      text.append(finding.explanation()).append("\n");
    }
    if (steps.isEmpty() && obstacles.isEmpty() && !nothingToDo()) {
      text.append("  No steps: this plan can do nothing about it.\n");
    }
    obstacles.forEach(each -> text.append("  IN THE WAY  ").append(each.describe()).append("\n"));
    for (RepairStep step : steps) {
      text.append("  ").append(step.number()).append(". ").append(step.describe()).append("\n");
      text.append("       why         ").append(step.why()).append("\n");
      text.append("       only if     ").append(step.precondition()).append("\n");
      text.append("       then        ").append(step.postcondition()).append("\n");
      text.append("       disruption  ").append(step.disruption()).append("\n");
      text.append("       undo        ").append(step.undo()).append("\n");
    }
    if (!steps.isEmpty()) {
      text.append("  untouched    ").append(untouched()).append("\n");
    }
    notes.forEach(note -> text.append("  note         ").append(note).append("\n"));
    diagnosis
        .unknowns()
        .forEach(each -> text.append("  not known    ").append(each.describe()).append("\n"));
    binding.ifPresent(
        each ->
            text.append("  bound to     ")
                .append(each.principal())
                .append(" in ")
                .append(each.region())
                .append("\n"));
    if (!policy.isEmpty()) {
      text.append("  who carries this out needs\n").append(policy.indent(4));
    }
    return text.toString();
  }
}
