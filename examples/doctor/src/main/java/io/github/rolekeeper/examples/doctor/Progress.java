package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.RepairListener;
import io.github.rolekeeper.iamops.RepairProgress;
import io.github.rolekeeper.iamops.RepairStep;
import io.github.rolekeeper.iamops.StepOutcome;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tells how a repair goes on: warnings to whoever reads the log, and to a person each step and what
 * it waits for.
 */
final class Progress implements RepairListener {
  // The waits are of seconds each; as often as this a person wants to see that it is alive.
  private static final Duration AGAIN = Duration.ofSeconds(30);

  private final Consumer<String> tell;
  private final boolean person;
  private String last = "";
  private Duration told = Duration.ZERO;

  Progress(Consumer<String> tell, boolean person) {
    this.tell = tell;
    this.person = person;
  }

  @Override
  public void onWarning(String warning) {
    tell.accept("rolekeeper: " + warning);
  }

  @Override
  public void onStepBegin(RepairStep step) {
    last = "";
    told = Duration.ZERO;
    if (person) {
      tell.accept(step.number() + ". " + step.operation() + " …");
    }
  }

  @Override
  public void onStep(StepOutcome outcome) {
    last = "";
    if (person) {
      tell.accept(outcome.describe());
    }
  }

  @Override
  public void onWait(RepairProgress.RetryAfter wait) {
    String what = wait.reason() + ", calls " + wait.calls();
    boolean toldAlready = what.equals(last) && wait.elapsed().minus(told).compareTo(AGAIN) < 0;
    if (!person || toldAlready) {
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
