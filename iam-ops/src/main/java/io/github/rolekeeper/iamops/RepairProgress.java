package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.Optional;

/** What {@link RepairRun#advance} came to. Immutable. */
public sealed interface RepairProgress {
  /** Which of the kinds it is, to switch on. */
  enum Kind {
    /** {@link RetryAfter}. */
    RETRY_AFTER,
    /** {@link StepEnded}. */
    STEP_ENDED,
    /** {@link Finished}. */
    FINISHED
  }

  /**
   * Which of the kinds it is.
   *
   * @return the kind
   */
  Kind kind();

  /**
   * Something must become visible first: call {@code advance} again after a while.
   *
   * @param delay how long to wait; positive
   * @param reason what is waited for
   * @param step the step under way; empty while the outcome of all is verified
   * @param calls how often the API was called for the step so far
   * @param elapsed since the step, or the verification, began
   * @param longest how long it may still go on from now; zero if it is about to end
   */
  record RetryAfter(
      Duration delay,
      String reason,
      Optional<RepairStep> step,
      int calls,
      Duration elapsed,
      Duration longest)
      implements RepairProgress {
    @Override
    public Kind kind() {
      return Kind.RETRY_AFTER;
    }
  }

  /**
   * A step has ended; call {@code advance} again at once.
   *
   * @param outcome how
   */
  record StepEnded(StepOutcome outcome) implements RepairProgress {
    @Override
    public Kind kind() {
      return Kind.STEP_ENDED;
    }
  }

  /**
   * The run is over; further calls return the same.
   *
   * @param report what was done and what it came to
   */
  record Finished(RepairReport report) implements RepairProgress {
    @Override
    public Kind kind() {
      return Kind.FINISHED;
    }
  }
}
