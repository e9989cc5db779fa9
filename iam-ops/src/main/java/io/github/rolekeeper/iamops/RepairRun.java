package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A plan being carried out, piece by piece. {@link #advance} never sleeps: it looks, makes at most
 * one call, and tells how long to wait, so that a loop, a test's clock or a durable engine can
 * drive it. {@link #drive} and {@link #driveOn} are such loops.
 *
 * <p>A run may be dropped at any moment and another one started from the same plan or a new one,
 * also in another process: what is true is read from AWS, and what AWS forgets from the {@link
 * Journal}.
 *
 * <p>Thread-safe; {@code advance} by one thread at a time.
 */
public final class RepairRun {
  private final RepairPlan plan;
  private final RepairListener listener;
  private final StepRunner runner;
  private final Pauser pauser;
  private final List<StepOutcome> outcomes = new ArrayList<>();
  private @Nullable StepAttempt attempt;
  private @Nullable Verification verification;
  private @Nullable RepairReport report;
  private volatile boolean cancelled;

  RepairRun(RepairPlan plan, RepairListener listener, StepRunner runner, Pauser pauser) {
    this.plan = plan;
    this.listener = listener;
    this.runner = runner;
    this.pauser = pauser;
  }

  /**
   * Goes on as far as it can without waiting: a few reads and at most two calls that write.
   *
   * @return what it came to; a failed step is an outcome and not an exception
   */
  public synchronized RepairProgress advance() {
    if (report != null) {
      return new RepairProgress.Finished(report);
    }
    if (attempt == null && outcomes.size() == plan.steps().size()) {
      return verify();
    }
    if (cancelled
        && (attempt == null || attempt.calls() == 0)
        && !runner.owes()
        && !profileIsWithoutRole()) {
      return finish(RepairVerdict.INCOMPLETE, "cancelled between two steps; plan again to go on");
    }
    if (attempt == null) {
      attempt = runner.begin(plan.steps().get(outcomes.size()), done());
    }
    StepRunner.Result result = runner.run(attempt);
    if (result.waiting().isPresent()) {
      listener.onWait(result.waiting().get());
      return result.waiting().get();
    }
    StepOutcome outcome = result.outcome().orElseThrow();
    attempt = null;
    outcomes.add(outcome);
    if (outcome.status() == StepStatus.FAILED && !startFollows(outcome)) {
      settle(RepairVerdict.INCOMPLETE, adviceAfterFailure());
    }
    listener.onStep(outcome);
    return new RepairProgress.StepEnded(outcome);
  }

  /** The calls that may have taken effect. */
  private List<String> done() {
    return outcomes.stream()
        .filter(outcome -> outcome.calls() > 0)
        .filter(outcome -> outcome.failure().map(StepFailure::writeMayHaveGoneOut).orElse(true))
        .map(outcome -> outcome.step().operation())
        .toList();
  }

  /** Between the two calls that exchange a role no instance on the profile has one. */
  private boolean profileIsWithoutRole() {
    return outcomes.stream()
        .filter(outcome -> outcome.status() != StepStatus.FAILED)
        .reduce((before, last) -> last)
        .filter(last -> last.status() != StepStatus.SKIPPED)
        .filter(last -> last.step().action() == RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE)
        .isPresent();
  }

  /** A stop that failed may have taken effect, or do so yet: then the instance is started. */
  private boolean startFollows(StepOutcome failed) {
    return failed.step().action() == RepairAction.STOP_INSTANCES
        && runner.hasStopped()
        && outcomes.size() < plan.steps().size()
        && plan.steps().get(outcomes.size()).action() == RepairAction.START_INSTANCES;
  }

  /** Then it was called, and nobody saw whether that took effect. */
  private boolean stopFailed() {
    return ended(RepairAction.STOP_INSTANCES, StepStatus.FAILED);
  }

  /** Processes that were there before the swap may hold what they had, or have given up. */
  private boolean consumersMayLag(Verification seen) {
    return seen.running()
        && (ended(RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION, StepStatus.DONE)
            || ended(RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE, StepStatus.DONE))
        && !ended(RepairAction.START_INSTANCES, StepStatus.DONE);
  }

  private boolean ended(RepairAction action, StepStatus status) {
    return outcomes.stream()
        .filter(outcome -> outcome.step().action() == action)
        .anyMatch(outcome -> outcome.status() == status);
  }

  private String adviceAfterFailure() {
    if (profileIsWithoutRole()) {
      return "THIS REPAIR TOOK THE ROLE OUT OF THE PROFILE: plan and execute again with the same"
          + " target, role(name) included, to put one in";
    }
    if (runner.hasStopped() && stopFailed()) {
      return "THIS REPAIR MAY HAVE STOPPED THE INSTANCE: look at its state; plan and execute again,"
          + " which starts it if it is stopped, or start "
          + plan.target().instance()
          + " by hand (StartInstances)";
    }
    if (runner.hasStopped()) {
      return "THIS REPAIR STOPPED THE INSTANCE AND IT IS DOWN: plan and execute again, or start "
          + plan.target().instance()
          + " by hand (StartInstances)";
    }
    return runner.owes()
        ? "THIS REPAIR ENDED THE INSTANCE'S ASSOCIATION: plan and execute again to associate it"
        : "see the last outcome; then plan again, nothing that was done is lost";
  }

  private RepairProgress verify() {
    if (verification == null) {
      verification = new Verification(plan, runner.now());
    }
    Verification.Result result = verification.look(runner);
    if (result.waiting().isPresent() && !cancelled) {
      listener.onWait(result.waiting().get());
      return result.waiting().get();
    }
    if (stopFailed()
        && !ended(RepairAction.START_INSTANCES, StepStatus.DONE)
        && result.verdict() != RepairVerdict.HEALTHY) {
      return finish(
          RepairVerdict.INCOMPLETE,
          "the call to stop the instance failed, and it was not stopped by it; see its outcome,"
              + " then plan again");
    }
    report =
        new RepairReport(
            plan, outcomes, result.verdict(), advice(result, verification), result.lagsUntil());
    return new RepairProgress.Finished(report);
  }

  private String advice(Verification.Result result, Verification seen) {
    if (result.verdict() == RepairVerdict.INCOMPLETE || !consumersMayLag(seen)) {
      return result.advice();
    }
    return result.advice().isEmpty()
        ? Possibilities.CONSUMERS_MAY_LAG
        : result.advice() + ". " + Possibilities.CONSUMERS_MAY_LAG;
  }

  private RepairProgress finish(RepairVerdict verdict, String advice) {
    return new RepairProgress.Finished(settle(verdict, advice));
  }

  private RepairReport settle(RepairVerdict verdict, String advice) {
    report = new RepairReport(plan, outcomes, verdict, advice, Optional.empty());
    return report;
  }

  /**
   * Lets the run end as soon as that is safe: between two steps, and not while the instance is
   * stopped, or without its association, through this repair. Until then {@code advance} goes on.
   */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Advances until the run is over, waiting as {@link InstanceProfileOps.Builder#pauser} says.
   *
   * @return what was done and what it came to. An interrupt ends the loop between two calls with an
   *     incomplete report and keeps the thread's interrupt status; the run itself can be driven
   *     further
   */
  public RepairReport drive() {
    while (true) {
      RepairProgress progress = advance();
      if (progress instanceof RepairProgress.Finished finished) {
        return finished.report();
      }
      if (progress instanceof RepairProgress.RetryAfter wait) {
        try {
          pauser.pause(wait.delay());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return interrupted(wait);
        }
      }
    }
  }

  private synchronized RepairReport interrupted(RepairProgress.RetryAfter wait) {
    var seen = new ArrayList<StepOutcome>(outcomes);
    if (attempt != null) {
      seen.add(
          attempt.outcome(
              attempt.fail(
                  StepFailure.Kind.INTERRUPTED,
                  Optional.empty(),
                  "interrupted between two calls while waiting: " + wait.reason()),
              runner.now()));
    }
    return new RepairReport(
        plan, seen, RepairVerdict.INCOMPLETE, adviceAfterFailure(), Optional.empty());
  }

  /**
   * Advances on an executor until the run is over. It occupies a thread only while it calls AWS.
   *
   * @param scheduler runs and delays the pieces; stays the caller's to shut down
   * @return the report when the run is over. To cancel the future cancels the run; to see the
   *     report of a cancelled run, {@link #cancel()} it instead. Fails only with what a listener
   *     throws, a broken journal, or a scheduler that takes no more
   */
  public CompletableFuture<RepairReport> driveOn(ScheduledExecutorService scheduler) {
    var future = new CompletableFuture<RepairReport>();
    var unused =
        future.whenComplete(
            (done, failure) -> {
              if (future.isCancelled()) {
                cancel();
              }
            });
    schedule(scheduler, Duration.ZERO, future);
    return future;
  }

  private void schedule(
      ScheduledExecutorService scheduler, Duration delay, CompletableFuture<RepairReport> future) {
    try {
      var unused =
          scheduler.schedule(
              () -> piece(scheduler, future), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(e);
    }
  }

  private void piece(ScheduledExecutorService scheduler, CompletableFuture<RepairReport> future) {
    try {
      RepairProgress progress = advance();
      if (progress instanceof RepairProgress.Finished finished) {
        future.complete(finished.report());
      } else if (progress instanceof RepairProgress.RetryAfter wait) {
        schedule(scheduler, wait.delay(), future);
      } else {
        schedule(scheduler, Duration.ZERO, future);
      }
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }
}
