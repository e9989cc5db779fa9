package io.github.rolekeeper.iamops;

/** How a step ended. */
public enum StepStatus {
  /** The call was made, and its effect was seen. */
  DONE,
  /** The effect was there already; nothing was called. */
  ALREADY_DONE,
  /** The step was not needed. */
  SKIPPED,
  /** The step failed or must not be done; the steps after it were not begun. */
  FAILED
}
