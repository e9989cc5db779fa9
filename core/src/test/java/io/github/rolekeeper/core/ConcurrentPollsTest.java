package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120) // against a hang only; nothing here is measured
class ConcurrentPollsTest {
  private static final int THREADS = 8;

  @Test
  void a_poll_during_a_poll_waits_for_its_answer_and_asks_nothing() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger looks = new AtomicInteger();
    CredentialTracker tracker =
        CredentialTracker.create(
            () -> {
              looks.incrementAndGet();
              asked.countDown();
              await(answer);
              return CredentialObservation.none();
            });
    FutureTask<CredentialSnapshot> leader = start(tracker::poll);
    asked.await();
    FutureTask<CredentialSnapshot> follower = new FutureTask<>(tracker::poll);
    Thread waiting = new Thread(follower);
    waiting.start();
    while (waiting.getState() != Thread.State.WAITING) {
      assertThat(Thread.currentThread().isInterrupted()).as("the time-out of the test").isFalse();
      Thread.yield();
    }
    answer.countDown();
    assertThat(follower.get()).isSameAs(leader.get());
    assertThat(looks).hasValue(1);
  }

  @Test
  void a_waiting_poll_that_is_interrupted_returns_what_is_known_and_stays_interrupted()
      throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    CredentialTracker tracker =
        CredentialTracker.create(
            () -> {
              asked.countDown();
              await(answer);
              return CredentialObservation.none();
            });
    FutureTask<CredentialSnapshot> leader = start(tracker::poll);
    asked.await();
    FutureTask<Boolean> follower =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              CredentialSnapshot seen = tracker.poll();
              return seen.state() == CredentialState.UNKNOWN
                  && Thread.currentThread().isInterrupted();
            });
    new Thread(follower).start();
    assertThat(follower.get()).isTrue();
    answer.countDown();
    assertThat(leader.get().state()).isEqualTo(CredentialState.MISSING);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {NoClassDefFoundError.class, AssertionError.class, StackOverflowError.class})
  void an_error_in_the_source_is_a_failure_of_it_and_the_next_poll_works(
      Class<? extends Error> type) {
    pollsGoOnAfter(type, tracker -> assertThat(tracker.poll().flags()).isNotEmpty());
  }

  @ParameterizedTest
  @ValueSource(classes = {OutOfMemoryError.class, InternalError.class})
  void an_error_of_the_machine_reaches_the_caller_and_the_next_poll_works(
      Class<? extends Error> type) {
    pollsGoOnAfter(type, tracker -> assertThatThrownBy(tracker::poll).isInstanceOf(type));
  }

  private static void pollsGoOnAfter(
      Class<? extends Error> type, Consumer<CredentialTracker> firstPoll) {
    AtomicInteger looks = new AtomicInteger();
    List<CredentialEventType> told = new ArrayList<>();
    CredentialTracker tracker =
        CredentialTracker.builder(
                () -> {
                  if (looks.incrementAndGet() == 1) {
                    throw error(type);
                  }
                  return CredentialObservation.none();
                })
            .listenerExecutor(Runnable::run)
            .listener(event -> told.add(event.type()))
            .build();
    firstPoll.accept(tracker);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
    assertThat(tracker.snapshot().lastFailure().orElseThrow().message()).isEqualTo("of the test");
    assertThat(told).containsExactly(CredentialEventType.SOURCE_FAILING);
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
    assertThat(told).contains(CredentialEventType.SOURCE_RECOVERED);
  }

  private static Error error(Class<? extends Error> type) {
    try {
      return type == AssertionError.class
          ? new AssertionError("of the test")
          : type.getConstructor(String.class).newInstance("of the test");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  // Each look yields the next set, so every look is an event; what the listener hears must be the
  // looks in their order, each once, each beginning where the one before ended.
  @Test
  void many_threads_that_poll_neither_lose_nor_double_nor_reorder_an_event() throws Exception {
    int polls = 2_000;
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger listening = new AtomicInteger();
    List<String> broken = new CopyOnWriteArrayList<>();
    List<CredentialEvent> told = new ArrayList<>();
    CredentialTracker tracker =
        CredentialTracker.builder(
                () -> {
                  if (inside.incrementAndGet() > 1) {
                    broken.add("two looks at once");
                  }
                  int look = looks.incrementAndGet();
                  inside.decrementAndGet();
                  return CredentialObservation.of(
                      Sets.issued("KEY-" + look, NOON, Duration.ofDays(1).plusSeconds(look)));
                })
            .clock(() -> NOON)
            .listenerExecutor(Runnable::run)
            .listener(
                event -> {
                  if (listening.incrementAndGet() > 1) {
                    broken.add("two deliveries at once");
                  }
                  told.add(event);
                  listening.decrementAndGet();
                })
            .build();
    CyclicBarrier together = new CyclicBarrier(THREADS);
    inParallel(
        () -> {
          together.await();
          int generation = 0;
          for (int i = 0; i < polls; i++) {
            CredentialSnapshot seen = tracker.poll();
            if (seen.generation() < generation
                || tracker.snapshot().generation() < seen.generation()) {
              broken.add("an older look displaced a newer one");
            }
            generation = seen.generation();
          }
          return null;
        });

    assertThat(broken).isEmpty();
    assertThat(told).hasSize(looks.get());
    CredentialSnapshot before = told.get(0).previous();
    for (int i = 0; i < told.size(); i++) {
      CredentialEvent event = told.get(i);
      assertThat(event.previous()).isSameAs(before);
      assertThat(event.current().generation()).isEqualTo(i + 1);
      assertThat(event.current().credentials().orElseThrow().accessKeyId())
          .isEqualTo("KEY-" + (i + 1));
      before = event.current();
    }
  }

  @Test
  void listeners_come_and_go_while_others_poll() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    CredentialTracker tracker =
        CredentialTracker.builder(
                () ->
                    CredentialObservation.of(
                        Sets.issued(
                            "KEY-" + looks.incrementAndGet(),
                            NOON,
                            Duration.ofDays(1).plusSeconds(looks.get()))))
            .clock(() -> NOON)
            .listenerExecutor(Runnable::run)
            .build();
    AtomicInteger stayed = new AtomicInteger();
    tracker.addListener(event -> stayed.incrementAndGet());
    CyclicBarrier together = new CyclicBarrier(THREADS);
    inParallel(
        () -> {
          together.await();
          for (int i = 0; i < 500; i++) {
            try (ListenerRegistration brief = tracker.addListener(event -> {})) {
              assertThat(brief).isNotNull();
              tracker.poll();
            }
          }
          return null;
        });
    assertThat(stayed).hasValue(looks.get());
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task).start();
    return task;
  }

  private static void inParallel(Callable<Void> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(work));
      }
      for (Future<Void> one : running) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
      threads.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
