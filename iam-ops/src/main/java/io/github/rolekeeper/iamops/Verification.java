package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Diagnoses afresh what a repair came to, until the metadata have followed. One look may be
 * answered by a part of AWS that is behind, and what the metadata showed before the swap is no
 * proof. Not thread-safe.
 */
final class Verification {
  // Terraform's bound for what IAM has to show, and that of the metadata.
  private static final Duration PATIENCE = StepRunner.METADATA_PATIENCE;
  // A driver that was away for long has not looked for long.
  private static final int LOOKS_THAT_PROVE = 3;

  /** How long it can take. */
  static final Duration LONGEST = PATIENCE.plus(StepAttempt.BETWEEN_LATE_LOOKS);

  // The metadata is brought up to date within an hour (IAM User Guide, instance profiles).
  private static final Duration REFRESH = Duration.ofHours(1);

  private final RepairPlan plan;
  private final RunTime time;
  private final RunTime.Moment began;
  private int unlike;
  private int looks;
  private boolean running;
  private Optional<InstanceDiagnosis> diagnosis = Optional.empty();

  /**
   * @param lagsUntil when the metadata will have followed; empty if it does not lag
   */
  record Result(
      Optional<RepairProgress.RetryAfter> waiting,
      RepairVerdict verdict,
      String advice,
      Optional<Instant> lagsUntil) {}

  Verification(RepairPlan plan, RunTime time) {
    this.plan = plan;
    this.time = time;
    began = time.now();
  }

  /** Whether the instance ran at the latest look. */
  boolean running() {
    return running;
  }

  /** What the latest look that was answered came to. */
  Optional<InstanceDiagnosis> diagnosis() {
    return diagnosis;
  }

  Result look(StepRunner runner) {
    looks++;
    InstanceView view;
    try {
      view = runner.readDeeply();
    } catch (InstanceProfileOpsException e) {
      String advice = "could not verify: " + e.getMessage();
      return e.transientFailure() ? unlike(advice) : end(ofNothingSeen(), advice);
    }
    running = view.running();
    InstanceDiagnosis now = DiagnosisRules.diagnose(view, plan.target().role());
    diagnosis = Optional.of(now);
    if (plan.steps().isEmpty()) {
      return end(RepairVerdict.NOTHING_DONE, nothingDone(now));
    }
    Optional<String> remains = Remains.of(plan, now);
    if (remains.isPresent()) {
      return unlike(remains.get());
    }
    if (!view.refersToProfile()
        || view.profile().flatMap(InstanceView.Profile::roleName).isEmpty()) {
      return unlike(
          "EC2 and IAM do not show yet that the instance refers to the profile and the profile"
              + " holds its role; plan again");
    }
    unlike = 0;
    return followed(view, runner);
  }

  private Result followed(InstanceView view, StepRunner runner) {
    boolean healthy = runner.metadataHealthy(view);
    if (healthy && runner.metadataFresh(view)) {
      return end(RepairVerdict.HEALTHY, "");
    }
    MetadataSight.Kind shown = view.metadata().kind();
    boolean following =
        view.running() && (shown.answered() || shown == MetadataSight.Kind.UNREADABLE);
    if (following && elapsed().compareTo(PATIENCE) < 0) {
      return await("the metadata follows");
    }
    // No answer says nothing of the profile.
    return following && shown.witnesses()
        ? lags(view, healthy, runner.now())
        : end(RepairVerdict.REPAIRED_UNVERIFIED, unverified(view));
  }

  private String nothingDone(InstanceDiagnosis now) {
    if (!plan.obstacles().isEmpty()) {
      return "the plan says what is in the way and what to pass or to do";
    }
    return now.healthy() ? "" : "the plan has no step for what the diagnosis finds; see its cures";
  }

  private RepairVerdict ofNothingSeen() {
    return plan.steps().isEmpty() ? RepairVerdict.NOTHING_DONE : RepairVerdict.INCOMPLETE;
  }

  private Result lags(InstanceView view, boolean healthy, Instant now) {
    Instant until =
        view.association()
            .flatMap(InstanceView.Association::since)
            .filter(since -> since.isBefore(now) && since.plus(REFRESH).isAfter(now))
            .orElse(now)
            .plus(REFRESH);
    String shown =
        "the metadata says "
            + LaggingMetadata.inWords(view)
            + (healthy
                ? ", as before the association was made"
                : LaggingMetadata.lags(view) ? "" : ", with credentials of a revoked session");
    return new Result(
        Optional.empty(),
        RepairVerdict.REPAIRED_METADATA_LAGS,
        shown
            + "; wait for its refresh, until "
            + until
            + " at the latest"
            + (healthy
                ? ", and diagnose again"
                : "; if it does not follow by then, the instance needs a stop and a start: plan"
                    + " again with allowStopStart()"),
        Optional.of(until));
  }

  private static String unverified(InstanceView view) {
    if (view.down()) {
      return "nothing: the instance is "
          + view.state()
          + ", and its metadata shows the role when it is started";
    }
    String look = "look at meta-data/iam/info on the instance";
    return switch (view.metadata().kind()) {
      case UNREADABLE, OF_ANOTHER_INSTANCE, CREDENTIALS_ONLY ->
          "whether the instance follows is unknown (" + view.metadata().inWords() + "); " + look;
      default -> look;
    };
  }

  private Result unlike(String advice) {
    unlike++;
    return unlike < LOOKS_THAT_PROVE || elapsed().compareTo(PATIENCE) < 0
        ? await(advice)
        : end(ofNothingSeen(), advice);
  }

  private Result await(String reason) {
    Duration delay = StepAttempt.betweenLooks(looks);
    Duration elapsed = elapsed();
    Duration left = PATIENCE.minus(elapsed);
    time.waits(delay);
    return new Result(
        Optional.of(
            new RepairProgress.RetryAfter(
                delay,
                "verification of " + plan.target().instance() + ": " + reason,
                Optional.empty(),
                0,
                elapsed,
                left.isNegative() ? Duration.ZERO : left)),
        RepairVerdict.INCOMPLETE,
        reason,
        Optional.empty());
  }

  private Duration elapsed() {
    return time.since(began);
  }

  private static Result end(RepairVerdict verdict, String advice) {
    return new Result(Optional.empty(), verdict, advice, Optional.empty());
  }
}
