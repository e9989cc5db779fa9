package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a run writes into the {@link Journal}, and what it reads there of runs before. */
final class RunJournal {
  // Others may write between our reading and our writing, but not many, and not for long.
  private static final int TRIES = 5;
  // As long as the slowest step may take, a call that somebody intends may still show its effect.
  private static final Duration UNDER_WAY = RepairAction.STOP_INSTANCES.patience();

  // Twice the AWS SDK's time-out for an answer. By then a call that was intended has shown its
  // effect, or its owner is dead.
  static final Duration CLAIM = Duration.ofMinutes(1);

  private final Journal journal;
  private final InstanceId instance;
  private final RunTime time;

  /** Also where the journal keeps nothing, the run knows what it owes. */
  private @Nullable JournalEntry latest;

  /** The stop that this run has called, or is about to: whatever others cross out. */
  private JournalEntry.@Nullable Stop mine;

  /** When it was called or answered, by the run's time. */
  private RunTime.@Nullable Moment sent;

  /** The one before, which stands if AWS refuses the latest. */
  private JournalEntry.@Nullable Stop mineBefore;

  private Optional<JournalEntry.Stop> owedBefore = Optional.empty();

  RunJournal(Journal journal, InstanceId instance, RunTime time) {
    this.journal = journal;
    this.instance = instance;
    this.time = time;
    latest = journal.read(instance).orElse(null);
  }

  Optional<JournalEntry> latest() {
    return Optional.ofNullable(latest);
  }

  boolean outlivesProcess() {
    return journal.outlivesProcess();
  }

  boolean owes() {
    return mine != null || latest().filter(JournalEntry::owes).isPresent();
  }

  /** Whether this run has called for a stop that may have taken effect. */
  boolean hasStopped() {
    return mine != null;
  }

  /** Whose the stop is that the instance is down by; empty if no repair meant to stop it. */
  Optional<StopClaim> claim(InstanceView view) {
    return stop().map(stop -> StopClaim.of(stop, view, mine != null));
  }

  private Optional<JournalEntry.Stop> stop() {
    return mine == null ? latest().flatMap(JournalEntry::stop) : Optional.of(mine);
  }

  /** Whether a repair must start the instance, as soon as it is down. */
  boolean startOwed(InstanceView view) {
    return claim(view).filter(claim -> claim.owner() == StopClaim.Owner.REPAIR).isPresent();
  }

  /** Whether the call of this run to stop the instance, which runs, may yet take effect. */
  boolean mayYetStop(InstanceView view) {
    return mine != null
        && sent != null
        && notRestarted(view)
        && time.since(sent).compareTo(CLAIM) < 0;
  }

  /** Whether AWS accepted it, and the instance, which runs, was not started again since. */
  boolean stopAccepted(InstanceView view) {
    return mine != null && mine.accepted() && mine.launched().isPresent() && notRestarted(view);
  }

  private boolean notRestarted(InstanceView view) {
    return view.running() && mine != null && mine.launched().equals(view.launched());
  }

  /** Whether a run that died meant to stop the instance, and nobody knows what came of it. */
  Optional<JournalEntry.Stop> stopInDoubt(InstanceView view) {
    return latest().flatMap(JournalEntry::stop).filter(stop -> view.down() && !stop.accepted());
  }

  /** Writes down what was found out about it. */
  void settled(StopHistory.Entry call, Instant now) {
    update(
        now,
        entry ->
            entry.owing(
                entry.associateOwed(),
                entry
                    .stop()
                    .filter(stop -> call.userAgent().contains(stop.planId()))
                    .map(stop -> stop.wasAccepted(call.at()))));
  }

  /** A stop was called, and its answer was lost. */
  void unanswered(RepairStep step, Instant now) {
    if (step.action() == RepairAction.STOP_INSTANCES && mine != null) {
      mine = mine.wasSent(now);
      sent = time.now();
    }
  }

  /** Reads what others have written. Where nothing can be read, what the run knows stands. */
  void refresh() {
    try {
      latest = journal.read(instance).orElse(latest);
    } catch (JournalException e) {
      // An instance that is down must be started all the same.
      return;
    }
  }

  /**
   * Whether another run has just written that it stops the instance, or for a step that starts it,
   * that it does that. One whose owner died lapses.
   *
   * @param run the id of this run
   */
  boolean claimed(RepairStep step, String run, Instant now) {
    return latest()
        .filter(entry -> !entry.planId().equals(run))
        .filter(entry -> Duration.between(entry.at(), now).abs().compareTo(CLAIM) < 0)
        .filter(entry -> step.action() != RepairAction.STOP_INSTANCES || entry.startOwed())
        .flatMap(JournalEntry::lastCall)
        .filter(call -> call.state() != JournalEntry.CallState.REFUSED)
        .filter(
            call ->
                step.action() == RepairAction.STOP_INSTANCES
                    || call.operation().equals(step.operation()))
        .isPresent();
  }

  /** Whether a run before meant to make the very call, and nobody knows what came of it. */
  boolean mayHaveCalled(RepairStep step) {
    return latest()
        .flatMap(JournalEntry::lastCall)
        .filter(call -> call.state() == JournalEntry.CallState.INTENDED)
        .filter(call -> call.operation().equals(step.operation()))
        .filter(call -> call.parameters().equals(step.parameters()))
        .isPresent();
  }

