package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Fault;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * A process that dies before or after any of its calls: another one, with nothing but the journal,
 * plans and executes again.
 */
class CrashTest {
  @ParameterizedTest
  @EnumSource(Broken.State.class)
  void without_a_crash_the_plan_is_what_is_called(Broken.State state) {
    try (var broken = new Broken(state)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      RepairPlan plan = ops.plan(broken.target());

      RepairReport report = ops.execute(plan);

      assertThat(Repaired.by(report)).as(report.describe()).isTrue();
      assertThat(broken.healthy()).isTrue();
      assertThat(broken.writes().size()).isLessThanOrEqualTo(plan.steps().size());
    }
  }

  @ParameterizedTest
  @EnumSource(Broken.State.class)
  void whatever_call_a_process_dies_before_the_next_one_reaches_health(Broken.State state) {
    crashAtEveryCall(state, false);
  }

  @ParameterizedTest
  @EnumSource(Broken.State.class)
  void whatever_write_a_process_dies_after_the_next_one_reaches_health(Broken.State state) {
    crashAtEveryCall(state, true);
  }

  private static void crashAtEveryCall(Broken.State state, boolean afterwards) {
    boolean crashed = true;
    int call = 1;
    int planned = planned(state);
    // One of two minutes' equal looks at the metadata is as good as another.
    int stride = state == Broken.State.B5 && !afterwards ? 5 : 1;
    for (; crashed; call += stride) {
      try (var broken = new Broken(state)) {
        Journal journal = new KeptJournal();
        var crash = new Crash(call, afterwards, () -> whatIsLeft(broken, journal));
        InstanceProfileOps first = crash.process(broken, journal);
        try {
          first.execute(first.plan(broken.target()));
          crashed = false;
        } catch (Mortal.Died e) {
          nothingIsLostUnnoticed(broken, journal);
        }
        InstanceProfileOps second = broken.process(journal);
        RepairPlan again = broken.plan(second);
        RepairReport report = second.execute(again);

        assertThat(Repaired.by(report))
            .as("death at call %d%n%s%s", call, again.describe(), report.describe())
            .isTrue();
        assertThat(broken.healthy()).as("death at call %d", call).isTrue();
        assertThat(broken.writes())
            .as("death at call %d", call)
            .hasSizeLessThanOrEqualTo(planned + 1);
        assertThat(journal.read(broken.id).map(JournalEntry::owes).orElse(false)).isFalse();
      }
    }
    // The last one is that of a process that did not die.
    assertThat(call - stride).isGreaterThan(afterwards ? 1 : 3);
  }

  private static int planned(Broken.State state) {
    try (var broken = new Broken(state)) {
      return broken.process(new KeptJournal()).plan(broken.target()).steps().size();
    }
  }

  /** All that the next process can see of a dead one. */
  private static Object whatIsLeft(Broken broken, Journal journal) {
    return List.of(broken.clock.instant(), broken.writes(), journal.read(broken.id));
  }

  @ParameterizedTest
  @EnumSource(Broken.State.class)
  void an_answer_lost_at_any_write_is_settled_by_looking(Broken.State state) {
    int writes;
    try (var broken = new Broken(state)) {
      InstanceProfileOps ops = broken.process(new KeptJournal());
      ops.execute(ops.plan(broken.target()));
      writes = broken.writes().size();
    }
    for (int lost = 1; lost <= writes; lost++) {
      try (var broken = new Broken(state)) {
        broken.account.inject(
            Fault.lostAnswer()
                .on(
                    "Create*",
                    "Add*",
                    "Remove*",
                    "Replace*",
                    "Disassociate*",
                    "Associate*",
                    "St*Instances",
                    "Update*",
                    "Modify*")
                .atCalls(lost));
        InstanceProfileOps ops = broken.process(new KeptJournal());

        RepairReport report = ops.execute(ops.plan(broken.target()));

        assertThat(Repaired.by(report)).as("write %d%n%s", lost, report.describe()).isTrue();
        assertThat(broken.healthy()).isTrue();
        assertThat(broken.writes()).hasSize(writes);
      }
    }
    assertThat(writes).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void wherever_a_process_dies_that_revokes_or_lifts_the_next_one_ends_it(boolean afterwards) {
    boolean crashed = true;
    int call = 1;
    for (; crashed; call++) {
      try (var broken = new Broken(Broken.State.B4)) {
        crashed = dies(broken, call, afterwards, ops -> ops.revokeSessions("web-role"));
        RevocationReport revoked = broken.process(new KeptJournal()).revokeSessions("web-role");
        crashed |= dies(broken, call, afterwards, CrashTest::lift);
        RevocationReport lifted = lift(broken.process(new KeptJournal()));

        assertThat(revoked.revokedBefore()).contains(broken.clock.instant());
        assertThat(lifted.revokedBefore()).isEmpty();
        assertThat(broken.writes()).containsExactly("PutRolePolicy", "DeleteRolePolicy");
      }
    }
    assertThat(call).isGreaterThan(2);
  }

  private static RevocationReport lift(InstanceProfileOps ops) {
    return ops.liftRevocation("web-role", LiftAcknowledgement.OLD_SESSIONS_WORK_AGAIN);
  }

  private static boolean dies(
      Broken broken, int call, boolean afterwards, Consumer<InstanceProfileOps> act) {
    // Each of the few calls is told from the one before by its number.
    var number = new AtomicInteger();
    var crash = new Crash(call, afterwards, number::incrementAndGet);
    try {
      act.accept(crash.process(broken, new KeptJournal()));
      return false;
    } catch (Mortal.Died e) {
      return true;
    }
  }

  /** The instance is neither stopped nor without association, or the journal says so. */
  private static void nothingIsLostUnnoticed(Broken broken, Journal journal) {
    JournalEntry entry = journal.read(broken.id).orElse(null);
    if (!broken.state.stopped && !"running".equals(broken.stateName())) {
      assertThat(entry).isNotNull();
      assertThat(entry.startOwed()).isTrue();
    }
    if (broken.state != Broken.State.B1 && !broken.associated()) {
      assertThat(entry).isNotNull();
      assertThat(entry.associateOwed()).contains(broken.profile());
    }
  }

  /**
   * Ends the process before its call number n reaches AWS, or after its write number n has taken
   * effect. Calls before which nothing is other than before the last one, to whom comes next, are
   * not counted: the reads of one look, mostly.
   */
  static final class Crash implements ExecutionInterceptor {
    private final int at;
    private final boolean afterwards;
    private final Supplier<Object> left;
    private final AtomicInteger calls = new AtomicInteger();
    private final Mortal process = new Mortal();
    private Object before = "";

    Crash(int at, boolean afterwards, Supplier<Object> left) {
      this.at = at;
      this.afterwards = afterwards;
      this.left = left;
    }

    InstanceProfileOps process(Broken broken, Journal journal) {
      return broken.process(process.pausing(broken.clock::advance), process.writing(journal), this);
    }

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      process.live();
      if (counts(context.request()) && calls.incrementAndGet() >= at && !afterwards) {
        process.die();
      }
    }

    /** The reads of one look come from several threads. */
    private synchronized boolean counts(SdkRequest request) {
      Object last = before;
      before = left.get();
      return afterwards ? !reads(request) : !before.equals(last);
    }

    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes executionAttributes) {
      if (calls.get() >= at && afterwards) {
        process.die();
      }
    }

    private static boolean reads(SdkRequest request) {
      String name = request.getClass().getSimpleName();
      return name.startsWith("Describe") || name.startsWith("Get") || name.startsWith("List");
    }
  }
}
