package io.github.rolekeeper.iamops;

import io.github.rolekeeper.iamops.StepCheck.Standing;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks, before the first call of a run, whether the plan is for this caller and place, and whether
 * what it rests on is still so: nothing is written for a plan that could not be carried out to its
 * end. Not thread-safe.
 */
final class Admission {
  private final RepairPlan plan;
  private final StepRunner runner;

  /** Why the plan is not for this caller or place; empty if it is. */
  private final Optional<String> notForThis;

  private @Nullable StepAttempt attempt;

  Admission(RepairPlan plan, StepRunner runner, Optional<String> notForThis) {
    this.plan = plan;
    this.runner = runner;
    this.notForThis = notForThis;
  }

  /** Looks once. Empty if the first step may begin; an outcome is the end of the run. */
  Optional<StepRunner.Result> look() {
    RepairStep first = plan.steps().get(0);
    if (notForThis.isPresent()) {
      return Optional.of(refused(first, StepFailure.Kind.REFUSED_BY_GUARD, notForThis.get()));
    }
    Optional<RepairStep> unremembered =
        plan.steps().stream()
            .filter(step -> step.action().needsJournal())
            .filter(step -> !runner.journalOutlivesProcess())
            .findFirst();
    if (unremembered.isPresent()) {
      return Optional.of(
          refused(unremembered.get(), StepFailure.Kind.JOURNAL, StepCaller.NEEDS_JOURNAL));
    }
    if (first.action() == RepairAction.START_INSTANCES) {
      // What a repair has stopped is started, whatever else has changed.
      return Optional.empty();
    }
    return world(first);
  }

  private Optional<StepRunner.Result> world(RepairStep first) {
    try {
      InstanceView view = runner.read();
      Optional<PlanCheck.Moved> moved = PlanCheck.moved(plan, view);
      if (moved.isPresent()) {
        StepAttempt now = attempt(moved.get().step());
        return Optional.of(
            runner.result(
                now,
                now.saw(
                    new StepCheck.Result(
                        Standing.OUTDATED, "the plan is out of date: " + moved.get().what()))));
      }
      attempt = null;
      return harmful(view);
    } catch (InstanceProfileOpsException e) {
      StepAttempt now = attempt == null ? attempt(first) : attempt;
      return Optional.of(runner.result(now, now.sawNothing(e)));
    }
  }

  /**
   * What speaks against the stop that comes last is asked before the first write. It is asked again
   * right before the stop.
   */
  private Optional<StepRunner.Result> harmful(InstanceView view) {
    Optional<RepairStep> stop =
        plan.steps().stream()
            .filter(step -> step.action() == RepairAction.STOP_INSTANCES)
            .filter(step -> step.number() > 1 && view.running())
            .findFirst();
    if (stop.isEmpty()) {
      return Optional.empty();
    }
    List<String> hazards = runner.stopHazards();
    return hazards.isEmpty()
        ? Optional.empty()
        : Optional.of(
            refused(
                stop.get(),
                StepFailure.Kind.REFUSED_BY_GUARD,
                "the instance must not be stopped: " + String.join("; ", hazards)));
  }

  private StepAttempt attempt(RepairStep step) {
    if (attempt == null || !attempt.step().equals(step)) {
      attempt = runner.begin(step, List.of());
    }
    return attempt;
  }

  private StepRunner.Result refused(RepairStep step, StepFailure.Kind kind, String why) {
    StepAttempt refused = runner.begin(step, List.of());
    return runner.result(
        refused,
        refused.fail(kind, Optional.empty(), why + ". Nothing was done by this run; plan again"));
  }
}