  /**
   * Writes down that a call is about to be made.
   *
   * @return false if another run has written meanwhile, so that it must be looked again
   */
  boolean intends(RepairStep step, RepairPlan plan, String run, InstanceView view, Instant now) {
    Optional<JournalEntry> before = latest();
    Optional<JournalEntry.Prior> prior = before.flatMap(JournalEntry::prior);
    Optional<String> associate = before.flatMap(JournalEntry::associateOwed);
    if (step.action() == RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE
        || step.action() == RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION) {
      prior =
          associate.isPresent() ? prior : view.association().map(each -> prior(each, view, plan));
    }
    if (step.action() == RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE) {
      associate = plan.profileName();
    }
    Optional<JournalEntry.Stop> owed = before.flatMap(JournalEntry::stop).or(() -> stop());
    boolean stops = step.action() == RepairAction.STOP_INSTANCES;
    var stop = new JournalEntry.Stop(run, now, false, view.launched());
    boolean stored =
        put(
            new JournalEntry(
                instance,
                before.map(JournalEntry::version).orElse(0L) + 1,
                now,
                run,
                prior,
                associate,
                stops ? Optional.of(stop) : owed,
                Optional.of(
                    new JournalEntry.Call(
                        step.operation(), step.parameters(), JournalEntry.CallState.INTENDED))));
    if (stored && stops) {
      owedBefore = owed;
      mineBefore = mine;
      mine = stop;
      sent = time.now();
    }
    return stored;
  }

  private static JournalEntry.Prior prior(
      InstanceView.Association association, InstanceView view, RepairPlan plan) {
    return new JournalEntry.Prior(
        association.id(),
        association.profileArn().toString(),
        association.profileId().value(),
        view.profile().flatMap(InstanceView.Profile::roleName).or(() -> plan.target().role()),
        view.profile()
            .filter(each -> each.id().equals(association.profileId()))
            .map(InstanceView.Profile::tags)
            .orElse(Map.of()));
  }

  /**
   * Writes down what came of the call; if another run has written meanwhile, only what is owed for
   * it. The intent stands even if that fails.
   *
   * @param step whose call it was, by the plan
   */
  void answered(JournalEntry.CallState state, RepairStep step, String run, Instant now) {
    Optional<JournalEntry.Stop> left =
        step.action() == RepairAction.STOP_INSTANCES ? stopAfter(state, now) : Optional.empty();
    boolean stops = step.action() == RepairAction.STOP_INSTANCES;
    update(
        now,
        entry ->
            entry.planId().equals(run)
                ? entry
                    .with(entry.lastCall().map(call -> call.in(state)))
                    .owing(entry.associateOwed(), stops ? left : entry.stop())
                : entry.owing(entry.associateOwed(), surer(entry.stop())));
  }

  /** Of the stop that another run wrote down, and that of this run. */
  private Optional<JournalEntry.Stop> surer(Optional<JournalEntry.Stop> others) {
    return mine == null || (others.isPresent() && !mine.accepted()) ? others : Optional.of(mine);
  }

  /** What is owed after a stop was answered. One that was refused leaves what was owed before. */
  private Optional<JournalEntry.Stop> stopAfter(JournalEntry.CallState state, Instant now) {
    if (state == JournalEntry.CallState.REFUSED) {
      mine = mineBefore;
      return owedBefore;
    }
    mine = mine == null ? null : mine.wasAccepted(now);
    sent = time.now();
    return Optional.ofNullable(mine);
  }

  /**
   * Crosses out what is seen to be paid, unless a call of another run is under way that may yet
   * take effect.
   *
   * @param run whose calls are over; empty if of no run
   */
  void seen(InstanceView view, String run, Instant now) {
    if (!run.isEmpty() && view.running()) {
      mine = null;
    }
    boolean underWay =
        latest()
            .filter(entry -> !entry.planId().equals(run))
            .filter(entry -> Duration.between(entry.at(), now).compareTo(UNDER_WAY) < 0)
            .flatMap(JournalEntry::lastCall)
            .filter(call -> taking(call.operation()))
            .isPresent();
    if (!underWay) {
      update(now, entry -> paid(entry, view));
    }
  }

  private static boolean taking(String operation) {
    return operation.equals(RepairAction.STOP_INSTANCES.operation())
        || operation.equals(RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE.operation());
  }

  private static JournalEntry paid(JournalEntry entry, InstanceView view) {
    return entry.owing(
        view.association().isPresent() ? Optional.empty() : entry.associateOwed(),
        entry.stop().filter(stop -> !view.running()));
  }

  private void update(Instant now, Function<JournalEntry, JournalEntry> change) {
    try {
      for (int i = 0; i < TRIES && latest != null; i++) {
        JournalEntry changed = change.apply(latest);
        if (changed.equals(latest) || put(changed.next(now))) {
          return;
        }
      }
    } catch (JournalException e) {
      // What was intended is written, and the next run trusts AWS over it.
      return;
    }
  }

  private boolean put(JournalEntry entry) {
    boolean stored = journal.put(entry);
    latest = stored ? entry : journal.read(instance).orElse(null);
    return stored;
  }
}
