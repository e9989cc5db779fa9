package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * A worker that has read, and before its next call, whichever that is, another one plans and
 * repairs from beginning to end. What was read is then out of date, in the middle of a plan, too.
 */
@Execution(ExecutionMode.CONCURRENT)
class OvertakenWorkerTest {
  private static final Set<String> STOP_START = Set.of("StopInstances", "StartInstances");

  /**
   * AWS takes these on a name and with no condition: who is overtaken between the last look and the
   * very call makes it again. What each comes to is the same as before, at the latest with the step
   * that follows: a role made anew under the same name is taken out and put in again.
   */
  private static final Map<String, Set<String>> UNCONDITIONAL =
      Map.of(
          "StopInstances",
          STOP_START,
          "StartInstances",
          STOP_START,
          "RemoveRoleFromInstanceProfile",
          Set.of("RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile"),
          "UpdateAssumeRolePolicy",
          Set.of("UpdateAssumeRolePolicy"));

  /** Switching on what is on: the state is read first, and the whole look comes after it. */
  private static final String SWITCH_ON = "ModifyInstanceMetadataOptions";

  static Stream<Arguments> states() {
    // Another path changes nothing in what is called.
    return Stream.of(Broken.State.values())
        .filter(state -> !state.name().startsWith("B16"))
        .flatMap(state -> Stream.of(true, false).map(shared -> Arguments.of(state, shared)));
  }

  /** Every second call with a journal that both share, the others with one for each. */
  @ParameterizedTest(name = "{0}, shared journal: {1}")
  @MethodSource("states")
  void before_whatever_call_a_worker_is_overtaken_each_thing_is_changed_once(
      Broken.State state, boolean shared) {
    boolean overtaken = true;
    int call = shared ? 1 : 2;
    for (; overtaken; call += 2) {
      try (var broken = new Broken(state)) {
        overtaken = repairedOvertaken(broken, shared, new Overtaking(call, broken)).happened;
      }
    }
    assertThat(call).as("boundaries tried").isGreaterThan(8);
  }

  /**
   * AWS takes a second stop as it took the first, so the very call before which the worker slept
   * for minutes is the one that may come twice.
   */
  @ParameterizedTest(name = "{0}, shared journal: {1}")
  @CsvSource({"Stop,true", "Stop,false", "Start,true", "Start,false"})
  void a_worker_overtaken_while_it_is_about_to_stop_or_start_leaves_the_instance_running(
      String call, boolean shared) {
    try (var broken = new Broken(Broken.State.B5)) {
      var overtaking = new Overtaking(call + "Instances");

      assertThat(repairedOvertaken(broken, shared, overtaking).happened).isTrue();

      assertThat(broken.writes().stream().filter(STOP_START::contains).toList())
          .hasSizeLessThanOrEqualTo(call.equals("Stop") ? 4 : 3);
    }
  }

