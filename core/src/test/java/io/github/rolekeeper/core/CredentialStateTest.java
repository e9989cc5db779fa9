package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialStateTest {
  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker = CredentialTracker.builder(source).clock(clock).build();

  @Test
  void nothing_is_known_before_the_first_poll() {
    CredentialSnapshot snapshot = tracker.snapshot();
    assertThat(snapshot.state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(snapshot.flags()).isEmpty();
    assertThat(snapshot.credentials()).isEmpty();
    assertThat(snapshot.remaining()).isEmpty();
    assertThat(snapshot.generation()).isZero();
    assertThat(source.looks()).isZero();
  }

  @Test
  void a_source_that_never_answered_leaves_the_state_unknown() {
    source.fails(new IllegalStateException("no route"));
    tracker.poll();
    CredentialSnapshot snapshot = tracker.poll();
    assertThat(snapshot.state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(snapshot.flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
    SourceFailure failure = snapshot.lastFailure().orElseThrow();
    assertThat(failure.at()).isEqualTo(NOON);
    assertThat(failure.message()).isEqualTo("no route");
    assertThat(failure.consecutive()).isEqualTo(2);
    assertThat(failure.cause()).isInstanceOf(IllegalStateException.class);
    assertThat(snapshot.lastSuccess()).isEmpty();
  }

  @Test
  void a_source_that_answers_none_is_missing() {
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T12:00:00Z, VALID",
    "2026-01-01T16:59:59Z, VALID",
    "2026-01-01T17:00:00Z, EXPIRING",
    "2026-01-01T17:54:59Z, EXPIRING",
    "2026-01-01T17:55:00Z, EXPIRING",
    "2026-01-01T17:59:59.999999999Z, EXPIRING",
    "2026-01-01T18:00:00Z, EXPIRED",
    "2026-01-02T18:00:00Z, EXPIRED"
  })
  void a_snapshot_compares_the_expiration_with_the_clock_without_a_poll(
      Instant now, CredentialState state) {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(6)));
    tracker.poll();
    clock.set(now);
    CredentialSnapshot snapshot = tracker.snapshot();
    assertThat(snapshot.state()).isEqualTo(state);
    assertThat(snapshot.at()).isEqualTo(now);
    assertThat(source.looks()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T17:54:59Z, EXPIRING",
    "2026-01-01T17:55:00Z, RENEWAL_OVERDUE",
    "2026-01-01T17:59:59.999999999Z, RENEWAL_OVERDUE",
    "2026-01-01T18:00:00Z, EXPIRED"
  })
  void a_look_at_which_the_successors_were_due_finds_them_overdue(
      Instant now, CredentialState state) {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(6)));
    clock.set(now);
    assertThat(tracker.poll().state()).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource({
    "12:09:59, VALID",
    "12:10:00, EXPIRING",
    "12:13:07.499, EXPIRING",
    "12:13:07.5, RENEWAL_OVERDUE",
    "12:15:00, EXPIRED"
  })
  void a_session_of_fifteen_minutes_is_expiring_before_it_is_overdue(
      String time, CredentialState state) {
    source.serves(Sets.issued("A", NOON, Duration.ofMinutes(15)));
    clock.set(Instant.parse("2026-01-01T" + time + "Z"));
    assertThat(tracker.poll().state()).isEqualTo(state);
  }

  // A document that was posted in public: such sessions live for longer than six hours.
  @ParameterizedTest
  @CsvSource({
    "2024-05-16T16:25:16Z, VALID",
    "2024-05-16T22:00:19Z, VALID",
    "2024-05-16T22:00:20Z, EXPIRING",
    "2024-05-16T22:55:20Z, RENEWAL_OVERDUE",
    "2024-05-16T23:00:20Z, EXPIRED"
  })
  void a_session_of_six_hours_and_thirty_five_minutes_is_advised_of_an_hour_before_its_end(
      Instant now, CredentialState state) {
    Instant issued = Instant.parse("2024-05-16T16:25:16Z");
    Instant end = Instant.parse("2024-05-16T23:00:20Z");
    source.serves(Sets.issued("A", issued, Duration.between(issued, end)));
    clock.set(now);
    assertThat(tracker.poll().state()).isEqualTo(state);
  }

  @Test
  void a_clock_that_is_set_back_is_believed_at_the_next_look() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(6)));
    tracker.poll();
    clock.advance(Duration.ofHours(7));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRED);
    clock.set(NOON.plus(Duration.ofHours(1)));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void a_set_met_late_in_its_life_keeps_the_windows_of_its_whole_lifetime() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(6)));
    clock.advance(Duration.ofHours(5).plusMinutes(10));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRING);
  }

  @Test
  void without_an_issue_date_the_lifetime_counts_from_the_first_sight() {
    CredentialMetadata hour = Sets.issued("A", NOON, Duration.ofHours(1));
    source.serves(
        new CredentialMetadata(
            hour.roleName(), hour.accessKeyId(), java.util.Optional.empty(), hour.expiration()));
    tracker.poll();
    clock.advance(Duration.ofMinutes(44));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    clock.advance(Duration.ofMinutes(1));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRING);
  }

  @Test
  void expired_credentials_that_the_source_still_serves_are_flagged_by_the_poll_that_sees_it() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    tracker.poll();
    clock.advance(Duration.ofHours(1));
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_LOOKED);
    CredentialSnapshot polled = tracker.poll();
    assertThat(polled.state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(polled.flags()).containsExactly(CredentialFlag.SERVED_PAST_EXPIRY);
    assertThat(polled.remaining()).contains(Duration.ZERO);
  }

  @Test
  void live_credentials_outlive_their_withdrawal_and_are_missing_once_dead() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    tracker.poll();
    source.servesNone();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    clock.advance(Duration.ofHours(1));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.MISSING);
    CredentialSnapshot polled = tracker.poll();
    assertThat(polled.state()).isEqualTo(CredentialState.MISSING);
    assertThat(polled.credentials()).isPresent();
    assertThat(polled.flags()).isEmpty();
  }

  @Test
  void a_failing_source_leaves_the_state_to_the_known_expiry() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    tracker.poll();
    source.fails(new IllegalStateException("time-out"));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    clock.advance(Duration.ofHours(1));
    CredentialSnapshot snapshot = tracker.poll();
    assertThat(snapshot.state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(snapshot.flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
    assertThat(snapshot.lastSuccess()).contains(NOON);
  }

  @Test
  void a_failure_is_remembered_after_the_source_answers_again_and_counted_anew() {
    source.fails(new IllegalStateException(" "));
    tracker.poll();
    source.servesNone();
    CredentialSnapshot answered = tracker.poll();
    assertThat(answered.flags()).isEmpty();
    assertThat(answered.lastFailure().orElseThrow().message())
        .isEqualTo("java.lang.IllegalStateException");
    source.fails(new IllegalStateException("again"));
    assertThat(tracker.poll().lastFailure().orElseThrow().consecutive()).isEqualTo(1);
  }

  @Test
  void windows_of_ones_own_move_the_edges() {
    CredentialTracker own =
        CredentialTracker.builder(source)
            .clock(clock)
            .windows(ExpiryWindows.fixed(Duration.ofMinutes(30), Duration.ofMinutes(10)))
            .build();
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    own.poll();
    clock.advance(Duration.ofMinutes(30).minusNanos(1));
    assertThat(own.snapshot().state()).isEqualTo(CredentialState.VALID);
    clock.advance(Duration.ofNanos(1));
    assertThat(own.snapshot().state()).isEqualTo(CredentialState.EXPIRING);
    clock.advance(Duration.ofMinutes(20));
    assertThat(own.poll().state()).isEqualTo(CredentialState.RENEWAL_OVERDUE);
  }

  @Test
  void a_checked_exception_that_slips_through_counts_as_failing() {
    source.answers(() -> CredentialStateTest.<CredentialObservation, RuntimeException>slip());
    assertThat(tracker.poll().flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
    assertThat(tracker.snapshot().lastFailure().orElseThrow().cause())
        .isInstanceOf(java.io.IOException.class);
  }

  // As a source in Kotlin does without meaning to.
  @SuppressWarnings("unchecked")
  private static <T, E extends Exception> T slip() throws E {
    throw (E) new java.io.IOException("connection reset");
  }

  @Test
  void a_source_that_returns_null_counts_as_failing() {
    source.answers(() -> null);
    assertThat(tracker.poll().lastFailure().orElseThrow().message())
        .contains("the source returned null", "CredentialObservation.none()");
  }

  @Test
  void credentials_without_expiration_are_valid_while_served_and_promise_nothing() {
    source.serves(Sets.withoutExpiration("A"));
    CredentialSnapshot snapshot = tracker.poll();
    assertThat(snapshot.state()).isEqualTo(CredentialState.VALID);
    assertThat(snapshot.flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
    assertThat(snapshot.willOutlive(Duration.ofSeconds(1))).isFalse();
    source.servesNone();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
  }

  @Test
  void work_that_ends_with_the_credentials_does_not_fit() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    tracker.poll();
    clock.advance(Duration.ofMinutes(30));
    CredentialSnapshot snapshot = tracker.snapshot();
    assertThat(snapshot.remaining()).contains(Duration.ofMinutes(30));
    assertThat(snapshot.willOutlive(Duration.ofMinutes(30).minusNanos(1))).isTrue();
    assertThat(snapshot.willOutlive(Duration.ofMinutes(30))).isFalse();
  }

  @Test
  void sets_are_counted_by_their_key_id() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(1)));
    tracker.poll();
    assertThat(tracker.poll().generation()).isEqualTo(1);
    source.serves(Sets.issued("A", NOON, Duration.ofHours(2)));
    assertThat(tracker.poll().generation()).isEqualTo(1);
    source.serves(Sets.issued("B", NOON, Duration.ofHours(2)));
    assertThat(tracker.poll().generation()).isEqualTo(2);
  }
}
