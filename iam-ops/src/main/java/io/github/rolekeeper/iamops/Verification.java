package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Looks, until the metadata is healthy, whether a repair came to what it was for. What the metadata
 * showed before the swap is no proof. Not thread-safe.
 */
final class Verification {
  // One look may be answered by a part of AWS that is behind.
  private static final int LOOKS_THAT_PROVE = 3;
  // The metadata is brought up to date within an hour (IAM User Guide, instance profiles).
  private static final Duration REFRESH = Duration.ofHours(1);

  private final RepairPlan plan;
  private final Instant began;
  private int unlike;
  private boolean running;

  /**
   * @param lagsUntil when the metadata will have followed; empty if it does not lag
   */
  record Result(
      Optional<RepairProgress.RetryAfter> waiting,
      RepairVerdict verdict,
      String advice,
      Optional<Instant> lagsUntil) {}

  Verification(RepairPlan plan, Instant began) {
    this.plan = plan;
    this.began = began;
  }

  Result look(StepRunner runner) {
    Instant now = runner.now();
    InstanceView view;
    try {
      view = runner.read();
    } catch (InstanceProfileOpsException e) {
      return unlike(now, "could not verify: " + e.getMessage());
    }
    running = view.running();
    if (!view.refersToProfile()
        || view.profile().flatMap(InstanceView.Profile::roleName).isEmpty()) {
      return unlike(now, "somebody changed it meanwhile; plan again");
    }
    Optional<String> remains = Remains.of(plan, view);
    if (remains.isPresent()) {
      return unlike(now, remains.get());
    }
    unlike = 0;
    boolean healthy = runner.metadataHealthy(view);
    if (healthy && runner.metadataFresh(view)) {
      return end(RepairVerdict.HEALTHY, "");
    }
    MetadataSight.Kind shown = view.metadata().kind();
    boolean following =
        view.running() && (shown.answered() || shown == MetadataSight.Kind.UNREADABLE);
    if (following && Duration.between(began, now).compareTo(StepRunner.METADATA_PATIENCE) < 0) {
      return await(now, "the metadata follows");
    }
    // No answer says nothing of the profile.
    return following && shown.witnesses() ? lags(view, healthy, now) : end(unverified(view));
  }

  /** Whether the instance ran at the latest look. */
  boolean running() {
    return running;
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

  private Result unlike(Instant now, String advice) {
    unlike++;
    return unlike < LOOKS_THAT_PROVE
        ? await(now, advice)
        : new Result(Optional.empty(), RepairVerdict.INCOMPLETE, advice, Optional.empty());
  }

  private Result await(Instant now, String reason) {
    return new Result(
        Optional.of(
            new RepairProgress.RetryAfter(
                StepAttempt.BETWEEN_LOOKS,
                "verification of " + plan.target().instance() + ": " + reason,
                Optional.empty(),
                0,
                Duration.between(began, now))),
        RepairVerdict.INCOMPLETE,
        reason,
        Optional.empty());
  }

  private static Result end(RepairVerdict verdict, String advice) {
    return new Result(Optional.empty(), verdict, advice, Optional.empty());
  }

  private static Result end(String advice) {
    return end(RepairVerdict.REPAIRED_UNVERIFIED, advice);
  }
}
