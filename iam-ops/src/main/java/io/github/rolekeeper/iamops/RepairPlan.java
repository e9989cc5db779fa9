package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.Duration;
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
 * @param alsoAffected the other instances of this Region on a profile whose role the steps change,
 *     in no order; empty if there are none, if the steps change no such profile, or if they could
 *     not be listed, which is an unknown of the diagnosis then. Those of other Regions are never
 *     known
 * @param policy the least-privilege IAM policy, as JSON, with which this plan can be made again and
 *     exactly these steps carried out; empty if there are none
 * @param wayBackPolicy the IAM policy, as JSON, with which the instance is given back what the
 *     steps took from it, if something goes wrong: its old profile or role, a start. It stands for
 *     itself, so that somebody else can have it. Empty if they take nothing that can be given back.
 *     It does not let the old role be passed if IAM did not show that role; the diagnosis has an
 *     unknown then
 * @param binding where it belongs, and who made it
 */
public record RepairPlan(
    String id,
    Instant createdAt,
    RepairTarget target,
    InstanceDiagnosis diagnosis,
    List<RepairStep> steps,
    List<Obstacle> obstacles,
    List<String> notes,
    List<InstanceId> alsoAffected,
    String policy,
    String wayBackPolicy,
    PlanBinding binding) {

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
   * @param alsoAffected see above
   * @param policy see above
   * @param wayBackPolicy see above
   * @param binding see above
   */
  public RepairPlan {
    steps = List.copyOf(steps);
    obstacles = List.copyOf(obstacles);
    notes = List.copyOf(notes);
    alsoAffected = List.copyOf(alsoAffected);
  }

  /** The same plan for a caller, with what that means for it; without steps if it is in the way. */
  RepairPlan boundTo(PlanBinding caller, List<Obstacle> inTheWay, List<String> told) {
    boolean blocked = !inTheWay.isEmpty();
    return new RepairPlan(
        id,
        createdAt,
        target,
        diagnosis,
        blocked ? List.of() : steps,
        inTheWay,
        told,
        blocked ? List.of() : alsoAffected,
        blocked ? "" : policy,
        blocked ? "" : wayBackPolicy,
        caller);
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

  /**
   * The longest time that carrying out this plan may take before it gives up: the patience of each
   * step, and of the verification behind them. It is seldom needed. What the API calls themselves
   * take comes on top, which the time-outs of the clients bound, and so does what the driver of a
   * {@link RepairRun} waits longer than it is told to.
   *
   * @return the time; zero if there are no steps
   */
  public Duration longest() {
    return LongestTime.of(steps);
  }

  boolean has(RepairAction action) {
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
      text.append("  untouched    ").append(SideEffects.untouched(this)).append("\n");
      SideEffects.onOthers(this)
          .ifPresent(each -> text.append("  also touched ").append(each).append("\n"));
    }
    if (!steps.isEmpty()) {
      text.append("  may take up to ")
          .append(longest().plusSeconds(59).toMinutes())
          .append(" minutes before it gives up\n");
    }
    notes.forEach(note -> text.append("  note         ").append(note).append("\n"));
    diagnosis
        .unknowns()
        .forEach(each -> text.append("  not known    ").append(each.describe()).append("\n"));
    text.append("  for          account ").append(binding.accountId());
    text.append(" in ").append(binding.region());
    binding.principal().ifPresent(who -> text.append(", made by ").append(who));
    text.append("\n");
    if (!policy.isEmpty()) {
      text.append("  who carries this out needs\n").append(policy.indent(4));
    }
    if (!wayBackPolicy.isEmpty()) {
      text.append("  who leads the way back, if something goes wrong, needs\n");
      text.append(wayBackPolicy.indent(4));
    }
    return text.toString();
  }
}
