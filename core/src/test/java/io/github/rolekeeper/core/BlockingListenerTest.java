package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120) // against a hang only; nothing here is measured
class BlockingListenerTest {
  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();

  @Test
  void a_listener_that_blocks_delays_neither_the_tracker_nor_others_and_misses_nothing()
      throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<CredentialEventType> blocked = new LinkedBlockingQueue<>();
    BlockingQueue<CredentialEventType> free = new LinkedBlockingQueue<>();
    CredentialTracker tracker =
        CredentialTracker.builder(source)
            .clock(clock)
            .listener(
                event -> {
                  await(release);
                  blocked.add(event.type());
                })
            .listener(event -> free.add(event.type()))
            .build();
    tracker.poll();
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    clock.advance(Duration.ofMinutes(50));
    tracker.poll();
    List<CredentialEventType> all =
        List.of(
            CredentialEventType.LOST, CredentialEventType.OBTAINED, CredentialEventType.EXPIRING);
    assertThat(take(free, 3)).isEqualTo(all);
    assertThat(blocked).isEmpty();
    release.countDown();
    assertThat(take(blocked, 3)).isEqualTo(all);
  }

  @Test
  void listeners_are_called_on_daemon_threads_that_carry_the_sources_name() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    CredentialTracker tracker =
        CredentialTracker.builder(source)
            .sourceName("imds")
            .listener(event -> threads.add(Thread.currentThread()))
            .build();
    tracker.poll();
    Thread thread = threads.poll(60, TimeUnit.SECONDS);
    assertThat(thread.getName()).isEqualTo("rolekeeper-events-imds");
    assertThat(thread.isDaemon()).isTrue();
  }

  @Test
  void an_executor_that_refuses_loses_no_event() {
    AtomicBoolean refuses = new AtomicBoolean(true);
    List<CredentialEventType> told = new ArrayList<>();
    CredentialTracker tracker =
        CredentialTracker.builder(source)
            .clock(clock)
            .listenerExecutor(
                work -> {
                  if (refuses.get()) {
                    throw new RejectedExecutionException("full");
                  }
                  work.run();
                })
            .listener(event -> told.add(event.type()))
            .build();
    try (LogCapture log = LogCapture.start()) {
      tracker.poll();
      assertThat(log.lines()).anyMatch(line -> line.contains("refused; events wait"));
    }
    refuses.set(false);
    tracker.poll();
    assertThat(told).containsExactly(CredentialEventType.LOST);
  }

  @Test
  void what_does_not_fit_into_the_memory_of_a_blocked_listener_is_told_as_one_change() {
    List<Runnable> blocked = new ArrayList<>();
    List<CredentialEvent> told = new ArrayList<>();
    CredentialTracker tracker =
        CredentialTracker.builder(source)
            .clock(clock)
            .listenerExecutor(blocked::add)
            .listener(told::add)
            .build();
    int fitting = 10_000;
    int renewals = fitting + 500;
    try (LogCapture log = LogCapture.start()) {
      for (int n = 0; n < renewals; n++) {
        renew(n);
        tracker.poll();
      }
      source.serves(latest(renewals - 1), Sets.profileGone());
      tracker.poll();
      assertThat(log.lines()).filteredOn(line -> line.contains("10000 changes")).hasSize(1);
    }
    assertThat(blocked).as("one task at a time").hasSize(1);

    blocked.remove(0).run();

    assertThat(told.subList(0, 2))
        .extracting(CredentialEvent::type)
        .containsExactly(CredentialEventType.OBTAINED, CredentialEventType.RENEWED);
    assertThat(told.get(fitting - 1).current().generation()).isEqualTo(fitting);
    assertThat(told.subList(fitting, told.size()))
        .extracting(CredentialEvent::type)
        .containsExactly(CredentialEventType.RENEWED, CredentialEventType.FORECAST_RAISED);
    CredentialEvent last = told.get(told.size() - 1);
    assertThat(last.previous()).as("no gap").isSameAs(told.get(fitting - 1).current());
    assertThat(last.current().generation()).isEqualTo(renewals);

    told.clear();
    renew(renewals);
    tracker.poll();
    blocked.remove(0).run();
    assertThat(told)
        .extracting(CredentialEvent::type)
        .containsExactly(CredentialEventType.RENEWED, CredentialEventType.FORECAST_WITHDRAWN);
    assertThat(told.get(0).previous()).isSameAs(last.current());
  }

  @Test
  void what_is_noticed_while_a_full_memory_is_told_overtakes_nothing() {
    List<Runnable> blocked = new ArrayList<>();
    List<CredentialEvent> told = new ArrayList<>();
    CredentialTracker tracker =
        CredentialTracker.builder(source).clock(clock).listenerExecutor(blocked::add).build();
    int renewals = 10_010;
    tracker.addListener(
        event -> {
          told.add(event);
          if (told.size() == 1) {
            renew(renewals);
            tracker.poll();
          }
        });
    for (int n = 0; n < renewals; n++) {
      renew(n);
      tracker.poll();
    }

    blocked.remove(0).run();

    for (int n = 1; n < told.size(); n++) {
      assertThat(told.get(n).previous()).isSameAs(told.get(n - 1).current());
    }
    assertThat(told.get(told.size() - 1).current()).isEqualTo(tracker.snapshot());
  }

  private void renew(int n) {
    clock.advance(Duration.ofHours(1));
    source.serves(latest(n));
  }

  private CredentialMetadata latest(int n) {
    return Sets.issued("A" + n, clock.instant(), Duration.ofHours(6));
  }

  @Test
  void an_executor_that_can_make_no_thread_harms_no_poll() {
    CredentialTracker tracker =
        CredentialTracker.builder(source)
            .clock(clock)
            .listenerExecutor(
                work -> {
                  throw new OutOfMemoryError("unable to create native thread, says the test");
                })
            .listener(event -> {})
            .build();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
  }

  private static List<CredentialEventType> take(BlockingQueue<CredentialEventType> queue, int count)
      throws InterruptedException {
    List<CredentialEventType> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(queue.poll(60, TimeUnit.SECONDS));
    }
    return taken;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
