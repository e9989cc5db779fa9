package io.github.rolekeeper.iamops;

/**
 * Told of a repair while it is under way, on the thread that drives it. It should return soon. What
 * it throws is logged at WARNING, and changes nothing in the repair.
 */
@FunctionalInterface
public interface RepairListener {
  /**
   * The repair begins although something speaks against it: its caller runs on the very credentials
   * under repair, or is another one than the one that made the plan. Told before the first call.
   *
   * @param warning in words
   */
  default void onWarning(String warning) {}

  /**
   * A step begins. Nothing has been called for it.
   *
   * @param step which
   */
  default void onStepBegin(RepairStep step) {}

  /**
   * A step has ended, and the next one has not begun.
   *
   * @param outcome how
   */
  void onStep(StepOutcome outcome);

  /**
   * The repair is about to wait.
   *
   * @param wait which step, how many calls so far, how long, what for, and how much longer that may
   *     take
   */
  default void onWait(RepairProgress.RetryAfter wait) {}
}
