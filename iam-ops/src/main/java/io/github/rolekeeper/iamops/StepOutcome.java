package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.Optional;

/**
 * How a step went.
 *
 * @param step the step
 * @param status how it ended
 * @param detail what was seen, or why it failed and what to do
 * @param calls how often the API was called for it; more than once only after it was seen that the
 *     call before had no effect
 * @param elapsed how long it took, by the clock of the {@link InstanceProfileOps}
 * @param failure why it failed, for a program to branch on; empty unless it is {@link
 *     StepStatus#FAILED}
 */
public record StepOutcome(
    RepairStep step,
    StepStatus status,
    String detail,
    int calls,
    Duration elapsed,
    Optional<StepFailure> failure) {
  /**
   * The outcome in one line.
   *
   * @return number, operation, status and detail
   */
  public String describe() {
    return String.format("%s. %-38s %-12s %s", step.number(), step.operation(), status, detail);
  }
}
