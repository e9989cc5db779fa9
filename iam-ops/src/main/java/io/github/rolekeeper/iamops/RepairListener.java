package io.github.rolekeeper.iamops;

/**
 * Told of a repair while it is under way, on the thread that drives it. What it throws leaves the
 * run between two calls, where it can be advanced further; the journal knows what the run owes.
 */
@FunctionalInterface
public interface RepairListener {
  /**
   * The repair begins although something speaks against it: its caller runs on the very credentials
   * under repair. Told before the first call.
   *
   * @param warning in words
   */
  default void onWarning(String warning) {}

  /**
   * A step has ended, and the next one has not begun.
   *
   * @param outcome how
   */
  void onStep(StepOutcome outcome);

  /**
   * The repair is about to wait.
   *
   * @param wait which step, how many calls so far, how long, what for
   */
  default void onWait(RepairProgress.RetryAfter wait) {}
}
