package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120) // against a hang only; nothing here is measured
class PollScheduleTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ManualScheduler time = new ManualScheduler(clock);
  private final ScriptedSource source = new ScriptedSource();
  private final List<CredentialEvent> told = new ArrayList<>();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source)
          .sourceName("test")
          .clock(clock, time::nanoTime)
          .listenerExecutor(Runnable::run)
          .listener(told::add)
          .build();

  @Test
  void it_looks_at_once_and_then_at_least_every_five_minutes() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    tracker.start(time);
    time.pass(Duration.ZERO);
    assertThat(source.looks()).isEqualTo(1);
    time.pass(HOUR);
    // 5 minutes less a jitter of at most a fifth, so 12 to 15 in an hour, and one to begin with.
    assertThat(source.looks()).isBetween(12, 16);
  }

  @Test
  void a_second_start_changes_nothing() {
    tracker.start(time);
    tracker.start(time);
    time.pass(Duration.ZERO);
    assertThat(source.looks()).isEqualTo(1);
  }

  @Test
  void each_edge_is_told_within_a_second_and_looks_come_faster_near_it() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    tracker.start(time);
    time.pass(HOUR.multipliedBy(7));
    assertThat(lateness(CredentialEventType.EXPIRING, "17:00:00"))
        .isLessThan(Duration.ofSeconds(1));
    assertThat(lateness(CredentialEventType.RENEWAL_OVERDUE, "17:55:00"))
        .isLessThan(Duration.ofSeconds(1));
    assertThat(lateness(CredentialEventType.EXPIRED, "18:00:00")).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void a_failing_source_is_asked_ever_more_seldom_but_every_minute_at_least() {
    source.fails(new IllegalStateException("time-out"));
    tracker.start(time);
    time.pass(Duration.ofMinutes(2));
    int early = source.looks();
    assertThat(early).isBetween(6, 9);
    time.pass(HOUR);
    assertThat(source.looks() - early).isBetween(60, 76);
  }

  @Test
  void the_pause_after_a_failure_is_two_seconds_doubled_up_to_a_minute() {
    source.fails(new IllegalStateException("time-out"));
    List<Long> pauses = new ArrayList<>();
    for (int failures = 1; failures <= 7; failures++) {
      pauses.add(PollPace.after(tracker.poll(), Optional.empty(), 0).toSeconds());
    }
    assertThat(pauses).containsExactly(2L, 4L, 8L, 16L, 32L, 60L, 60L);
  }

  @Test
  void a_broken_log_ends_no_schedule() {
    source.answers(
        () -> {
          throw new OutOfMemoryError("of the test"); // which ends a look, and is logged for it
        });
    tracker.start(time);
    try (LogCapture broken = LogCapture.startBroken()) {
      time.pass(Duration.ofSeconds(1));
      assertThat(broken.lines()).isEmpty();
    }
    source.serves(Sets.issued("A", NOON, HOUR));
    time.pass(Duration.ofMinutes(1));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void a_scheduler_that_refuses_the_start_leaves_the_way_open_for_another() {
    ManualScheduler dead = new ManualScheduler(clock);
    dead.shutdown();
    assertThatThrownBy(() -> tracker.start(dead)).isInstanceOf(RejectedExecutionException.class);
    tracker.start(time);
    time.pass(Duration.ZERO);
    assertThat(source.looks()).isEqualTo(1);
  }

  @Test
  void a_scheduler_that_looks_on_the_starting_thread_holds_nobody_up() throws Exception {
    Thread other = new Thread(() -> tracker.reportAnswerDate(NOON));
    source.answers(
        () -> {
          other.start();
          join(other);
          assertThat(other.isAlive()).as("held up by the look").isFalse();
          return CredentialObservation.none();
        });
    ScheduledThreadPoolExecutor direct =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public void execute(Runnable work) {
            work.run();
          }
        };
    try {
      tracker.start(direct);
    } finally {
      direct.shutdownNow();
    }
    assertThat(tracker.snapshot().flags()).isEmpty();
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.MISSING);
  }

  private static void join(Thread other) {
    try {
      other.join(60_000); // only a failure takes that long
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_source_that_hangs_stops_no_clock_and_close_interrupts_it() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    source.answers(
        () -> {
          hangs.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          throw new IllegalStateException("interrupted");
        });
    tracker.start();
    hangs.await();
    clock.advance(Duration.ofMinutes(50));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRING);
    clock.advance(Duration.ofMinutes(10));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_LOOKED);
    tracker.close();
    assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void an_error_in_the_source_ends_no_schedule() {
    source.answers(
        () -> {
          throw new OutOfMemoryError("of the test");
        });
    tracker.start(time);
    time.pass(Duration.ofSeconds(1));
    source.serves(Sets.issued("A", NOON, HOUR));
    time.pass(Duration.ofMinutes(1));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void a_suspended_machine_is_noticed_within_one_tick_and_looked_at_again() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    tracker.start(time);
    time.pass(Duration.ofSeconds(1));
    told.clear();
    clock.advance(HOUR.multipliedBy(7)); // no nanosecond of it passed for the machine
    time.pass(Duration.ofSeconds(15));
    assertThat(told)
        .extracting(CredentialEvent::type)
        .containsExactly(
            CredentialEventType.CLOCK_JUMPED,
            CredentialEventType.EXPIRED,
            CredentialEventType.SERVED_PAST_EXPIRY);
    assertThat(told.get(0).current().clock().lastJump().orElseThrow().by())
        .isEqualTo(HOUR.multipliedBy(7));
  }

  @Test
  void a_clock_that_is_set_back_is_noticed_by_the_next_poll_and_voids_the_skew() {
    tracker.poll();
    tracker.reportAnswerDate(clock.instant().plus(HOUR));
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.CLOCK_SUSPECT);
    clock.set(NOON.minus(HOUR));
    CredentialSnapshot seen = tracker.poll();
    assertThat(seen.clock().lastJump()).contains(new ClockJump(NOON.minus(HOUR), HOUR.negated()));
    assertThat(seen.clock().skew()).isEmpty();
    assertThat(told)
        .extracting(CredentialEvent::type)
        .containsExactly(
            CredentialEventType.LOST,
            CredentialEventType.CLOCK_SUSPECT,
            CredentialEventType.CLOCK_JUMPED,
            CredentialEventType.CLOCK_CLEARED);
  }

  @Test
  void a_clock_that_is_slewed_has_not_jumped() {
    tracker.poll();
    clock.advance(Duration.ofSeconds(10));
    assertThat(tracker.poll().clock().lastJump()).isEmpty();
    clock.advance(Duration.ofSeconds(10).plusNanos(1));
    assertThat(tracker.poll().clock().lastJump()).isPresent();
  }

  @Test
  void close_takes_the_next_look_off_the_callers_scheduler_and_leaves_it_open() {
    tracker.start(time);
    time.pass(Duration.ofSeconds(1));
    tracker.close();
    tracker.close();
    assertThat(time.waiting()).isZero();
    assertThat(time.isShutdown()).isFalse();
    int looks = source.looks();
    tracker.poll();
    assertThat(source.looks()).isEqualTo(looks);
    assertThatThrownBy(() -> tracker.start(time))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("build another one");
  }

  @Test
  void a_look_under_way_at_close_is_dropped() {
    source.answers(
        () -> {
          tracker.close();
          return CredentialObservation.of(Sets.issued("A", NOON, HOUR));
        });
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(tracker.snapshot().generation()).isZero();
    assertThat(told).isEmpty();
  }

  @Test
  void a_scheduler_that_the_caller_shut_down_ends_the_looking_with_a_warning() {
    try (LogCapture log = LogCapture.start()) {
      tracker.start(time);
      time.shutdown();
      time.pass(HOUR);
      assertThat(source.looks()).isEqualTo(1);
      assertThat(log.lines()).anyMatch(line -> line.startsWith("WARNING the scheduler was shut"));
    }
  }

  @Test
  void another_scheduler_takes_the_place_of_one_that_was_shut_down() {
    ManualScheduler dead = new ManualScheduler(clock);
    tracker.start(dead);
    dead.pass(Duration.ofSeconds(1));
    dead.shutdown();

    tracker.start(time);
    time.pass(Duration.ofSeconds(1));

    assertThat(source.looks()).isEqualTo(2);
    dead.pass(HOUR);
    assertThat(source.looks()).as("the dead one looks no more").isEqualTo(2);
    tracker.start(dead);
    time.pass(HOUR);
    assertThat(source.looks()).as("and the living one goes on").isGreaterThan(12);
  }

  @Test
  void without_a_scheduler_a_daemon_thread_looks_until_close() throws Exception {
    CountDownLatch looked = new CountDownLatch(1);
    LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    CredentialTracker own =
        CredentialTracker.builder(
                () -> {
                  threads.add(Thread.currentThread());
                  looked.countDown();
                  return CredentialObservation.none();
                })
            .sourceName("own")
            .build();
    own.start();
    Thread thread = threads.poll(60, TimeUnit.SECONDS);
    assertThat(thread.getName()).isEqualTo("rolekeeper-poll-own");
    assertThat(thread.isDaemon()).isTrue();
    looked.await();
    own.close();
    thread.join(60_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void the_pause_is_bounded_whatever_was_seen() {
    for (Duration left :
        List.of(Duration.ZERO, Duration.ofMillis(1), HOUR, HOUR.multipliedBy(99))) {
      CredentialSnapshot seen = seen(left);
      for (double random : new double[] {0, 0.5, 0.999}) {
        assertThat(PollPace.after(seen, Optional.of(NOON.plus(left)), random))
            .isBetween(Duration.ofSeconds(1), Duration.ofMinutes(5));
      }
    }
    assertThat(PollPace.after(seen(HOUR), Optional.empty(), 0)).isEqualTo(Duration.ofMinutes(3));
    assertThat(PollPace.after(seen(Duration.ofMinutes(5)), Optional.empty(), 0))
        .isEqualTo(Duration.ofSeconds(15));
  }

  private static CredentialSnapshot seen(Duration left) {
    return CredentialTracker.builder(
            () -> CredentialObservation.of(Sets.issued("A", NOON.minus(HOUR), HOUR.plus(left))))
        .clock(() -> NOON)
        .build()
        .poll();
  }

  private Duration lateness(CredentialEventType type, String edge) {
    Instant at =
        told.stream()
            .filter(event -> event.type() == type)
            .findFirst()
            .orElseThrow()
            .current()
            .at();
    return Duration.between(Instant.parse("2026-01-01T" + edge + "Z"), at).abs();
  }

  @Test
  void a_jump_that_a_report_noticed_first_is_looked_at_as_soon() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    tracker.start(time);
    time.pass(Duration.ofSeconds(1));
    clock.advance(HOUR.multipliedBy(7));
    source.serves(Sets.issued("B", clock.instant(), HOUR.multipliedBy(6)));
    tracker.reportAnswerDate(clock.instant());
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRED);

    time.pass(Duration.ofSeconds(15));

    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
    assertThat(source.looks()).isEqualTo(2);
    time.pass(Duration.ofMinutes(1));
    assertThat(source.looks()).as("once for one jump").isEqualTo(2);
  }

  @Test
  void a_listener_that_closes_the_tracker_interrupts_no_other() throws Exception {
    LinkedBlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<Thread> looking = new LinkedBlockingQueue<>();
    CredentialTracker own =
        CredentialTracker.builder(CredentialObservation::none)
            .listenerExecutor(Runnable::run)
            .build();
    own.addListener(event -> own.close());
    own.addListener(
        event -> {
          interrupted.add(Thread.currentThread().isInterrupted());
          looking.add(Thread.currentThread());
        });
    own.start();

    assertThat(interrupted.poll(60, TimeUnit.SECONDS)).isFalse();
    Thread thread = looking.poll(60, TimeUnit.SECONDS);
    thread.join(60_000); // only a failure takes that long
    assertThat(thread.isAlive()).as("it ends all the same").isFalse();
  }
}
