package io.github.rolekeeper.iamops;

import java.util.function.Consumer;

/** Hands everything on to a listener; what that throws is logged, and is no business of a run. */
final class HarmlessListener implements RepairListener {
  private static final System.Logger LOG = System.getLogger(RepairListener.class.getName());

  private final RepairListener listener;

  HarmlessListener(RepairListener listener) {
    this.listener = listener;
  }

  @Override
  public void onWarning(String warning) {
    tell(each -> each.onWarning(warning));
  }

  @Override
  public void onStepBegin(RepairStep step) {
    tell(each -> each.onStepBegin(step));
  }

  @Override
  public void onStep(StepOutcome outcome) {
    tell(each -> each.onStep(outcome));
  }

  @Override
  public void onWait(RepairProgress.RetryAfter wait) {
    tell(each -> each.onWait(wait));
  }

  // An instance may be down while it is told: nothing may get past here.
  private void tell(Consumer<RepairListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException | Error e) {
      log(e);
    }
  }

  private static void log(Throwable thrown) {
    try {
      LOG.log(
          System.Logger.Level.WARNING,
          "a RepairListener threw; the repair goes on without it",
          thrown);
    } catch (RuntimeException | Error e) {
      // Then there is nobody to tell.
      return;
    }
  }
}
