package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;

/** Two workers that carry out one stored plan are two, although the plan has one id. */
class SamePlanTest {
  @Test
  void a_worker_waits_for_the_stop_of_another_one_with_the_same_plan() {
    try (var broken = new Broken(Broken.State.B5)) {
      Journal journal = new KeptJournal();
      String stored = broken.process(journal).plan(broken.target()).toJson();
      var other = new AtomicReference<RepairRun>();
      var overtaken = new Overtaken(other);
      RepairRun first = start(broken, journal, stored, overtaken);
      other.set(start(broken, journal, stored));

      for (int i = 0; i < 500 && !(ended(first) & ended(other.get())); i++) {
        broken.clock.advance(Duration.ofSeconds(5));
      }

      assertThat(overtaken.happened).isTrue();
      assertThat(broken.writes())
          .containsExactly(
              "ReplaceIamInstanceProfileAssociation", "StopInstances", "StartInstances");
      assertThat(broken.healthy()).isTrue();
    }
  }

  private static RepairRun start(
      Broken broken, Journal journal, String stored, ExecutionInterceptor... interceptors) {
    return broken.process(journal, interceptors).start(RepairPlan.fromJson(stored), outcome -> {});
  }

  private static boolean ended(RepairRun run) {
    return run.advance() instanceof RepairProgress.Finished;
  }

  /** Between what one worker wrote down and its call, the other one goes on. */
  private static final class Overtaken implements ExecutionInterceptor {
    private final AtomicReference<RepairRun> other;
    private boolean happened;

    Overtaken(AtomicReference<RepairRun> other) {
      this.other = other;
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (context.request() instanceof StopInstancesRequest && !happened) {
        happened = true;
        var unused = other.get().advance();
      }
    }
  }
}
