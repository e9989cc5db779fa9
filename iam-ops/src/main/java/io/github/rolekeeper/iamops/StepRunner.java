package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a step of one run: look, call once, look for the effect. The one owner of repetition
 * for writes.
 */
final class StepRunner {
  /** How long the metadata may take to follow an association before that is called a lag. */
  // AWS's own Deadline Cloud agent looks at iam/info for 120 s after a change of association.
  static final Duration METADATA_PATIENCE = Duration.ofMinutes(2);

  private final RepairPlan plan;

  /** This run among all of the plan, which may be stored and carried out by several workers. */
  private final String run;

  private final AwsReader reader;
  private final StepCaller caller;
  private final RunJournal journal;
  private final InstantSource clock;
  private final RunTime time;

  /** The sessions that the plan shall replace. The looks do not ask IAM for it again. */
  private final Optional<Instant> revokedBefore;

  /** Whether the plan associates a profile, and what the metadata showed before. */
  private final boolean swaps;

  private Freshness freshness = Freshness.UNKNOWN;

  /** The latest look. */
  private @Nullable InstanceView last;

  /** When that was, if nothing has happened since, so that the next step may begin with it. */
  private RunTime.@Nullable Moment lastAt;

  /**
   * The step by which this run has taken something from the instance that it has not given back.
   */
  private @Nullable RepairStep taken;

  /** What came out of a look or a call while the instance was down, and could not be let out. */
  private @Nullable Error held;

  /** Exactly one of the two. */
  record Result(Optional<RepairProgress.RetryAfter> waiting, Optional<StepOutcome> outcome) {}

  /**
   * @param nonce tells this run from others of the same plan
   */
  StepRunner(
      RepairPlan plan,
      String nonce,
      AwsReader reader,
      AwsWriter writer,
      RunJournal journal,
      InstantSource clock,
      RunTime time) {
    this.plan = plan;
    run = plan.id() + "-" + nonce;
    this.reader = reader;
    this.journal = journal;
    this.clock = clock;
    this.time = time;
    caller = new StepCaller(plan, run, reader, writer, journal, clock);
    revokedBefore = DiagnosisRules.revokedBefore(plan.diagnosis());
    swaps = plan.steps().stream().anyMatch(step -> step.action().swaps());
  }

  Instant now() {
    return clock.instant();
  }

  RunTime time() {
    return time;
  }

  boolean metadataHealthy(InstanceView view) {
    return view.metadataHealthy(revokedBefore);
  }

  /** Whether the metadata is of after the swap, if there is one. */
  boolean metadataFresh(InstanceView view) {
    return !swaps || freshness.reached(view);
  }

  boolean owes() {
    return journal.owes();
  }

  boolean journalOutlivesProcess() {
    return journal.outlivesProcess();
  }

  /** Why stopping the instance would do harm. */
  List<String> stopHazards() {
    return reader.stopHazards(plan.target().instance());
  }

  /** The latest look. */
  Optional<InstanceView> last() {
    return Optional.ofNullable(last);
  }

  /** Whether this run has called for a stop, and did not see the instance run since. */
  boolean hasStopped() {
    return journal.hasStopped();
  }

  /**
   * Whether the instance may lack something through this run: it is down, or without its
   * association or its role.
   */
  boolean owesNow() {
    return hasStopped() || taken != null;
  }

  /** The step by which it lacks an association or a role; empty if it does not. */
  Optional<RepairStep> taken() {
    return Optional.ofNullable(taken);
  }

  /** What the instance had before a run took it away, this one or one before. */
  Optional<JournalEntry.Prior> prior() {
    return journal.latest().flatMap(JournalEntry::prior);
  }

  /** What was held back while the instance was down; once. */
  Optional<Error> release() {
    Optional<Error> error = Optional.ofNullable(held);
    held = null;
    return error;
  }

  /**
   * @param doneBefore the calls of this run that may have taken effect
   */
  StepAttempt begin(RepairStep step, List<String> doneBefore) {
    return new StepAttempt(step, doneBefore, time, journal.mayHaveCalled(step));
  }

  Result run(StepAttempt attempt) {
    boolean called = false;
    while (true) {
      StepAttempt.Decision decision = look(attempt);
      if (decision.move() == StepAttempt.Move.CALL) {
        if (called) {
          return waitFor(attempt, "the effect to show");
        }
        called = true;
        StepCaller.Result answer = call(attempt);
        switch (answer.end()) {
          case LOOK -> {
            continue;
          }
          case UNWRITTEN -> {
            return ended(
                attempt, attempt.fail(StepFailure.Kind.JOURNAL, Optional.empty(), answer.text()));
          }
          case REFUSED, OVERTAKEN -> {
            return waitFor(attempt, answer.text());
          }
        }
      }
      return result(attempt, decision);
    }
  }

  private StepAttempt.Decision look(StepAttempt attempt) {
    try {
      InstanceView view = seen(attempt);
      StepAttempt.Decision decision =
          attempt.saw(StepCheck.of(attempt.step(), view, past(attempt, view)));
      if (decision.move() == StepAttempt.Move.END) {
        boolean mayYetTakeEffect =
            decision.status().equals(Optional.of(StepStatus.FAILED)) && attempt.calls() > 0;
        journal.seen(view, mayYetTakeEffect ? "" : run, now());
      }
      return decision;
    } catch (InstanceProfileOpsException e) {
      return owesNow() ? attempt.sawNothingInOutage(e) : attempt.sawNothing(e);
    } catch (RuntimeException | Error e) {
      return attempt.sawNothingInOutage(outlast(e));
    }
  }

