package io.github.rolekeeper.iamops;

/** Told of each step of a repair as it ends, before the next one begins, on the repair's thread. */
@FunctionalInterface
public interface RepairListener {
  /**
   * A step has ended.
   *
   * @param outcome how
   */
  void onStep(StepOutcome outcome);
}
