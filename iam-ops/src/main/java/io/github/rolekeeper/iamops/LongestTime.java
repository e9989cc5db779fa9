package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.List;

/** How long a plan can take before it gives up. Pure. */
final class LongestTime {
  // A step gives up at the look after its patience, and pauses at most that long before it.
  private static final Duration LAST_PAUSE = StepAttempt.LONGEST_PAUSE;

  private LongestTime() {}

  static Duration of(List<RepairStep> steps) {
    return steps.isEmpty()
        ? Duration.ZERO
        : steps.stream()
            .map(step -> of(step.action()).plus(LAST_PAUSE))
            // What the plan rests on is looked at first, with the patience of IAM.
            .reduce(Verification.LONGEST.multipliedBy(2), Duration::plus);
  }

  private static Duration of(RepairAction action) {
    Duration conflict = StepAttempt.PATIENCE_WITH_CONFLICT;
    return action.inIam() && action.patience().compareTo(conflict) < 0
        ? conflict
        : action.patience();
  }
}
