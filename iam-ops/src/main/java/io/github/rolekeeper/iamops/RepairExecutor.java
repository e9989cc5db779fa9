package io.github.rolekeeper.iamops;

import io.github.rolekeeper.iamops.StepCheck.Standing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Drives the steps of a plan: look, call once, look until the effect shows. The one owner of
 * repetition for writes.
 */
final class RepairExecutor {
  /** How long the metadata may take to follow an association before that is called a lag. */
  // AWS's own Deadline Cloud agent looks at iam/info for 120 s after a change of association.
  static final Duration METADATA_PATIENCE = Duration.ofMinutes(2);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
  // After an uncertain write one look that shows no effect proves nothing: Terraform takes three.
  private static final int LOOKS_THAT_PROVE = 3;

  private final AwsReader reader;
  private final AwsWriter writer;
  private final InstantSource clock;
  private final Pauser pauser;

  RepairExecutor(AwsReader reader, AwsWriter writer, InstantSource clock, Pauser pauser) {
    this.reader = reader;
    this.writer = writer;
    this.clock = clock;
    this.pauser = pauser;
  }

  RepairReport execute(RepairPlan plan, RepairListener listener) {
    var outcomes = new ArrayList<StepOutcome>();
    boolean stoppedByUs = false;
    for (RepairStep step : plan.steps()) {
      StepOutcome outcome = run(step, plan, stoppedByUs);
      outcomes.add(outcome);
      listener.onStep(outcome);
      if (outcome.status() == StepStatus.FAILED) {
        String advice =
            stoppedByUs
                ? "THIS REPAIR STOPPED THE INSTANCE AND IT IS DOWN: start "
                    + plan.target().instance()
                    + " by hand (StartInstances)"
                : "see the last outcome; then plan again, nothing that was done is lost";
        return new RepairReport(plan, outcomes, RepairVerdict.INCOMPLETE, advice);
      }
      stoppedByUs |=
          step.action() == RepairAction.STOP_INSTANCES && outcome.status() == StepStatus.DONE;
    }
    return judge(plan, outcomes);
  }

