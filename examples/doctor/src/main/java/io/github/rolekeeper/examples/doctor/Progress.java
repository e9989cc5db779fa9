package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.RepairListener;
import io.github.rolekeeper.iamops.RepairProgress;
import io.github.rolekeeper.iamops.StepOutcome;
import java.time.Duration;
import java.util.function.Consumer;

/** Tells a person how a repair goes on: each step, and what it waits for. */
final class Progress implements RepairListener {
  // The waits are of seconds each; as often as this a person wants to see that it is alive.
  private static final Duration AGAIN = Duration.ofSeconds(30);

  private final Consumer<String> tell;
  private String last = "";
  private Duration told = Duration.ZERO;

  Progress(Consumer<String> tell) {
    this.tell = tell;
  }

  @Override
  public void onStep(StepOutcome outcome) {
    last = "";
    tell.accept(outcome.describe());
  }

  @Override
  public void onWait(RepairProgress.RetryAfter wait) {
    String what = wait.reason() + ", calls " + wait.calls();
    if (what.equals(last) && wait.elapsed().minus(told).compareTo(AGAIN) < 0) {
      return;
    }
    last = what;
    told = wait.elapsed();
    tell.accept(
        "   waiting "
            + wait.delay().toSeconds()
            + " s for "
            + wait.reason()
            + " (calls so far "
            + wait.calls()
            + ", "
            + wait.elapsed().toSeconds()
            + " s since it began)");
  }
}