  private StepCheck.Past past(StepAttempt attempt, InstanceView view) {
    return new StepCheck.Past(
        attempt.calls() > 0,
        attempt.restarted(),
        journal.startOwed(view),
        attempt.fellBack(view),
        journal.stopAccepted(view),
        journal.mayYetStop(view),
        journal.claimed(attempt.step(), run, view.at()),
        attempt.undisturbed(),
        metadataFresh(view),
        revokedBefore);
  }

  private StepCaller.Result call(StepAttempt attempt) {
    InstanceView view = Objects.requireNonNull(last, "a call without a look");
    if (attempt.step().action().swaps() && freshness.equals(Freshness.UNKNOWN)) {
      freshness = Freshness.before(view);
    }
    lastAt = null;
    try {
      return caller.call(attempt, view);
    } catch (RuntimeException | Error e) {
      noteWhatIsTaken(attempt);
      return new StepCaller.Result(StepCaller.End.REFUSED, String.valueOf(outlast(e).getMessage()));
    } finally {
      noteWhatIsTaken(attempt);
    }
  }

  private void noteWhatIsTaken(StepAttempt attempt) {
    if (attempt.step().action().isFollowedByGiving() && attempt.mayHaveGoneOut()) {
      taken = attempt.step();
    }
  }

  /**
   * Nothing that is thrown while the instance is down by this run ends it before the instance was
   * started.
   *
   * @return it, as a look or a call without an answer
   */
  private InstanceProfileOpsException outlast(Throwable thrown) {
    if (!owesNow()) {
      throw rethrown(thrown);
    }
    if (thrown instanceof Error error && held == null) {
      held = error;
    }
    return new InstanceProfileOpsException(
        InstanceProfileOpsException.Kind.NO_ANSWER, "", "", String.valueOf(thrown), thrown);
  }

  private static RuntimeException rethrown(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  /** What a decision about an attempt comes to, if it is not to call. */
  Result result(StepAttempt attempt, StepAttempt.Decision decision) {
    return decision.move() == StepAttempt.Move.END
        ? ended(attempt, decision)
        : waitFor(attempt, decision.detail());
  }

  private Result ended(StepAttempt attempt, StepAttempt.Decision decision) {
    boolean failed = decision.status().equals(Optional.of(StepStatus.FAILED));
    if (!failed && taken != null && givesBackWhatIsTaken(attempt.step())) {
      taken = null;
    }
    return new Result(Optional.empty(), Optional.of(attempt.outcome(decision)));
  }

  /** On the way back, a role is put in that replaces none. */
  private boolean givesBackWhatIsTaken(RepairStep step) {
    return Steps.givesBack(step)
        || (step.action() == RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE
            && Objects.requireNonNull(taken).action()
                == RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE);
  }

  private Result waitFor(StepAttempt attempt, String what) {
    Duration pause = attempt.pause();
    lastAt = null;
    time.waits(pause);
    return new Result(
        Optional.of(
            new RepairProgress.RetryAfter(
                pause,
                "step " + attempt.step().number() + ", " + attempt.step().operation() + ": " + what,
                Optional.of(attempt.step()),
                attempt.calls(),
                attempt.elapsed(),
                attempt.left())),
        Optional.empty());
  }

  /** What is true now, as far as the step needs it. */
  private InstanceView seen(StepAttempt attempt) {
    RepairAction action = attempt.step().action();
    boolean outage =
        action == RepairAction.STOP_INSTANCES || action == RepairAction.START_INSTANCES;
    if (outage) {
      // Before AWS is looked at: whoever acts in between has then written over what is known here.
      journal.refresh();
    }
    InstanceView view = outage ? state(attempt) : current(attempt.step());
    attempt.watch(view);
    boolean due =
        action == RepairAction.STOP_INSTANCES
            && !hasStopped()
            && attempt.calls() == 0
            && view.running()
            && !metadataHealthy(view)
            && attempt.undisturbed().compareTo(METADATA_PATIENCE) >= 0;
    if (!due) {
      return view;
    }
    // What speaks against stopping costs calls of its own, so it is asked for only when it is due.
    List<String> hazards = stopHazards();
    if (hazards.isEmpty()) {
      caller.askWhetherToStop(attempt.step());
    }
    // Nothing lies between the last look and the call: whoever has cured it meanwhile is seen.
    InstanceView latest = read();
    attempt.watch(latest);
    return latest.withStopHazards(hazards);
  }

  /** The state alone, where more cannot be had of an instance that is down, or is not needed. */
  private InstanceView state(StepAttempt attempt) {
    boolean starts = attempt.step().action() == RepairAction.START_INSTANCES;
    if (!starts && !hasStopped()) {
      return read();
    }
    InstanceView view = reader.state(plan.target().instance());
    last = view;
    lastAt = null;
    // A stop whose answer was lost is not repeated where the metadata has followed meanwhile.
    return !starts && view.running() ? read() : view;
  }

  private InstanceView current(RepairStep step) {
    InstanceView view = last;
    boolean ofNow =
        lastAt != null
            && time.since(lastAt).compareTo(StepAttempt.BETWEEN_LOOKS) < 0
            && !step.action().takes();
    lastAt = null;
    return ofNow && view != null && view.profileName().equals(profileOf(step))
        ? view
        : read(profileOf(step));
  }

  private Optional<String> profileOf(RepairStep step) {
    return Steps.facts(step).profile().or(plan::profileName);
  }

  /** Always asks IAM for the profile of the plan, whatever the instance refers to by now. */
  InstanceView read() {
    return read(plan.profileName());
  }

  /** All that a diagnosis rests on. */
  InstanceView readDeeply() {
    return reader.read(plan.target().instance(), plan.profileName(), AwsReader.Depth.DEEP);
  }

  private InstanceView read(Optional<String> profile) {
    last = reader.read(plan.target().instance(), profile, AwsReader.Depth.PROFILE);
    lastAt = time.now();
    return last;
  }
}
