package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
 * Journal}. But what it has begun to take from the instance, its own loops give back before they
 * end: an interrupt, an {@code Error}, a cancellation and a listener wait until then.
 *
 * <p>Thread-safe; {@code advance} by one thread at a time.
 */
public final class RepairRun {
  private final RepairPlan plan;
  private final RepairListener listener;
  private final StepRunner runner;
  private final Pauser pauser;
  private final Admission admission;
  private final Deque<RepairStep> ahead;
  private final List<StepOutcome> outcomes = new ArrayList<>();
  private boolean admitted;
  private @Nullable StepAttempt attempt;
  private @Nullable StepOutcome failed;
  private @Nullable Verification verification;
  private @Nullable RepairReport report;
  private volatile boolean cancelled;

  RepairRun(
      RepairPlan plan,
      RepairListener listener,
      StepRunner runner,
      Pauser pauser,
      Admission admission) {
    this.plan = plan;
    this.listener = new HarmlessListener(listener);
    this.runner = runner;
    this.pauser = pauser;
    this.admission = admission;
    ahead = new ArrayDeque<>(plan.steps());
    admitted = ahead.isEmpty();
  }

  void warn(String warning) {
    listener.onWarning(warning);
  }

  /**
   * Goes on as far as it can without waiting: a few reads and at most two calls that write. While
   * the instance is down, or lacks what this run has taken from it, an interrupt of the thread does
   * not hinder it; the interrupt status is kept.
   *
   * @return what it came to; a failed step is an outcome and not an exception
   */
  public synchronized RepairProgress advance() {
    if (report != null) {
      return new RepairProgress.Finished(report);
    }
    boolean interrupted = mustGoOn() && Thread.interrupted();
    try {
      return piece();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private RepairProgress piece() {
    if (cancelled && mayEnd()) {
      return finish(RepairVerdict.INCOMPLETE, "cancelled between two steps; plan again to go on");
    }
    if (!admitted) {
      Optional<StepRunner.Result> hindrance = admission.look();
      if (hindrance.isPresent()) {
        return of(hindrance.get());
      }
      admitted = true;
    }
    if (attempt == null && ahead.isEmpty()) {
      return end();
    }
    if (attempt == null) {
      attempt = runner.begin(ahead.remove(), done());
      listener.onStepBegin(attempt.step());
    }
    return of(runner.run(attempt));
  }

  private RepairProgress of(StepRunner.Result result) {
    if (result.waiting().isPresent()) {
      listener.onWait(result.waiting().get());
      return result.waiting().get();
    }
    StepOutcome outcome = result.outcome().orElseThrow();
    attempt = null;
    outcomes.add(outcome);
    if (outcome.status() == StepStatus.FAILED) {
      afterFailure(outcome);
    }
    listener.onStep(outcome);
    runner.release().ifPresent(RepairRun::letOut);
    return new RepairProgress.StepEnded(outcome);
  }

  private static void letOut(Error held) {
    throw held;
  }

  /** Nothing of the plan comes after a step that failed, but what gives back what it took. */
  private void afterFailure(StepOutcome outcome) {
    Optional<RepairStep> giving =
        Optional.ofNullable(ahead.peek())
            .filter(step -> Steps.givesBack(step))
            .filter(step -> runner.owesNow());
    boolean admittedBefore = admitted;
    failed = failed == null ? outcome : failed;
    admitted = true;
    ahead.clear();
    if (giving.isPresent()) {
      // What failed may have taken effect, or do so yet.
      ahead.add(giving.get());
    } else if (admittedBefore && outcome.step().number() <= plan.steps().size()) {
      WayBack.after(plan, outcomes, runner.prior()).ifPresent(ahead::add);
    }
  }

  private RepairProgress end() {
    if (failed == null) {
      return verify();
    }
    boolean onlyTheStop =
        failed.step().action() == RepairAction.STOP_INSTANCES && gaveBack() && !runner.hasStopped();
    return onlyTheStop
        ? verify()
        : finish(
            isDown() ? RepairVerdict.INSTANCE_DOWN : RepairVerdict.INCOMPLETE,
            adviceAfterFailure());
  }

  private boolean gaveBack() {
    StepOutcome last = outcomes.get(outcomes.size() - 1);
    return Steps.givesBack(last.step()) && last.status() != StepStatus.FAILED;
  }

  /** Whether a repair stopped the instance, and it was not seen to run since. */
  private boolean isDown() {
    return runner.hasStopped() || ended(RepairAction.START_INSTANCES, StepStatus.FAILED);
  }

  /** Whether nothing is under way that the instance would be worse off without. */
  private boolean mayEnd() {
    return (attempt == null || attempt.calls() == 0) && !runner.owes() && !mustGoOn();
  }

  /** Whether the instance lacks something through this run. */
  private boolean mustGoOn() {
    return report == null
        && (runner.owesNow()
            || lacks(RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE)
            || lacks(RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE));
  }

  /** The calls that may have taken effect. */
  private List<String> done() {
    return outcomes.stream()
        .filter(outcome -> outcome.calls() > 0)
        .filter(outcome -> outcome.failure().map(StepFailure::writeMayHaveGoneOut).orElse(true))
        .map(outcome -> outcome.step().operation())
        .toList();
  }

  /** Whether this is what was done last, so that what it took was not given back yet. */
  private boolean lacks(RepairAction taking) {
    return runner.taken().filter(step -> step.action() == taking).isPresent() || doneLast(taking);
  }

  private boolean doneLast(RepairAction taking) {
    return outcomes.stream()
        .filter(outcome -> outcome.status() != StepStatus.FAILED)
        .reduce((before, last) -> last)
        .filter(last -> last.status() != StepStatus.SKIPPED)
        .filter(last -> last.step().action() == taking)
        .isPresent();
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
    if (lacks(RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE)) {
      return "THIS REPAIR TOOK THE ROLE OUT OF THE PROFILE: plan and execute again with the same"
          + " target, role(name) included, to put one in";
    }
    if (isDown()) {
      return down();
    }
    if (runner.owes() || lacks(RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE)) {
      return "THIS REPAIR ENDED THE INSTANCE'S ASSOCIATION: plan and execute again to associate it";
    }
    StepOutcome last = outcomes.get(outcomes.size() - 1);
    if (gaveBack() && last.step().number() <= plan.steps().size()) {
      return "the step that failed took effect, and the one behind it gave the instance what it"
          + " shall have; plan again, to see what is left";
    }
    return last.step().number() > plan.steps().size()
        ? "what the instance had is put back; see why step "
            + outcomes.get(outcomes.size() - 2).step().number()
            + " failed, then plan again"
        : "see the last outcome; then plan again, nothing that was done is lost";
  }

  private String down() {
    String may =
        ended(RepairAction.STOP_INSTANCES, StepStatus.FAILED)
            ? "THIS REPAIR MAY HAVE STOPPED THE INSTANCE: look at its state;"
            : "THIS REPAIR STOPPED THE INSTANCE AND IT IS DOWN:";
    return may
        + " plan and execute again, which starts it, or start "
        + plan.target().instance()
        + " by hand (StartInstances)";
  }

  private RepairProgress verify() {
    if (verification == null) {
      verification = new Verification(plan, runner.time());
    }
    Verification.Result result = verification.look(runner);
    if (result.waiting().isPresent() && !cancelled) {
      listener.onWait(result.waiting().get());
      return result.waiting().get();
    }
    boolean stopFailed = failed != null && result.verdict() != RepairVerdict.HEALTHY;
    report =
        new RepairReport(
            plan,
            outcomes,
            stopFailed ? RepairVerdict.INCOMPLETE : result.verdict(),
            verification.diagnosis(),
            stopFailed
                ? "the call to stop the instance failed, and it runs; see its outcome, then plan"
                    + " again"
                : advice(result, verification),
            stopFailed ? Optional.empty() : result.lagsUntil());
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
    report = new RepairReport(plan, outcomes, verdict, Optional.empty(), advice, Optional.empty());
    return new RepairProgress.Finished(report);
  }

  /**
   * Lets the run end as soon as that is safe: between two steps, and not while the instance is
   * stopped, or without its association or its role, through this repair. Until then {@code
   * advance} goes on.
   */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Advances until the run is over, waiting as {@link InstanceProfileOps.Builder#pauser} says.
   *
   * @return what was done and what it came to. An interrupt ends the loop with an incomplete report
   *     as soon as the instance has what this run took from it, and keeps the thread's interrupt
   *     status; the run itself can be driven further. An {@code Error} of anybody is thrown as late
   */
  public RepairReport drive() {
    boolean interrupted = false;
    Throwable thrown = null;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        if ((interrupted || thrown != null) && !goesOn()) {
          rethrow(thrown);
          return interrupted();
        }
        RepairProgress progress = advance();
        if (progress instanceof RepairProgress.Finished finished) {
          rethrow(thrown);
          return finished.report();
        }
        if (progress instanceof RepairProgress.RetryAfter wait) {
          try {
            pauser.pause(wait.delay());
          } catch (InterruptedException e) {
            interrupted = true;
          } catch (RuntimeException | Error e) {
            thrown = thrown == null ? e : thrown;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized boolean goesOn() {
    return mustGoOn();
  }

  private static void rethrow(@Nullable Throwable thrown) {
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
  }

  private synchronized RepairReport interrupted() {
    if (report != null) {
      return report;
    }
    var seen = new ArrayList<StepOutcome>(outcomes);
    if (attempt != null) {
      seen.add(
          attempt.outcome(
              attempt.fail(
                  StepFailure.Kind.INTERRUPTED,
                  Optional.empty(),
                  "interrupted between two calls, while it waited")));
    }
    return new RepairReport(
        plan,
        seen,
        RepairVerdict.INCOMPLETE,
        Optional.empty(),
        "interrupted; plan again, or drive this run further: nothing that was done is lost",
        Optional.empty());
  }

  /**
   * Advances on an executor until the run is over. It occupies a thread only while it calls AWS.
   *
   * @param scheduler runs and delays the pieces; stays the caller's to shut down. If it takes no
   *     more while the instance is down through this run, a thread of our own starts the instance
   * @return the report when the run is over. To cancel the future cancels the run; to see the
   *     report of a cancelled run, {@link #cancel()} it instead. Fails only with an {@code Error},
   *     a broken journal, or a scheduler that takes no more
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
      if (goesOn()) {
        new Thread(() -> finish(future), "rolekeeper-gives-back").start();
      } else {
        future.completeExceptionally(e);
      }
    }
  }

  private void finish(CompletableFuture<RepairReport> future) {
    try {
      future.complete(drive());
    } catch (RuntimeException | Error e) {
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
