package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be said while nobody looks: what the clock says, and nothing of the source. */
class NotLookedTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker = CredentialTracker.builder(source).clock(clock).build();

  // Twice the pause of a tracker that looks by itself: a twentieth of what is left, up to 5 min.
  @ParameterizedTest
  @CsvSource({"PT6H, PT10M", "PT100M, PT10M", "PT1H, PT6M", "PT20M, PT2M", "PT1M, PT2M"})
  void nobody_looked_once_two_pauses_went_by_without_a_look(Duration left, Duration patience) {
    source.serves(Sets.issued("A", NOON, left));
    tracker.poll();
    assertFlaggedAfter(patience);
    assertThat(tracker.poll().flags()).doesNotContain(CredentialFlag.NOT_LOOKED);
  }

  @Test
  void a_failed_look_is_a_look_and_the_next_is_due_within_a_minute() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    tracker.poll();
    clock.advance(HOUR);
    source.fails(new IllegalStateException("time-out"));
    assertThat(tracker.poll().flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
    assertFlaggedAfter(Duration.ofMinutes(2));
  }

  @Test
  void a_look_that_saw_no_use_is_a_look() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    tracker.poll();
    clock.advance(HOUR);
    source.answers(CredentialObservation::unused);
    assertThat(tracker.poll().flags()).containsExactly(CredentialFlag.NOT_USED);
    assertFlaggedAfter(Duration.ofMinutes(10));
  }

  @Test
  void what_was_lost_is_looked_at_every_two_minutes_and_what_does_not_apply_every_ten() {
    tracker.poll();
    assertFlaggedAfter(Duration.ofMinutes(2));
    source.answers(() -> CredentialObservation.notApplicable("a laptop"));
    tracker.poll();
    assertFlaggedAfter(Duration.ofMinutes(10));
  }

  @Test
  void a_tracker_that_nobody_started_says_so() {
    assertFlaggedAfter(Duration.ofMinutes(2));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.UNKNOWN);
  }

  @Test
  void a_word_of_the_application_is_no_look() {
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    clock.advance(Duration.ofMinutes(5));
    tracker.reportAnswerDate(clock.instant());
    assertFlaggedAfter(Duration.ofMinutes(1));
  }

  @Test
  void unwatched_credentials_go_on_by_the_clock_but_never_become_overdue() {
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    at("12:44:59", CredentialState.VALID);
    at("12:45:00", CredentialState.EXPIRING);
    at("12:55:00", CredentialState.EXPIRING);
    at("12:59:59", CredentialState.EXPIRING);
    assertThat(tracker.snapshot().forecast()).isEmpty();
    at("13:00:00", CredentialState.EXPIRED);
    assertThat(tracker.snapshot().cause()).as("nobody was there to see it").isEmpty();
  }

  @Test
  void a_look_before_the_successors_were_due_does_not_tell_that_they_were_not_there() {
    source.serves(Sets.issued("A", NOON, HOUR));
    clock.set(NOON.plus(Duration.ofMinutes(54)));
    tracker.poll();
    clock.set(NOON.plus(Duration.ofMinutes(55)));
    CredentialSnapshot unseen = tracker.snapshot();
    assertThat(unseen.flags()).as("watched well enough").isEmpty();
    assertThat(unseen.state()).isEqualTo(CredentialState.EXPIRING);
    assertThat(unseen.forecast()).isEmpty();
    CredentialSnapshot seen = tracker.poll();
    assertThat(seen.state()).isEqualTo(CredentialState.RENEWAL_OVERDUE);
    assertThat(seen.forecast().orElseThrow().evidence())
        .contains("were due at 2026-01-01T12:55:00Z", "were not there at 2026-01-01T12:55:00Z");
  }

  @Test
  void what_was_seen_to_be_overdue_stays_so_while_nobody_looks() {
    source.serves(Sets.issued("A", NOON, HOUR));
    clock.set(NOON.plus(Duration.ofMinutes(56)));
    tracker.poll();
    at("12:59:59", CredentialState.RENEWAL_OVERDUE);
    assertThat(tracker.snapshot().forecast().orElseThrow().evidence())
        .contains("were not there at 2026-01-01T12:56:00Z");
    at("13:00:00", CredentialState.EXPIRED);
    assertThat(tracker.snapshot().cause().orElseThrow().evidence())
        .contains("were not there at 2026-01-01T12:56:00Z");
  }

  private void at(String time, CredentialState state) {
    clock.set(Instant.parse("2026-01-01T" + time + "Z"));
    assertThat(tracker.snapshot().state()).isEqualTo(state);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_LOOKED);
  }

  private void assertFlaggedAfter(Duration patience) {
    clock.advance(patience.minusNanos(1));
    assertThat(tracker.snapshot().flags()).doesNotContain(CredentialFlag.NOT_LOOKED);
    clock.advance(Duration.ofNanos(1));
    assertThat(tracker.snapshot().flags()).contains(CredentialFlag.NOT_LOOKED);
  }

  @Test
  void of_a_clock_that_was_set_back_far_nobody_knows_how_long_ago_the_last_look_was() {
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    clock.set(NOON.minus(Duration.ofMinutes(6)));
    assertThat(tracker.snapshot().flags()).isEmpty();
    clock.set(NOON.minus(Duration.ofMinutes(6)).minusNanos(1));
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_LOOKED);
    clock.set(NOON.minus(Duration.ofDays(335)));
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_LOOKED);
    assertThat(tracker.poll().flags()).isEmpty();
  }
}