  @Test
  void an_instance_that_somebody_restarts_just_before_the_stop_is_given_its_time() {
    try (var broken = new Broken(Broken.State.B5)) {
      RepairPlan plan = broken.process(new KeptJournal()).plan(broken.target());
      var restarting =
          // The first time it is read before the first write.
          new Overtaking(2, "DescribeInstanceTypes")
              .by(
                  () -> {
                    broken.admin().stopInstances(r -> r.instanceIds(broken.id.value()));
                    broken.clock.advance(Duration.ofSeconds(30));
                    broken.admin().startInstances(r -> r.instanceIds(broken.id.value()));
                    broken.clock.advance(Duration.ofSeconds(30));
                    // It has not come up with its role yet.
                    broken.account.inject(Fault.status(404).on("imds:*").times(4));
                  });

      RepairReport report = broken.process(new KeptJournal(), restarting).execute(plan);

      assertThat(restarting.happened).isTrue();
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.writes().stream().filter("StopInstances"::equals)).hasSize(1);
    }
  }

  @Test
  void the_claim_of_a_worker_that_died_before_its_stop_lapses() {
    try (var broken = new Broken(Broken.State.B5)) {
      Journal journal = new KeptJournal();
      var process = new Mortal();
      InstanceProfileOps dying =
          broken.process(
              process.pausing(broken.clock::advance),
              process.writing(journal),
              process,
              new Overtaking("StopInstances").by(process::die));
      RepairPlan plan = dying.plan(broken.target());
      assertThatThrownBy(() -> dying.execute(plan)).isInstanceOf(Mortal.Died.class);
      Instant died = broken.clock.instant();
      InstanceProfileOps next = broken.process(journal);

      RepairReport report = next.execute(plan);
      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);

      assertThat(Duration.between(died, broken.clock.instant())).isLessThan(Duration.ofMinutes(4));
      assertThat(broken.writes())
          .containsExactly(
              "ReplaceIamInstanceProfileAssociation", "StopInstances", "StartInstances");
    }
  }

  @Test
  void an_association_made_a_moment_ago_is_left_to_be_followed() {
    try (var broken = new Broken(Broken.State.B3)) {
      broken.account.timing(Timing.METADATA_LAG, Duration.ofSeconds(100));
      replace(broken);
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairTarget target = RepairTarget.forInstance(broken.id).role("web-role").build();

      RepairPlan young = ops.plan(target);
      assertThat(young.obstacles())
          .singleElement()
          .asString()
          .contains("made a moment ago", "until 2023-03-07T15:04:23Z", "plan again");
      assertThat(young.steps()).isEmpty();
      // Whoever permits a stop permits the wait before it.
      assertThat(ops.plan(broken.target()).steps())
          .extracting(RepairStep::operation)
          .containsExactly("StopInstances", "StartInstances");
      RepairReport report = ops.execute(ops.plan(broken.target()));

      assertThat(report.verdict()).as(report.describe()).isEqualTo(RepairVerdict.HEALTHY);
      assertThat(broken.writes()).containsExactly("ReplaceIamInstanceProfileAssociation");
      assertThat(ops.plan(target).nothingToDo()).isTrue();
    }
  }

  @Test
  void an_association_that_the_metadata_did_not_follow_in_time_is_made_again() {
    try (var broken = new Broken(Broken.State.B5)) {
      replace(broken);
      broken.clock.advance(Duration.ofMinutes(3));

      assertThat(broken.process(new KeptJournal()).plan(broken.target()).steps())
          .extracting(RepairStep::operation)
          .startsWith("ReplaceIamInstanceProfileAssociation");
    }
  }

  @Test
  void an_association_from_before_a_revocation_is_made_again_however_young() {
    try (var broken = new Broken(Broken.State.B3)) {
      replace(broken);
      broken.clock.advance(Duration.ofSeconds(5));
      broken.process(new KeptJournal()).revokeSessions("web-role");

      assertThat(broken.process(new KeptJournal()).plan(broken.target()).steps())
          .extracting(RepairStep::operation)
          .startsWith("ReplaceIamInstanceProfileAssociation");
    }
  }

  private static Overtaking repairedOvertaken(
      Broken broken, boolean shared, Overtaking overtaking) {
    Journal journal = new KeptJournal();
    var reports = new ArrayList<RepairReport>();
    overtaking.by(() -> run(broken.process(shared ? journal : new KeptJournal()), broken, reports));

    run(broken.process(journal, overtaking), broken, reports);

    String told =
        "overtaken before call "
            + overtaking.calls
            + " "
            + overtaking.before
            + "\n"
            + String.join("\n", reports.stream().map(RepairReport::describe).toList());
    assertThat(broken.healthy()).as(told).isTrue();
    assertThat(reports)
        .as(told)
        .anySatisfy(report -> assertThat(Repaired.by(report)).isTrue())
        .allSatisfy(
            report -> assertThat(Repaired.by(report) || !report.advice().isEmpty()).isTrue());
    assertThat(effects(broken))
        .as(told)
        .allSatisfy(
            (what, times) -> {
              if (!what.equals(SWITCH_ON)
                  && !UNCONDITIONAL.getOrDefault(overtaking.before, Set.of()).contains(what)) {
                assertThat(times).isOne();
              }
            });
    return overtaking;
  }

  /** What another worker has just done. */
  private static void replace(Broken broken) {
    broken
        .admin()
        .replaceIamInstanceProfileAssociation(
            r -> r.associationId(broken.association()).iamInstanceProfile(p -> p.name("web")));
  }

  private static void run(InstanceProfileOps ops, Broken broken, List<RepairReport> reports) {
    RepairPlan plan = broken.plan(ops);
    if (plan.obstacles().isEmpty()) {
      reports.add(ops.execute(plan));
    }
  }

  /** How often what was changed. */
  private static Map<String, Long> effects(Broken broken) {
    return broken.account.calls().stream()
        .filter(call -> call.write() && call.outcome().equals("OK"))
        .map(ApiCall::operation)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /**
   * Lets another one act before one call of a worker. A look that repeats the one before, and finds
   * nothing else, counts twice and no more.
   */
  private static final class Overtaking implements ExecutionInterceptor {
    private static final int EQUAL_LOOKS = 1;
    private final int number;
    private final String operation;
    private final Optional<Broken> world;
    private final Map<String, Integer> looks = new HashMap<>();
    boolean happened;
    String before = "";
    int calls;
    private Runnable other = () -> {};

    Overtaking(int number, Broken world) {
      this.number = number;
      this.operation = "";
      this.world = Optional.of(world);
    }

    Overtaking(String operation) {
      this(1, operation);
    }

    Overtaking(int number, String operation) {
      this.number = number;
      this.operation = operation;
      this.world = Optional.empty();
    }

    Overtaking by(Runnable act) {
      other = act;
      return this;
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      if (happened || Broken.onlyAsks(context.request())) {
        return;
      }
      before = executionAttributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
      String look = world.map(each -> each.writes().size()).orElse(0) + before;
      if (world.isPresent() && looks.merge(look, 1, Integer::sum) > EQUAL_LOOKS) {
        return;
      }
      if (world.isPresent() || operation.equals(before)) {
        calls++;
      }
      if (calls == number) {
        happened = true;
        other.run();
      }
    }
  }
}
