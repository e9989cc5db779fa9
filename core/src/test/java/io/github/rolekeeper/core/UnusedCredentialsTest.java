package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An application that uses its credentials now and then, seen through what it uses. */
class UnusedCredentialsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final List<CredentialEventType> told = new ArrayList<>();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source)
          .clock(clock)
          .listenerExecutor(Runnable::run)
          .listener(event -> told.add(event.type()))
          .build();

  @Test
  void what_was_used_last_stands_until_it_expires_and_nothing_is_known_after() {
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    source.answers(CredentialObservation::unused);
    clock.advance(HOUR.minusMinutes(1));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRING);
    assertThat(tracker.snapshot().forecast()).isEmpty();
    assertThat(tracker.snapshot().lastSuccess()).contains(NOON);
    clock.advance(HOUR);

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_USED);
    source.serves(Sets.issued("B", clock.instant(), HOUR));
    tracker.poll();
    assertThat(told)
        .containsExactly(
            CredentialEventType.OBTAINED,
            CredentialEventType.EXPIRING,
            CredentialEventType.RECOVERED);
  }

  @Test
  void an_old_set_that_was_used_when_its_successor_was_due_is_overdue_also_while_unused() {
    source.serves(Sets.issued("A", NOON, HOUR));
    clock.advance(HOUR.minusMinutes(5));
    tracker.poll();
    source.answers(CredentialObservation::unused);

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.RENEWAL_OVERDUE);
    clock.advance(Duration.ofMinutes(5));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
  }

  @Test
  void a_set_that_was_used_past_its_end_stays_expired() {
    source.serves(Sets.issued("A", NOON, HOUR));
    clock.advance(HOUR);
    tracker.poll();
    source.answers(CredentialObservation::unused);

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.snapshot().flags())
        .containsExactly(CredentialFlag.SERVED_PAST_EXPIRY, CredentialFlag.NOT_USED);
  }

  @Test
  void a_failure_is_not_over_because_nobody_tried_again() {
    source.fails(new IllegalStateException("time-out"));
    tracker.poll();
    source.answers(CredentialObservation::unused);
    tracker.poll();

    assertThat(tracker.poll().flags())
        .containsExactly(CredentialFlag.SOURCE_FAILING, CredentialFlag.NOT_USED);
    assertThat(tracker.snapshot().lastFailure().orElseThrow().consecutive()).isEqualTo(1);
  }

  @Test
  void that_nothing_was_used_is_no_event_and_no_line_in_the_log() {
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    try (LogCapture log = LogCapture.start()) {
      source.answers(CredentialObservation::unused);
      tracker.poll();
      source.serves(Sets.issued("A", NOON, HOUR));
      tracker.poll();

      assertThat(log.lines()).isEmpty();
      assertThat(told).containsExactly(CredentialEventType.OBTAINED);
    }
  }

  @Test
  void what_is_not_applicable_cannot_be_unused_too() {
    assertThatThrownBy(
            () ->
                new CredentialObservation(
                    Optional.empty(), Optional.empty(), Optional.of("a laptop"), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a laptop");
  }
}
