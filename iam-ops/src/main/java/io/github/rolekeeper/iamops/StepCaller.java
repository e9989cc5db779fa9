package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.time.InstantSource;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Makes the call of a step: intent, call, what came of it. What an answer leaves in doubt is for
 * the looks to find out.
 */
final class StepCaller {
  /** What came of it. */
  enum End {
    /** The call went out, or may have: what is true now decides. */
    LOOK,
    /** AWS refused it, for now or for ever. */
    REFUSED,
    /** Another run that works on the same instance was faster; nothing was called. */
    OVERTAKEN,
    /** The intent could not be written, so nothing was called. */
    UNWRITTEN
  }

  /**
   * @param text why, where it did not go out
   */
  record Result(End end, String text) {
    static final Result LOOK = new Result(End.LOOK, "");
  }

  static final String NEEDS_JOURNAL =
      "not called, because what it takes from the instance must be remembered by a journal that"
          + " outlives this process: pass journal(Journal.inDirectory(path)), or one of your own";

  private final RepairPlan plan;
  private final String run;
  private final AwsReader reader;
  private final AwsWriter writer;
  private final RunJournal journal;
  private final InstantSource clock;

  StepCaller(
      RepairPlan plan,
      String run,
      AwsReader reader,
      AwsWriter writer,
      RunJournal journal,
      InstantSource clock) {
    this.plan = plan;
    this.run = run;
    this.reader = reader;
    this.writer = writer;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Calls once.
   *
   * @param view the look on which it rests
   */
  Result call(StepAttempt attempt, InstanceView view) {
    RepairStep step = effective(attempt.step(), view);
    if (step.action().needsJournal() && !journal.outlivesProcess()) {
      return new Result(End.UNWRITTEN, NEEDS_JOURNAL);
    }
    try {
      if (!journal.intends(step, plan, run, view, now())) {
        return new Result(End.OVERTAKEN, "another run that works on the same instance");
      }
    } catch (JournalException e) {
      // What gives back is done even if nothing can be written down.
      if (!Steps.givesBack(step)) {
        return new Result(End.UNWRITTEN, "not called, because " + e.getMessage());
      }
    }
    attempt.calling();
    try {
      writer.call(step, run);
      attempt.wasAccepted();
      journal.answered(JournalEntry.CallState.ACCEPTED, step, run, now());
      return Result.LOOK;
    } catch (SdkException e) {
      return refused(attempt, step, e);
    } catch (RuntimeException | Error e) {
      // Whoever threw it, the call may have gone out.
      attempt.unanswered();
      journal.unanswered(step, now());
      throw e;
    }
  }

  /**
   * Asks AWS whether it would let this caller stop the instance and, above all, start it again.
   *
   * @throws InstanceProfileOpsException if it would refuse one of the two, or does not answer
   */
  void askWhetherToStop(RepairStep stop) {
    var start = new Steps.Start(stop.number() + 1, plan.target().instance());
    // Who does not know DryRun has started what runs; a stop would be one.
    if (rehearsed(start)) {
      rehearsed(stop);
    }
  }

  private boolean rehearsed(RepairStep step) {
    try {
      return writer.rehearse(step, run);
    } catch (SdkException e) {
      InstanceProfileOpsException error = AwsFailures.explained(step.operation(), e);
      boolean later =
          AwsFailures.of(step.action(), e) == AwsFailures.Meaning.NOT_YET && !AwsFailures.passes(e);
      throw new InstanceProfileOpsException(
          later ? InstanceProfileOpsException.Kind.NOT_SHOWN_YET : error.kind(),
          step.operation(),
          error.code().orElse(""),
          error.getMessage()
              + " (asked with DryRun; the instance is not stopped)"
              + writer.decoded(e),
          e);
    }
  }

  private Result refused(StepAttempt attempt, RepairStep step, SdkException e) {
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
        journal.owes());
    return new Result(End.REFUSED, String.valueOf(error.getMessage()));
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

  private Instant now() {
    return clock.instant();
  }
}
