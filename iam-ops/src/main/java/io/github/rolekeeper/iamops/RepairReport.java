package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a repair did and what it came to. Immutable.
 *
 * @param plan the plan that was followed
 * @param outcomes how each step ended that was begun, in order; behind those of the plan, the step
 *     that put back what a failed repair had taken
 * @param verdict what it came to
 * @param diagnosis what is true of the instance after it; empty if a step failed, so that nobody
 *     looked, or if nothing could be read
 * @param advice what to do next; empty if nothing
 * @param lagsUntil for {@link RepairVerdict#REPAIRED_METADATA_LAGS}, when the metadata's refresh
 *     comes at the latest; empty otherwise
 */
public record RepairReport(
    RepairPlan plan,
    List<StepOutcome> outcomes,
    RepairVerdict verdict,
    Optional<InstanceDiagnosis> diagnosis,
    String advice,
    Optional<Instant> lagsUntil) {

  /**
   * Keeps a copy of the outcomes.
   *
   * @param plan see above
   * @param outcomes see above
   * @param verdict see above
   * @param diagnosis see above
   * @param advice see above
   * @param lagsUntil see above
   */
  public RepairReport {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * Whether the instance was seen to be as it should be.
   *
   * @return true for {@link RepairVerdict#HEALTHY}; and for {@link RepairVerdict#NOTHING_DONE} if
   *     the diagnosis is healthy and nothing was in the way
   */
  public boolean succeeded() {
    return switch (verdict) {
      case HEALTHY -> true;
      case NOTHING_DONE ->
          plan.obstacles().isEmpty() && diagnosis.filter(InstanceDiagnosis::healthy).isPresent();
      default -> false;
    };
  }

  /**
   * The report as JSON, for a program to read; the members are described in the README of this
   * module. It holds no secret.
   *
   * @return a document of which later versions rename and remove no member
   */
  public String toJson() {
    return ReportJson.write(this);
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