  private StepOutcome run(RepairStep step, RepairPlan plan, boolean stoppedByUs) {
    var attempt = new Attempt(step, clock.instant());
    try {
      if (step.action() == RepairAction.STOP_INSTANCES) {
        awaitMetadata(plan);
      }
      while (true) {
        StepCheck.Result now = StepCheck.of(step, read(plan), stoppedByUs);
        Optional<StepOutcome> end = attempt.end(now, clock.instant());
        if (end.isPresent()) {
          return end.get();
        }
        if (now.standing() == Standing.READY && attempt.mayCall()) {
          call(attempt, plan);
          if (attempt.failure != null) {
            return attempt.outcome(StepStatus.FAILED, attempt.failure, clock.instant());
          }
          continue;
        }
        pauser.pause(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return attempt.outcome(
          StepStatus.FAILED, "interrupted between two calls; plan again to go on", clock.instant());
    } catch (InstanceProfileOpsException e) {
      return attempt.outcome(StepStatus.FAILED, String.valueOf(e.getMessage()), clock.instant());
    }
  }

  private void call(Attempt attempt, RepairPlan plan) throws InterruptedException {
    attempt.calls++;
    attempt.looks = 0;
    try {
      writer.call(attempt.step, plan.id());
      attempt.accepted = true;
    } catch (SdkException e) {
      attempt.lastError = AwsFailures.inWords(attempt.step.operation(), e);
      AwsFailures.Meaning meaning = AwsFailures.of(attempt.step.action(), e);
      attempt.uncertain = meaning == AwsFailures.Meaning.UNCERTAIN;
      if (meaning == AwsFailures.Meaning.FINAL) {
        attempt.failure = attempt.lastError;
      } else {
        pauser.pause(BETWEEN_LOOKS);
      }
    }
  }

  /** What is known of one step while it is under way. */
  private static final class Attempt {
    private final RepairStep step;
    private final Instant began;
    private int calls;
    private int looks;
    private boolean accepted;
    private boolean uncertain;
    private String lastError = "";
    private @Nullable String failure;

    Attempt(RepairStep step, Instant began) {
      this.step = step;
      this.began = began;
    }

    /**
     * A call that AWS accepted is never repeated; one whose answer was lost only after several
     * looks showed no effect.
     */
    boolean mayCall() {
      looks++;
      return !accepted && (!uncertain || looks >= LOOKS_THAT_PROVE);
    }

    Optional<StepOutcome> end(StepCheck.Result now, Instant at) {
      Optional<StepStatus> status =
          switch (now.standing()) {
            case DONE -> Optional.of(calls > 0 ? StepStatus.DONE : StepStatus.ALREADY_DONE);
            case NOT_NEEDED -> Optional.of(StepStatus.SKIPPED);
            case OUTDATED -> Optional.of(StepStatus.FAILED);
            case READY, WAIT -> Optional.empty();
          };
      if (status.isPresent()) {
        return Optional.of(outcome(status.get(), now.detail(), at));
      }
      if (Duration.between(began, at).compareTo(step.action().patience()) > 0) {
        return Optional.of(
            outcome(
                StepStatus.FAILED,
                "no effect within "
                    + step.action().patience().toMinutes()
                    + " minutes"
                    + (lastError.isEmpty() ? "" : "; last error: " + lastError),
                at));
      }
      return Optional.empty();
    }

    StepOutcome outcome(StepStatus status, String detail, Instant at) {
      return new StepOutcome(step, status, detail, calls, Duration.between(began, at));
    }
  }

  private RepairReport judge(RepairPlan plan, List<StepOutcome> outcomes) {
    try {
      InstanceView view = awaitMetadata(plan);
      if (!view.refersToProfile()
          || view.profile().flatMap(InstanceView.Profile::roleName).isEmpty()) {
        return new RepairReport(
            plan, outcomes, RepairVerdict.INCOMPLETE, "somebody changed it meanwhile; plan again");
      }
      if (view.metadataHealthy()) {
        return new RepairReport(plan, outcomes, RepairVerdict.HEALTHY, "");
      }
      if (view.metadata().isEmpty() || view.stopped()) {
        return new RepairReport(
            plan,
            outcomes,
            RepairVerdict.REPAIRED_UNVERIFIED,
            "look at meta-data/iam/info on the instance");
      }
      return new RepairReport(
          plan,
          outcomes,
          RepairVerdict.REPAIRED_METADATA_LAGS,
          "the metadata says "
              + view.metadata()
                  .flatMap(InstanceView.Metadata::info)
                  .map(DiagnosisRules::inWords)
                  .orElse("nothing")
              + "; wait up to an hour for its refresh, or plan again with allowStopStart()");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new RepairReport(
          plan, outcomes, RepairVerdict.INCOMPLETE, "interrupted while verifying; diagnose again");
    } catch (InstanceProfileOpsException e) {
      return new RepairReport(
          plan, outcomes, RepairVerdict.INCOMPLETE, "could not verify: " + e.getMessage());
    }
  }

  /** Looks until the metadata is healthy, the instance has none to look at, or patience ends. */
  private InstanceView awaitMetadata(RepairPlan plan) throws InterruptedException {
    Instant end = clock.instant().plus(METADATA_PATIENCE);
    InstanceView view = read(plan);
    while (view.running()
        && view.metadata().isPresent()
        && !view.metadataHealthy()
        && clock.instant().isBefore(end)) {
      pauser.pause(BETWEEN_LOOKS);
      view = read(plan);
    }
    return view;
  }

  private InstanceView read(RepairPlan plan) {
    return reader.read(
        plan.target().instance(), plan.target().instanceProfile(), AwsReader.Depth.PROFILE);
  }
}
