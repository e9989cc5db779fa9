package io.github.rolekeeper.iamops;

import io.github.rolekeeper.iamops.StepCheck.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one step while it is under way, and what to do next. No I/O: it is told what was
 * seen and what a call came to. Not thread-safe.
 */
final class StepAttempt {
  static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  // What has not shown for half a minute may take minutes.
  private static final int LOOKS_OF_A_SHORT_WAIT = 6;
  static final Duration BETWEEN_LATE_LOOKS = Duration.ofSeconds(15);

  /** What to do. */
  enum Move {
    /** Make the call. */
    CALL,
    /** Look again later. */
    WAIT,
    /** The step has ended. */
    END
  }

  /**
   * @param status how it ended, for {@link Move#END}
   * @param failure why, for {@link StepStatus#FAILED}
   */
  record Decision(
      Move move, Optional<StepStatus> status, String detail, Optional<StepFailure> failure) {}

  /** Something that may pass, or not. */
  private record Trouble(StepFailure.Kind kind, Optional<String> code, String what) {
    static Trouble of(InstanceProfileOpsException e) {
      return new Trouble(AwsFailures.ofStep(e), e.code(), String.valueOf(e.getMessage()));
    }
  }

  // One look proves nothing where reads may come from a part of AWS that is behind: Terraform takes
  // three in a row.
  private static final int LOOKS_THAT_PROVE = 3;
  // "Wait a few minutes" says IAM's ConcurrentModification; its neighbours last seconds.
  private static final Duration AFTER_CONFLICT = Duration.ofSeconds(30);
  static final Duration PATIENCE_WITH_CONFLICT = Duration.ofMinutes(5);
  // Terraform's bound for a profile to get from IAM to EC2.
  private static final Duration IAM_TO_EC2 = Duration.ofMinutes(2);
  // Longer pauses would see the effect late.
  private static final int DOUBLINGS = 3;
  static final Duration LONGEST_PAUSE = BETWEEN_LOOKS.multipliedBy(1L << DOUBLINGS);
  private static final String FELL_BACK =
      "AWS accepted the start, and the instance stopped again; the reason is the code of this"
          + " failure. Where it is Client.InternalError, the role or the key of an encrypted volume"
          + " may be what is missing: kms:CreateGrant";

  private final RepairStep step;
  private final List<String> doneBefore;
  private final RunTime time;
  private final RunTime.Moment began;
  private int calls;
  private int looks;
  private int looksAlike;
  private int looksFailed;
  private Standing lastStanding = Standing.WAIT;
  private int refusals;
  private boolean accepted;
  private boolean uncertain;
  private boolean conflict;
  private RunTime.Moment undisturbedSince;
  private Optional<Instant> launched = Optional.empty();
  private Optional<Instant> launchedAtCall = Optional.empty();
  private Optional<InstanceView.Halt> halt = Optional.empty();
  private Optional<InstanceView.Halt> haltAtCall = Optional.empty();
  private boolean rose;
  private Optional<RunTime.Moment> unseenByEc2Since = Optional.empty();
  private Optional<Trouble> failure = Optional.empty();
  private Optional<Trouble> lastLook = Optional.empty();
  private Optional<Trouble> lastCall = Optional.empty();
  private boolean mayHaveGoneOut;

  /**
   * @param doneBefore the calls of this run that may have taken effect
   * @param uncertain whether a run before may have made the call, and seen no answer
   */
  StepAttempt(RepairStep step, List<String> doneBefore, RunTime time, boolean uncertain) {
    this.step = step;
    this.doneBefore = List.copyOf(doneBefore);
    this.time = time;
    began = time.now();
    this.uncertain = uncertain;
    mayHaveGoneOut = uncertain;
    undisturbedSince = began;
  }

  RepairStep step() {
    return step;
  }

  int calls() {
    return calls;
  }

  boolean mayHaveGoneOut() {
    return calls > 0 && mayHaveGoneOut;
  }

  Duration elapsed() {
    return time.since(began);
  }

