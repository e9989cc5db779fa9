package io.github.rolekeeper.iamops;

import java.time.Duration;

/** How a repair waits between two looks; a test moves its clock instead. */
@FunctionalInterface
public interface Pauser {
  /**
   * Waits.
   *
   * @param duration how long; positive
   * @throws InterruptedException if the thread was interrupted; the repair then stops between two
   *     calls and says so
   */
  void pause(Duration duration) throws InterruptedException;
}
