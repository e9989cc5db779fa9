package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ListenersTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source).clock(clock).listenerExecutor(Runnable::run).build();
  private final List<String> told = new ArrayList<>();

  @Test
  void a_listener_that_throws_harms_neither_the_others_nor_later_events() {
    tracker.addListener(
        event -> {
          throw new AssertionError("listener of the test");
        });
    tracker.addListener(event -> told.add(event.type().toString()));
    try (LogCapture log = LogCapture.start()) {
      tracker.poll();
      source.serves(Sets.issued("A", NOON, HOUR));
      tracker.poll();
      assertThat(log.lines()).contains("ERROR a credential listener failed on LOST");
    }
    assertThat(told).containsExactly("LOST", "OBTAINED");
  }

  @Test
  void a_listener_that_left_hears_no_more_and_may_leave_twice() {
    CredentialListener listener = event -> told.add(event.type().toString());
    ListenerRegistration first = tracker.addListener(listener);
    ListenerRegistration second = tracker.addListener(listener);
    first.close();
    first.close();
    tracker.poll();
    assertThat(told).containsExactly("LOST");
    second.close();
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    assertThat(told).containsExactly("LOST");
  }

  @Test
  void a_listener_may_poll_and_all_still_hear_the_events_in_order() {
    tracker.addListener(
        event -> {
          told.add("first " + event.type());
          if (event.type() == CredentialEventType.LOST) {
            source.serves(Sets.issued("A", NOON, HOUR));
            tracker.poll();
          }
        });
    tracker.addListener(event -> told.add("second " + event.type()));
    tracker.poll();
    assertThat(told)
        .filteredOn(line -> line.startsWith("first"))
        .containsExactly("first LOST", "first OBTAINED");
    assertThat(told)
        .filteredOn(line -> line.startsWith("second"))
        .containsExactly("second LOST", "second OBTAINED");
  }

  @Test
  void a_listener_that_leaves_amid_the_events_of_one_change_hears_no_more_of_it() {
    List<ListenerRegistration> own = new ArrayList<>();
    own.add(
        tracker.addListener(
            event -> {
              told.add(event.type().toString());
              own.get(0).close();
            }));
    dieOnArrival();
    tracker.poll();
    assertThat(told).containsExactly("OBTAINED");
  }

  @Test
  void a_listener_may_close_the_tracker_and_all_still_hear_what_was_noticed_before() {
    tracker.addListener(event -> tracker.close());
    tracker.addListener(event -> told.add(event.type().toString()));
    dieOnArrival();
    tracker.poll();
    assertThat(told).containsExactly("OBTAINED", "EXPIRED", "SERVED_PAST_EXPIRY");
    source.serves(Sets.issued("B", NOON, HOUR));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(told).hasSize(3);
  }

  @Test
  void a_listener_that_another_one_adds_hears_what_is_noticed_from_then_on() {
    tracker.addListener(
        event -> {
          if (event.type() == CredentialEventType.LOST) {
            tracker.addListener(later -> told.add(later.type().toString()));
          }
        });
    tracker.poll();
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    assertThat(told).containsExactly("OBTAINED");
  }

  @Test
  void a_broken_log_silences_no_listener() {
    tracker.addListener(
        event -> {
          throw new IllegalStateException("of the test");
        });
    tracker.addListener(event -> told.add(event.type().toString()));
    try (LogCapture broken = LogCapture.startBroken()) {
      tracker.poll();
      source.serves(Sets.issued("A", NOON, HOUR));
      tracker.poll();
      assertThat(broken.lines()).isEmpty();
    }
    assertThat(told).containsExactly("LOST", "OBTAINED");
  }

  private void dieOnArrival() {
    source.serves(Sets.issued("A", NOON.minus(HOUR), HOUR));
  }

  @Test
  void a_source_that_polls_its_own_tracker_fails_instead_of_hanging() {
    source.answers(
        () -> {
          tracker.poll();
          return CredentialObservation.none();
        });
    assertThat(tracker.poll().lastFailure().orElseThrow().message()).contains("call snapshot()");
  }

  @Test
  void an_executor_that_refuses_is_logged_once_until_it_takes_the_events() {
    List<Runnable> tasks = new ArrayList<>();
    boolean[] full = {true};
    CredentialTracker refused =
        CredentialTracker.builder(source)
            .clock(clock)
            .listenerExecutor(
                work -> {
                  if (full[0]) {
                    throw new RejectedExecutionException("full, says the test");
                  }
                  tasks.add(work);
                })
            .listener(event -> told.add(event.type().toString()))
            .build();
    try (LogCapture log = LogCapture.start()) {
      for (int poll = 0; poll < 5; poll++) {
        refused.poll();
      }
      assertThat(log.lines()).filteredOn(line -> line.contains("executor")).hasSize(1);
      full[0] = false;
      refused.poll();
      tasks.remove(0).run();
      assertThat(told).containsExactly("LOST");
      full[0] = true;
      source.serves(Sets.issued("A", NOON, HOUR));
      refused.poll();
      refused.poll();
      assertThat(log.lines())
          .as("another refusal, another line")
          .filteredOn(line -> line.contains("executor"))
          .hasSize(2);
    }
  }
}