  /** How long the step may still go on without an effect. */
  Duration left() {
    Duration left = patience().minus(elapsed());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Notices whether somebody stops and starts the instance. */
  void watch(InstanceView view) {
    if (!view.running() || (launched.isPresent() && !launched.equals(view.launched()))) {
      undisturbedSince = time.now();
    }
    launched = view.launched();
    halt = Optional.of(view.halt());
    rose |= calls > 0 && view.state().equals("pending");
  }

  /**
   * Why the instance stopped again after AWS accepted the call to start it; empty if it did not.
   */
  Optional<String> fellBack(InstanceView view) {
    boolean other = haltAtCall.isPresent() && !haltAtCall.get().equals(view.halt());
    return accepted && view.stopped() && (rose || other)
        ? Optional.of(view.halt().code().orElse("EC2 gives no reason"))
        : Optional.empty();
  }

  /** For how long the instance has run since the step began, without a stop or a start. */
  Duration undisturbed() {
    return time.since(undisturbedSince);
  }

  /** Whether the instance was started after the latest call. */
  boolean restarted() {
    return calls > 0 && launched.isPresent() && !launched.equals(launchedAtCall);
  }

  /** How long to wait before the next look. */
  Duration pause() {
    if (conflict) {
      return AFTER_CONFLICT;
    }
    int inTheWay = Math.max(refusals, looksFailed);
    if (inTheWay == 0) {
      return betweenLooks(looksAlike);
    }
    return BETWEEN_LOOKS.multipliedBy(1L << Math.min(Math.max(inTheWay - 1, 0), DOUBLINGS));
  }

  /**
   * How long to wait between looks that all show the same.
   *
   * @param alike how many there were
   */
  static Duration betweenLooks(int alike) {
    return alike > LOOKS_OF_A_SHORT_WAIT ? BETWEEN_LATE_LOOKS : BETWEEN_LOOKS;
  }

  /** A look. */
  Decision saw(StepCheck.Result now) {
    looks++;
    looksFailed = 0;
    lastLook = Optional.empty();
    looksAlike = now.standing() == lastStanding ? looksAlike + 1 : 1;
    lastStanding = now.standing();
    return switch (now.standing()) {
      case DONE ->
          // What we have just made in IAM must be seen three times before something rests on it.
          calls == 0 || !step.action().inIam() || looksAlike >= LOOKS_THAT_PROVE
              ? end(calls > 0 ? StepStatus.DONE : StepStatus.ALREADY_DONE, now.detail())
              : waitFor("it to show in three looks in a row");
      case NOT_NEEDED -> end(StepStatus.SKIPPED, now.detail());
      // An instance that is just being stopped does not answer either.
      case UNKNOWN ->
          looksAlike >= LOOKS_THAT_PROVE
              ? end(StepStatus.SKIPPED, now.detail())
              : waitFor(now.detail());
      case OUTDATED -> refused(StepFailure.Kind.OUTDATED, now.detail());
      case GONE -> refused(StepFailure.Kind.GONE, now.detail());
      case HARMFUL -> refused(StepFailure.Kind.REFUSED_BY_GUARD, now.detail());
      case WAIT -> waitFor(now.detail());
      case AGAIN ->
          looksAlike >= LOOKS_THAT_PROVE && !exhausted()
              ? call(now.detail())
              : waitFor(now.detail());
      case FELL_BACK -> {
        lastCall =
            Optional.of(
                new Trouble(
                    AwsFailures.ofHalt(now.detail()), Optional.of(now.detail()), FELL_BACK));
        yield looksAlike >= LOOKS_THAT_PROVE && !exhausted()
            ? call(now.detail())
            : waitFor("a start that lasts");
      }
      case READY -> ready();
    };
  }

  private Decision refused(StepFailure.Kind kind, String why) {
    return looksAlike >= LOOKS_THAT_PROVE
        ? fail(kind, Optional.empty(), why + ". " + whatWasDone() + "; plan again")
        : waitFor(why);
  }

  private String whatWasDone() {
    var done = new ArrayList<>(doneBefore);
    if (mayHaveGoneOut) {
      done.add("perhaps " + step.operation());
    }
    return done.isEmpty()
        ? "Nothing was done by this run"
        : "This run has done " + String.join(", ", done) + ", which stays";
  }

  private Decision ready() {
    if (failure.isPresent()) {
      return fail(failure.get());
    }
    // A call that AWS accepted is not repeated; one whose answer was lost only after several looks
    // showed no effect.
    boolean mayCall = !accepted && (!uncertain || looksAlike >= LOOKS_THAT_PROVE);
    return mayCall && !exhausted()
        ? call("")
        : waitFor(accepted ? "the effect to show" : "what the last call came to");
  }

  /** A look that failed, where nothing is owed to the instance. */
  Decision sawNothing(InstanceProfileOpsException why) {
    notSeen(why);
    return why.transientFailure()
        ? waitFor("AWS to answer: " + why.getMessage())
        : fail(lastLook.get());
  }

  /**
   * A look that failed while the instance lacks something through this run, or may do so. It must
   * get that back, and be started even by a caller who may not look at it any more.
   */
  Decision sawNothingInOutage(InstanceProfileOpsException why) {
    notSeen(why);
    boolean settled = looksFailed >= LOOKS_THAT_PROVE;
    boolean starts = step.action() == RepairAction.START_INSTANCES;
    boolean stops = step.action() == RepairAction.STOP_INSTANCES;
    if (settled && why.kind() == InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE) {
      return fail(lastLook.get());
    }
    if (settled && starts && !accepted && !exhausted()) {
      return call("without a look");
    }
    return settled && stops && why.kind() == InstanceProfileOpsException.Kind.DENIED
        ? fail(lastLook.get())
        : waitFor("AWS to answer: " + why.getMessage());
  }

  private void notSeen(InstanceProfileOpsException why) {
    looks++;
    looksFailed++;
    looksAlike = 0;
    lastLook = Optional.of(Trouble.of(why));
  }

  private Decision waitFor(String what) {
    if (failure.isPresent()) {
      return fail(failure.get());
    }
    if (!exhausted()) {
      return new Decision(Move.WAIT, Optional.empty(), what, Optional.empty());
    }
    Optional<Trouble> last = lastLook.or(() -> lastCall);
    return fail(
        last.map(Trouble::kind).orElse(StepFailure.Kind.TIMED_OUT),
        last.flatMap(Trouble::code),
        "no effect within "
            + patience().toMinutes()
            + " minutes; waited for "
            + what
            + last.map(each -> "; last error: " + each.what()).orElse(""));
  }

  private boolean exhausted() {
    // A driver that was away for long has not looked for long.
    return looks > LOOKS_THAT_PROVE && elapsed().compareTo(patience()) > 0;
  }

  private Duration patience() {
    Duration usual = step.action().patience();
    return conflict && usual.compareTo(PATIENCE_WITH_CONFLICT) < 0 ? PATIENCE_WITH_CONFLICT : usual;
  }

  private static Decision call(String why) {
    return new Decision(Move.CALL, Optional.empty(), why, Optional.empty());
  }

  private static Decision end(StepStatus status, String detail) {
    return new Decision(Move.END, Optional.of(status), detail, Optional.empty());
  }

  private Decision fail(Trouble trouble) {
    return fail(trouble.kind(), trouble.code(), trouble.what());
  }

  /** The step has failed. */
  Decision fail(StepFailure.Kind kind, Optional<String> code, String detail) {
    return new Decision(
        Move.END,
        Optional.of(StepStatus.FAILED),
        detail,
        Optional.of(new Values.Failure(kind, code, mayHaveGoneOut)));
  }

  void calling() {
    calls++;
    launchedAtCall = launched;
    haltAtCall = halt;
    rose = false;
    looksAlike = 0;
    accepted = false;
    uncertain = false;
    conflict = false;
  }

  /** Nobody knows what came of the call. */
  void unanswered() {
    uncertain = true;
    mayHaveGoneOut = true;
  }

  void wasAccepted() {
    accepted = true;
    mayHaveGoneOut = true;
    refusals = 0;
    lastCall = Optional.empty();
  }

  /**
   * The call failed.
   *
   * @param error how
   * @param more what else is to be said of it
   * @param meaning what that means for the step
   * @param nothingToLose whether the instance gains by every further try, because it lacks what the
   *     call gives back
   */
  void failed(
      InstanceProfileOpsException error,
      String more,
      AwsFailures.Meaning meaning,
      boolean nothingToLose) {
    String what = error.getMessage() + more;
    lastCall = Optional.of(new Trouble(AwsFailures.ofStep(error), error.code(), what));
    refusals++;
    switch (meaning) {
      case FINAL -> {
        if (!nothingToLose || step.action() != RepairAction.START_INSTANCES) {
          failure = lastCall;
        }
      }
      case UNCERTAIN -> unanswered();
      case CONFLICT -> conflict = true;
      case NOT_IN_EC2_YET -> {
        unseenByEc2Since = unseenByEc2Since.or(() -> Optional.of(time.now()));
        if (!nothingToLose && time.since(unseenByEc2Since.get()).compareTo(IAM_TO_EC2) > 0) {
          failure =
              Optional.of(
                  new Trouble(
                      StepFailure.Kind.TIMED_OUT,
                      error.code(),
                      "EC2 has not seen the profile within "
                          + IAM_TO_EC2.toMinutes()
                          + " minutes, although IAM shows it: "
                          + what));
        }
      }
      case NOT_YET -> {}
    }
  }

  /**
   * @param end a decision to end
   */
  StepOutcome outcome(Decision end) {
    return new StepOutcome(
        step, end.status().orElseThrow(), end.detail(), calls, elapsed(), end.failure());
  }
}
