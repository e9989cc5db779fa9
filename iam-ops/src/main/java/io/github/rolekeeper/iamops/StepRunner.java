package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;

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
  private final AwsWriter writer;
  private final RunJournal journal;
  private final InstantSource clock;

  /** The sessions that the plan shall replace. The looks do not ask IAM for it again. */
  private final Optional<Instant> revokedBefore;

  /** Whether the plan associates a profile, and what the metadata showed before. */
  private final boolean swaps;

  private Freshness freshness = Freshness.UNKNOWN;

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
      InstantSource clock) {
    this.plan = plan;
    run = plan.id() + "-" + nonce;
    this.reader = reader;
    this.writer = writer;
    this.journal = journal;
    this.clock = clock;
    revokedBefore = DiagnosisRules.revokedBefore(plan.diagnosis());
    swaps = plan.steps().stream().anyMatch(step -> step.action().swaps());
  }

  Instant now() {
    return clock.instant();
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

  boolean hasStopped() {
    return journal.hasStopped();
  }

  /**
   * @param doneBefore the calls of this run that may have taken effect
   */
  StepAttempt begin(RepairStep step, List<String> doneBefore) {
    return new StepAttempt(step, doneBefore, now(), journal.mayHaveCalled(step));
  }

  Result run(StepAttempt attempt) {
    boolean called = false;
    while (true) {
      StepAttempt.Decision decision;
      RepairStep step = attempt.step();
      try {
        InstanceView view = look(attempt);
        StepCheck.Result seen =
            StepCheck.of(
                step,
                view,
                new StepCheck.Past(
                    attempt.calls() > 0,
                    attempt.restarted(),
                    journal.startOwed(view),
                    journal.mayYetStop(view),
                    journal.claimed(step, run, view.at()),
                    attempt.undisturbed(view.at()),
                    metadataFresh(view),
                    revokedBefore));
        decision = attempt.saw(seen, now());
        if (decision.move() == StepAttempt.Move.CALL) {
          if (called) {
            return waitFor(attempt, "the effect to show");
          }
          called = true;
          Optional<Result> hindrance = call(attempt, view);
          if (hindrance.isPresent()) {
            return hindrance.get();
          }
          continue;
        }
        if (decision.move() == StepAttempt.Move.END) {
          boolean mayYetTakeEffect =
              decision.status().equals(Optional.of(StepStatus.FAILED)) && attempt.calls() > 0;
          journal.seen(view, mayYetTakeEffect ? "" : run, now());
        }
      } catch (InstanceProfileOpsException e) {
        decision = attempt.sawNothing(e, now());
      }
      return decision.move() == StepAttempt.Move.END
          ? ended(attempt, decision)
          : waitFor(attempt, decision.detail());
    }
  }

  /** Intent, call, outcome. Returns something only if the step cannot go on at once. */
  private Optional<Result> call(StepAttempt attempt, InstanceView view) {
    RepairStep step = effective(attempt.step(), view);
    try {
      if (!journal.intends(step, plan, run, view, now())) {
        return Optional.of(waitFor(attempt, "another run that works on the same instance"));
      }
    } catch (JournalException e) {
      // What gives back is done even if nothing can be written down.
      if (!Steps.givesBack(step)) {
        return Optional.of(
            ended(
                attempt,
                attempt.fail(
                    StepFailure.Kind.JOURNAL,
                    Optional.empty(),
                    "not called, because " + e.getMessage())));
      }
    }
    attempt.calling();
    if (step.action().swaps() && freshness.equals(Freshness.UNKNOWN)) {
      freshness = Freshness.before(view);
    }
    try {
      writer.call(step, run);
      attempt.wasAccepted();
      journal.answered(JournalEntry.CallState.ACCEPTED, step, run, now());
      return Optional.empty();
    } catch (SdkException e) {
      AwsFailures.Meaning meaning = AwsFailures.of(step.action(), e);
      if (meaning == AwsFailures.Meaning.UNCERTAIN) {
        journal.unanswered(step, now());
      } else {
        journal.answered(JournalEntry.CallState.REFUSED, step, run, now());
      }
      InstanceProfileOpsException error = AwsFailures.explained(step.operation(), e);
      attempt.failed(
          error,
          writer.decoded(e) + room(step, e),
          roleIsMissing(step, e) ? AwsFailures.Meaning.FINAL : meaning,
          journal.owes(),
          now());
      // Whatever the error was, what is true now decides.
      return Optional.of(waitFor(attempt, String.valueOf(error.getMessage())));
    }
  }

  /** After a replacement by EC2's outdated view of the profile, its result is what to replace. */
  private static RepairStep effective(RepairStep step, InstanceView view) {
    return step instanceof Steps.Replace replace && view.association().isPresent()
        ? replace.of(view.association().get().id())
        : step;
  }

  /** Whoever cannot make a profile wants to know which could go. */
  private String room(RepairStep step, SdkException e) {
    return step.action() == RepairAction.CREATE_INSTANCE_PROFILE
            && AwsFailures.code(e).equals("LimitExceeded")
        ? reader.roomForProfiles()
        : "";
  }

  /** NoSuchEntity may mean the profile, which IAM may not show yet, or the role. */
  private boolean roleIsMissing(RepairStep step, SdkException e) {
    return step instanceof RepairStep.AddRoleToInstanceProfile add
        && AwsFailures.code(e).equals("NoSuchEntity")
        && reader.knownToBeMissing(add.roleName());
  }

  private Result ended(StepAttempt attempt, StepAttempt.Decision decision) {
    return new Result(Optional.empty(), Optional.of(attempt.outcome(decision, now())));
  }

  private Result waitFor(StepAttempt attempt, String what) {
    return new Result(
        Optional.of(
            new RepairProgress.RetryAfter(
                attempt.pause(),
                "step " + attempt.step().number() + ", " + attempt.step().operation() + ": " + what,
                Optional.of(attempt.step()),
                attempt.calls(),
                attempt.elapsed(now()))),
        Optional.empty());
  }

  /**
   * What speaks against stopping costs calls of its own, so it is asked for only when it is due.
   */
  private InstanceView look(StepAttempt attempt) {
    RepairAction action = attempt.step().action();
    if (action == RepairAction.STOP_INSTANCES || action == RepairAction.START_INSTANCES) {
      // Before AWS is looked at: whoever acts in between has then written over what is known here.
      journal.refresh();
    }
    InstanceView view = read();
    attempt.watch(view);
    boolean due =
        action == RepairAction.STOP_INSTANCES
            && attempt.calls() == 0
            && view.running()
            && !metadataHealthy(view)
            && attempt.undisturbed(view.at()).compareTo(METADATA_PATIENCE) >= 0;
    if (!due) {
      return view;
    }
    List<String> hazards = reader.stopHazards(plan.target().instance());
    // Nothing lies between the last look and the call: whoever has cured it meanwhile is seen.
    InstanceView last = read();
    attempt.watch(last);
    return last.withStopHazards(hazards);
  }

  /** Always asks IAM for the profile of the plan, whatever the instance refers to by now. */
  InstanceView read() {
    return reader.read(plan.target().instance(), plan.profileName(), AwsReader.Depth.PROFILE);
  }
}
