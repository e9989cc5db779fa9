package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * Snapshots, polls, reports, listeners that come and go, and a close, all at once. Seen to fail
 * when {@code snapshot()} sets its judgement instead of swapping it in, when {@code advance} takes
 * no lock, and when an {@code Outbox} lets two threads tell at once.
 */
@Timeout(120) // against a hang only; nothing here is measured
class TrackerStressTest {
  private static final int POLLS = 3_000;

  private final AtomicInteger looks = new AtomicInteger();
  private final Queue<String> broken = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<CredentialEvent> told = new LinkedBlockingQueue<>();

  // To and fro over an edge, so that no judgement lasts and every snapshot judges anew.
  private final AtomicInteger ticks = new AtomicInteger();
  private final InstantSource clock =
      () -> ticks.getAndIncrement() % 2 == 0 ? NOON : NOON.plus(Duration.ofMinutes(330));

  private final CredentialTracker tracker =
      CredentialTracker.builder(this::next)
          .clock(clock)
          .listener(
              event -> {
                if (event.current().generation() > event.previous().generation()) {
                  told.add(event);
                }
              })
          .build();

  private CredentialObservation next() {
    int look = looks.incrementAndGet();
    // Each outlives the one before, so each look is told.
    return CredentialObservation.of(
        Sets.issued("KEY-" + look, NOON, Duration.ofHours(6).plusMillis(look)));
  }

  @RepeatedTest(5)
  void all_at_once_nothing_is_lost_doubled_reordered_or_torn() throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Void>> polling = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        polling.add(threads.submit(this::pollMany));
      }
      List<Future<Void>> others = new ArrayList<>();
      others.add(threads.submit(whileIn(running, this::reader)));
      others.add(threads.submit(whileIn(running, this::reader)));
      others.add(threads.submit(whileIn(running, this::visitor)));
      others.add(threads.submit(whileIn(running, this::reporter)));
      for (Future<Void> one : polling) {
        one.get();
      }
      running.set(false);
      for (Future<Void> one : others) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(broken).isEmpty();
    assertThat(tracker.snapshot().generation()).isEqualTo(looks.get());
    hearGenerations(looks.get());
  }

  @RepeatedTest(20)
  void a_close_amid_polls_is_the_last_word() throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    CountDownLatch warm = new CountDownLatch(50);
    ExecutorService threads = Executors.newCachedThreadPool();
    int last;
    try {
      List<Future<Void>> others = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        others.add(
            threads.submit(
                whileIn(
                    running,
                    () ->
                        () -> {
                          tracker.poll();
                          warm.countDown();
                        })));
      }
      warm.await();
      tracker.close();
      last = tracker.snapshot().generation();
      Thread.yield();
      for (int i = 0; i < 100; i++) {
        tracker.poll();
      }
      running.set(false);
      for (Future<Void> one : others) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(tracker.snapshot().generation()).isEqualTo(last);
    hearGenerations(last);
  }

  private Void pollMany() {
    int generation = 0;
    for (int i = 0; i < POLLS; i++) {
      CredentialSnapshot seen = tracker.poll();
      if (seen.generation() < generation || tracker.snapshot().generation() < seen.generation()) {
        broken.add("an older look displaced a newer one");
      }
      generation = seen.generation();
    }
    return null;
  }

  private Runnable reader() {
    int[] generation = {0};
    return () -> {
      CredentialSnapshot seen = tracker.snapshot();
      if (seen.generation() < generation[0]) {
        broken.add("a snapshot went back from " + generation[0] + " to " + seen.generation());
      }
      generation[0] = seen.generation();
      if (seen.generation() > 0) {
        String key = seen.credentials().orElseThrow().accessKeyId();
        CredentialState state =
            seen.at().equals(NOON) ? CredentialState.VALID : CredentialState.EXPIRING;
        if (!key.equals("KEY-" + seen.generation()) || seen.state() != state) {
          broken.add("a torn snapshot: " + seen);
        }
      }
    };
  }

  private Runnable visitor() {
    return () -> {
      try (ListenerRegistration brief = tracker.addListener(event -> {})) {
        tracker.snapshot();
      }
    };
  }

  private Runnable reporter() {
    return () -> tracker.reportAnswerDate(NOON);
  }

  private static Callable<Void> whileIn(AtomicBoolean running, Supplier<Runnable> work) {
    Runnable once = work.get();
    return () -> {
      while (running.get()) {
        once.run();
      }
      return null;
    };
  }

  private void hearGenerations(int last) throws InterruptedException {
    for (int generation = 1; generation <= last; generation++) {
      CredentialEvent event = told.poll(60, TimeUnit.SECONDS);
      // Several events may belong to one look; the first tells of the generation.
      while (event != null && event.current().generation() == generation - 1) {
        event = told.poll(60, TimeUnit.SECONDS);
      }
      assertThat(event).isNotNull();
      assertThat(event.previous().generation()).isEqualTo(generation - 1);
      assertThat(event.current().generation()).isEqualTo(generation);
    }
    CredentialEvent rest = told.poll();
    while (rest != null) {
      assertThat(rest.current().generation()).isEqualTo(last);
      rest = told.poll();
    }
  }
}
