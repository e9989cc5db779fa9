package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.iamops.Moment.Party;
import io.github.rolekeeper.iamops.Moment.Trouble;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Before and after each call of a repair, each trouble and each party. {@code
 * -Drolekeeper.moments=all} plays the whole product of both; {@code -Drolekeeper.moment=…} repeats
 * the one that a failure names.
 */
class MomentsTest {
  private static final List<Broken.State> STATES =
      List.of(Broken.State.B2, Broken.State.B3_STOPPED, Broken.State.B5, Broken.State.B6_IN_PLACE);
  private static final int CELLS = 3000;
  private static final Map<Broken.State, Integer> MOMENTS = new EnumMap<>(Broken.State.class);

  // Held, because the logging manager forgets what nobody holds.
  private static final Logger LISTENERS = Logger.getLogger(RepairListener.class.getName());

  @BeforeAll
  static void count() {
    LISTENERS.setLevel(Level.OFF); // hundreds of listeners throw here
    for (Broken.State state : STATES) {
      MOMENTS.put(
          state, play(new Moment(state, 0, false, Trouble.NOTHING, Party.NOBODY)).moments());
    }
  }

  @AfterAll
  static void listen() {
    LISTENERS.setLevel(null);
  }

  @ParameterizedTest
  @EnumSource
  void each_trouble_at_each_moment(Trouble trouble) throws Exception {
    playAll(product(List.of(trouble), List.of(Party.NOBODY)));
  }

  @ParameterizedTest
  @EnumSource
  void each_party_at_each_moment(Party party) throws Exception {
    playAll(product(List.of(Trouble.NOTHING), List.of(party)));
  }

  @Test
  void troubles_and_parties_together() throws Exception {
    String only = System.getProperty("rolekeeper.moment", "");
    if (!only.isEmpty()) {
      play(Moment.parse(only));
      return;
    }
    List<Moment> cells = product(List.of(Trouble.values()), List.of(Party.values()));
    Collections.shuffle(cells, new Random(42));
    boolean all = System.getProperty("rolekeeper.moments", "").equals("all");
    playAll(all ? cells : cells.subList(0, CELLS));
  }

  private static List<Moment> product(List<Trouble> troubles, List<Party> parties) {
    var cells = new ArrayList<Moment>();
    MOMENTS.forEach(
        (state, moments) -> {
          for (int number = 1; number <= moments; number++) {
            for (Trouble trouble : troubles) {
              for (Party party : parties) {
                cells.add(new Moment(state, number, false, trouble, party));
                cells.add(new Moment(state, number, true, trouble, party));
              }
            }
          }
        });
    return cells;
  }

  private static void playAll(List<Moment> cells) throws Exception {
    var next = new ConcurrentLinkedQueue<>(cells);
    var played = new AtomicInteger();
    var failures = new ConcurrentLinkedQueue<Throwable>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      var thread =
          new Thread(
              () -> {
                for (Moment cell = next.poll();
                    cell != null && failures.isEmpty();
                    cell = next.poll()) {
                  try {
                    play(cell);
                    played.incrementAndGet();
                  } catch (Throwable e) {
                    failures.add(new AssertionError("-Drolekeeper.moment=" + cell + ": " + e, e));
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new AssertionError(failures.peek());
    }
    assertThat(played).hasValue(cells.size());
  }

  private static Moment.Run play(Moment moment) {
    try (var broken = new Broken(moment.state())) {
      var run = new Moment.Run(moment, broken);
      run.run();
      return run;
    }
  }
}
