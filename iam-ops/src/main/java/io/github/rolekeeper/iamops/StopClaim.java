package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whose stop it was that an instance is down by. Pure. A repair writes its intent before the call,
 * so the intent alone proves nothing.
 *
 * @param why in words
 * @param remedy what to do where the repair does not start the instance; empty where it does
 */
record StopClaim(Owner owner, String why, String remedy) {
  enum Owner {
    /** The repair's: it must be started. */
    REPAIR,
    /** Somebody else's, who may want it down. */
    SOMEBODY_ELSE,
    /** Nothing tells. */
    UNKNOWN
  }

  // EC2 and CloudTrail each stamp a call with the second in which they saw it.
  private static final Duration SAME_CALL = Duration.ofSeconds(2);
  private static final String BY_THE_API = "Client.UserInitiatedShutdown";

  /**
   * Decides.
   *
   * @param sent whether this run has sent the call itself, and not only meant to
   */
  static StopClaim of(JournalEntry.Stop stop, InstanceView view, boolean sent) {
    if (view.down() && startedAfter(stop, view)) {
      return somebodyElse(
          stop, view, "it was started again at " + view.launched().get() + ", after that stop");
    }
    if (stop.accepted()) {
      return repair("AWS accepted the stop by " + stop.planId());
    }
    Optional<String> otherReason = view.halt().code().filter(code -> !code.equals(BY_THE_API));
    if (view.down() && otherReason.isPresent()) {
      return somebodyElse(stop, view, "the reason that EC2 gives is " + otherReason.get());
    }
    if (sent || !view.down()) {
      return repair(stop.planId() + " has called StopInstances");
    }
    return byTheMoment(stop, view);
  }

  /** What differs was seen after the stop was meant, and what is later, after it was made. */
  private static boolean startedAfter(JournalEntry.Stop stop, InstanceView view) {
    return stop.launched().isPresent()
        && !stop.launched().equals(view.launched())
        && view.launched().filter(at -> at.isAfter(stop.at())).isPresent();
  }

  /**
   * The instance was seen running just before the intent, so no stop is older. Ours went out at
   * once, or never.
   */
  private static StopClaim byTheMoment(JournalEntry.Stop stop, InstanceView view) {
    if (view.halt().at().isEmpty()) {
      return new StopClaim(
          Owner.UNKNOWN,
          "Plan "
              + stop.planId()
              + " was about to stop the instance at "
              + stop.at()
              + " and did not end. Whether it did that, or somebody else has stopped it, EC2 does"
              + " not tell.",
          "Look in CloudTrail for StopInstances with that plan in its user agent, or pass"
              + " stopHistory(…); if the instance shall run, "
              + byHand(view));
    }
    Instant at = view.halt().at().get();
    return at.isAfter(stop.at().plus(RunJournal.CLAIM))
        ? somebodyElse(
            stop, view, "it was stopped at " + at + ", when that plan had long come to nothing")
        : repair("it was stopped when " + stop.planId() + " was about to");
  }

  /**
   * By which call the instance is down, after an intent of which nobody knows what came.
   *
   * @param stops the latest first
   * @return empty if that is not among them: they may be behind
   */
  static Optional<StopHistory.Entry> call(
      JournalEntry.Stop stop, InstanceView view, List<StopHistory.Entry> stops) {
    // The one that EC2 names; else the first, because to stop what is stopped is answered alike.
    return stops.stream()
        .filter(each -> !each.at().isBefore(stop.at().minus(RunJournal.CLAIM)))
        .filter(each -> view.halt().at().map(at -> near(at, each.at())).orElse(true))
        .reduce((later, earlier) -> earlier);
  }

  private static boolean near(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(SAME_CALL) <= 0;
  }

  private static StopClaim repair(String why) {
    return new StopClaim(Owner.REPAIR, why, "");
  }

  private static StopClaim somebodyElse(JournalEntry.Stop stop, InstanceView view, String how) {
    return new StopClaim(
        Owner.SOMEBODY_ELSE,
        "The instance is not started: plan "
            + stop.planId()
            + " was about to stop it at "
            + stop.at()
            + ", but "
            + how
            + ".",
        "If it shall run, " + byHand(view));
  }

  private static String byHand(InstanceView view) {
    return "start it: StartInstances " + view.instance() + ".";
  }
}
