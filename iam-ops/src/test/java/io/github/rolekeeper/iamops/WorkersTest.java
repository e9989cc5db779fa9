package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Several processes that repair one instance at once, and somebody who works against them. */
class WorkersTest {
  private static final String REPLACE = "ReplaceIamInstanceProfileAssociation";
  // Who has no part in the others' journal may send what AWS answers with OK a second time: to stop
  // an instance that is stopping, or to start one that starts, is no error.
  private static final List<String> REPEATABLE =
      List.of(
          "StopInstances",
          "StartInstances",
          "UpdateAssumeRolePolicy",
          "ModifyInstanceMetadataOptions");
  // RemoveRoleFromInstanceProfile knows a role by its name. Who has seen the deleted role in the
  // profile, and calls after another worker has put the new one of that name in, takes that out.
  private static final List<String> REPEATABLE_UNDER_ONE_NAME =
      List.of("RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile");

  static Stream<Arguments> crews() {
    return Stream.of(Broken.State.values())
        .flatMap(
            state ->
                Stream.of(2, 8)
                    .flatMap(
                        workers ->
                            Stream.of(true, false)
                                .map(shared -> Arguments.of(state, workers, shared))));
  }

  @ParameterizedTest(name = "{0}, {1} workers, shared journal: {2}")
  @MethodSource("crews")
  void workers_on_one_instance_converge_with_one_effect_of_each_step(
      Broken.State state, int workers, boolean shared) throws Exception {
    try (var broken = new Broken(state)) {
      List<RepairReport> reports = atOnce(broken, workers, shared);

      assertThat(broken.healthy()).as(described(reports)).isTrue();
      assertThat(reports)
          .as(described(reports))
          .allSatisfy(
              report ->
                  assertThat(Repaired.by(report) || !report.advice().isEmpty())
                      .as("ends well or says why")
                      .isTrue())
          .anySatisfy(report -> assertThat(Repaired.by(report)).isTrue())
          .noneSatisfy(report -> assertThat(report.describe()).contains("out of date"));
      List<String> effects = effects(broken);
      assertThat(effects.stream().filter(each -> shared || !repeatable(state, each)).toList())
          .as(described(reports))
          .doesNotHaveDuplicates();
      // Nobody repeats what another one has done: at most one call of each step by each worker.
      assertThat(broken.writes()).hasSizeLessThanOrEqualTo(workers * effects.size());
    }
  }

  private static boolean repeatable(Broken.State state, String operation) {
    return REPEATABLE.contains(operation)
        || (state == Broken.State.B7 && REPEATABLE_UNDER_ONE_NAME.contains(operation));
  }

