package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.Optional;

/** Finds out what came of a stop that a run before intended and did not live to see answered. */
final class StopSearch {
  private final StopHistory history;

  StopSearch(StopHistory history) {
    this.history = history;
  }

  /**
   * Looks it up, if it matters, and writes down what it finds.
   *
   * @return the view, with what could not be found out
   */
  InstanceView settle(InstanceView view, RunJournal journal, Instant now) {
    Optional<JournalEntry.Stop> stop = journal.stopInDoubt(view);
    if (stop.isEmpty()) {
      return view;
    }
    try {
      StopClaim.call(stop.get(), view, history.stopsOf(view.instance()))
          .ifPresent(call -> journal.settled(call, now));
      return view;
    } catch (RuntimeException e) {
      // It is the caller's function, and may throw anything.
      return view.without(
          new Values.Gap(
              UnknownType.STOP,
              "who stopped the instance, because the history of stops failed: " + e.getMessage(),
              "look in CloudTrail for StopInstances"));
    }
  }
}
