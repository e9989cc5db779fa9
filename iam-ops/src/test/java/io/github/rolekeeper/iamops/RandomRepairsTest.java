package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Random start states, faults and delays of propagation, each from one seed. {@code
 * -Drolekeeper.runs=500000} tries more of them, {@code -Drolekeeper.first=N} others; {@code
 * -Drolekeeper.seed=N} repeats one.
 */
class RandomRepairsTest {
  // A run costs some 20 ms of a processor, so these take about a minute of two.
  private static final int RUNS = 5000;

  @Test
  void whatever_goes_wrong_finitely_a_repair_reaches_health_or_names_what_stops_it()
      throws Exception {
    Long only = Long.getLong("rolekeeper.seed");
    long first = only == null ? Long.getLong("rolekeeper.first", 1) : only;
    long last = only == null ? first + Integer.getInteger("rolekeeper.runs", RUNS) - 1 : only;
    var next = new AtomicLong(first);
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      var done = new ArrayList<Future<Integer>>();
      for (int i = 0; i < threads; i++) {
        done.add(executor.submit(() -> some(next, last)));
      }
      int runs = 0;
      for (Future<Integer> each : done) {
        runs += each.get();
      }
      assertThat(runs).isEqualTo((int) (last - first + 1));
    } finally {
      executor.shutdownNow();
    }
  }

  private static int some(AtomicLong next, long last) {
    int runs = 0;
    try (var ground = new Ground()) {
      for (long seed = next.getAndIncrement(); seed <= last; seed = next.getAndIncrement()) {
        one(ground, seed);
        runs++;
      }
    } finally {
      // After a failure the other threads need not go on.
      next.set(last + 1);
    }
    return runs;
  }

  private static void one(Ground ground, long seed) {
    var repair = new RandomRepair(ground, seed);
    try {
      repair.run();
    } catch (Throwable e) {
      throw new AssertionError(
          "-Drolekeeper.seed=" + seed + " fails: " + e.getMessage() + "\n" + repair.story(), e);
    }
  }
}