  @Test
  void somebody_who_associates_another_profile_for_a_while_is_outlasted() {
    try (var broken = new Broken(Broken.State.B3)) {
      hostile(broken, 3);
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairTarget target = wanted(broken);
      var reports = new ArrayList<RepairReport>();

      while (reports.size() < 5 && !ops.plan(target).nothingToDo()) {
        reports.add(ops.execute(ops.plan(target)));
      }

      assertThat(Repaired.by(reports.get(reports.size() - 1))).as(described(reports)).isTrue();
      assertThat(broken.healthy()).isTrue();
      assertThat(reports.size()).as(described(reports)).isLessThanOrEqualTo(4);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void against_somebody_who_never_stops_each_run_ends_with_the_reason(int workers)
      throws Exception {
    try (var broken = new Broken(Broken.State.B3)) {
      broken.account.createInstanceProfile("other", "other-role");
      Instant began = broken.clock.instant();

      List<RepairReport> reports =
          atOnce(broken, workers, false, wanted(broken), new Enemy(broken));

      assertThat(reports).hasSize(workers);

      assertThat(reports)
          .as(described(reports))
          .allSatisfy(
              report -> {
                assertThat(report.verdict())
                    .as(report.describe())
                    .isEqualTo(RepairVerdict.INCOMPLETE);
                assertThat(report.advice()).contains("plan again");
                assertThat(report.describe()).contains("out of date", "is in force now");
              });
      assertThat(ours(broken)).hasSizeLessThanOrEqualTo(workers);
      assertThat(Duration.between(began, broken.clock.instant())).isLessThan(Duration.ofMinutes(1));
    }
  }

  static Stream<Integer> sizes() {
    return Stream.of(1, 2, 8);
  }

  /** Just before a replacement the instance gets another profile. */
  private static void hostile(Broken broken, int times) {
    broken.account.createInstanceProfile("other", "other-role");
    broken.account.inject(
        Fault.anotherActor(() -> associateOther(broken)).on(REPLACE).times(times));
  }

  private static void associateOther(Broken broken) {
    broken
        .admin()
        .replaceIamInstanceProfileAssociation(
            r -> r.associationId(broken.association()).iamInstanceProfile(p -> p.name("other")));
  }

  /**
   * Just before each worker's replacement, and before no other's at the same moment: the account's
   * own other actor lets pass what arrives while it acts.
   */
  private static final class Enemy implements ExecutionInterceptor {
    private final Broken broken;

    Enemy(Broken broken) {
      this.broken = broken;
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (REPLACE.equals(executionAttributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME))) {
        synchronized (broken) {
          associateOther(broken);
        }
      }
    }
  }

  private static RepairTarget wanted(Broken broken) {
    return RepairTarget.forInstance(broken.id).instanceProfile("web").role("web-role").build();
  }

  private static List<RepairReport> atOnce(Broken broken, int workers, boolean shared)
      throws Exception {
    return atOnce(broken, workers, shared, broken.target());
  }

  private static List<RepairReport> atOnce(
      Broken broken,
      int workers,
      boolean shared,
      RepairTarget target,
      ExecutionInterceptor... interceptors)
      throws Exception {
    var together = new Together(broken.clock, workers);
    Journal journal = new KeptJournal();
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      var futures = new ArrayList<Future<List<RepairReport>>>();
      for (int i = 0; i < workers; i++) {
        InstanceProfileOps ops =
            broken.process(together::pause, shared ? journal : new KeptJournal(), interceptors);
        futures.add(threads.submit(() -> together.leaveAfter(() -> work(ops, target, together))));
      }
      var reports = new ArrayList<RepairReport>();
      for (Future<List<RepairReport>> future : futures) {
        reports.addAll(future.get());
      }
      return reports;
    } finally {
      threads.shutdownNow();
    }
  }

  /** One worker: plans, waiting while something is in transition, and executes once. */
  private static List<RepairReport> work(
      InstanceProfileOps ops, RepairTarget target, Together together) throws Exception {
    for (int i = 0; i < 10; i++) {
      RepairPlan plan = ops.plan(target);
      if (plan.obstacles().isEmpty()) {
        return List.of(ops.execute(plan));
      }
      together.pause(Duration.ofSeconds(30));
    }
    return List.of();
  }

  private static List<String> effects(Broken broken) {
    return broken.account.calls().stream()
        .filter(ApiCall::write)
        .filter(call -> call.outcome().equals("OK"))
        .map(ApiCall::operation)
        .toList();
  }

  /** Writes of the repairs and not of the one who works against them. */
  private static List<ApiCall> ours(Broken broken) {
    return broken.account.calls().stream()
        .filter(ApiCall::write)
        .filter(call -> !call.parameters().containsValue("other"))
        .toList();
  }

  private static String described(List<RepairReport> reports) {
    return String.join("\n", reports.stream().map(RepairReport::describe).toList());
  }

  /** Virtual time for several threads: it goes on when all of them wait. */
  private static final class Together {
    private final MutableClock clock;
    private final List<Instant> alarms = new ArrayList<>();
    private int working;

    Together(MutableClock clock, int workers) {
      this.clock = clock;
      working = workers;
    }

    synchronized void pause(Duration delay) throws InterruptedException {
      Instant due = clock.instant().plus(delay);
      alarms.add(due);
      working--;
      goOn();
      while (clock.instant().isBefore(due)) {
        wait();
      }
      alarms.remove(due);
      working++;
    }

    <T> T leaveAfter(Callable<T> work) throws Exception {
      try {
        return work.call();
      } finally {
        leave();
      }
    }

    private synchronized void leave() {
      working--;
      goOn();
    }

    private void goOn() {
      if (working == 0 && !alarms.isEmpty()) {
        Instant next = alarms.stream().min(Instant::compareTo).orElseThrow();
        if (next.isAfter(clock.instant())) {
          clock.set(next);
        }
        notifyAll();
      }
    }
  }
}
