package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RhythmTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LIFETIME = Duration.ofHours(6);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final List<CredentialEventType> told = new ArrayList<>();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source)
          .clock(clock)
          .listenerExecutor(Runnable::run)
          .listener(event -> told.add(event.type()))
          .build();
  private int sets;

  @Test
  void a_rotation_that_stopped_is_foretold_after_twice_the_usual_time() {
    rotate(4, HOUR);
    watch(HOUR.multipliedBy(2).minusMinutes(1));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
    watch(Duration.ofMinutes(1));
    CredentialSnapshot seen = tracker.poll();
    assertThat(seen.state()).isEqualTo(CredentialState.RENEWAL_OVERDUE);
    LossForecast forecast = seen.forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.RENEWAL_OVERDUE);
    assertThat(forecast.confidence()).isEqualTo(Confidence.LOW);
    assertThat(forecast.leadTime()).isEqualTo(HOUR.multipliedBy(4));
    assertThat(forecast.evidence()).contains("used to follow each other within PT1H");
    watch(HOUR.multipliedBy(4).minusMinutes(1));
    assertThat(tracker.snapshot().forecast().orElseThrow().confidence())
        .isEqualTo(Confidence.MEDIUM);
    assertThat(told)
        .as("by the rhythm, and once more when the promise is broken, which is surer")
        .filteredOn(type -> type == CredentialEventType.FORECAST_RAISED)
        .hasSize(2);
  }

  @Test
  void a_clock_that_is_ahead_makes_no_healthy_rotation_late() {
    Duration ahead = HOUR.multipliedBy(2);
    for (int set = 0; set < 10; set++) {
      source.serves(Sets.issued("KEY-" + set, clock.instant().minus(ahead), LIFETIME));
      watch(HOUR);
    }
    assertThat(told)
        .doesNotContain(CredentialEventType.FORECAST_RAISED, CredentialEventType.RENEWAL_OVERDUE);
  }

  @Test
  void a_clock_that_was_behind_and_is_set_right_makes_no_set_late() {
    Duration behind = HOUR.multipliedBy(2);
    for (int set = 0; set < 5; set++) {
      source.serves(Sets.issued("KEY-" + set, clock.instant().plus(behind), LIFETIME));
      tracker.poll();
      clock.advance(HOUR.dividedBy(2));
      tracker.poll();
      clock.advance(set < 4 ? HOUR.dividedBy(2) : behind);
    }
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 30})
  void sets_of_two_accounts_that_are_used_in_turn_are_no_rhythm(int minutesLater) {
    CredentialMetadata one = ending("A", NOON.plus(LIFETIME));
    CredentialMetadata other = ending("B", NOON.plus(LIFETIME).plusSeconds(minutesLater * 60L));
    for (int call = 0; call < 20; call++) {
      source.serves(call % 2 == 0 ? one : other);
      tracker.poll();
      clock.advance(Duration.ofMinutes(1));
    }
    source.serves(other);
    watch(HOUR);
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void a_set_that_its_source_prolongs_is_renewed_by_none_that_came_in_an_outage() {
    Instant end = NOON.plus(HOUR);
    source.serves(ending("A", end));
    tracker.poll();
    clock.advance(HOUR.dividedBy(2));
    source.serves(ending("A", end.plus(HOUR.multipliedBy(8))));
    tracker.poll();
    for (int set = 0; set < 3; set++) {
      clock.advance(HOUR);
      source.serves(ending("B" + set, clock.instant().plus(HOUR.multipliedBy(9))));
      tracker.poll();
    }
    watch(HOUR.multipliedBy(3).minusMinutes(1));
    assertThat(tracker.poll().state())
        .as("the longest of three intervals is an hour and a half")
        .isEqualTo(CredentialState.VALID);
    watch(Duration.ofMinutes(1));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.RENEWAL_OVERDUE);
  }

  private static CredentialMetadata ending(String keyId, Instant end) {
    return new CredentialMetadata(Optional.empty(), keyId, Optional.empty(), Optional.of(end));
  }

  @Test
  void a_late_renewal_withdraws_the_forecast_and_widens_the_rhythm() {
    rotate(4, HOUR);
    watch(Duration.ofMinutes(150));
    assertThat(told).contains(CredentialEventType.FORECAST_RAISED);
    told.clear();
    issue();
    assertThat(told)
        .containsExactly(CredentialEventType.RENEWED, CredentialEventType.FORECAST_WITHDRAWN);
    told.clear();
    watch(Duration.ofMinutes(299));
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 119, 240, 354})
  void a_source_that_rotates_late_but_in_time_raises_no_alarm(int minutes) {
    rotate(12, Duration.ofMinutes(minutes));
    assertThat(told)
        .doesNotContain(CredentialEventType.FORECAST_RAISED, CredentialEventType.RENEWAL_OVERDUE);
  }

  @Test
  void two_renewals_are_no_rhythm_yet() {
    rotate(3, HOUR);
    watch(HOUR.multipliedBy(4));
    assertThat(tracker.snapshot().forecast()).isEmpty();
  }

  @Test
  void time_that_passed_without_a_look_proves_nothing() {
    rotate(4, HOUR);
    clock.advance(HOUR.multipliedBy(3));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
    source.fails(new IllegalStateException("time-out"));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void a_set_that_lives_no_longer_than_its_window_is_flagged_and_not_late() {
    source.serves(Sets.issued("A", NOON, Duration.ofMinutes(5)));
    CredentialSnapshot seen = tracker.poll();
    assertThat(seen.state()).isEqualTo(CredentialState.EXPIRING);
    assertThat(seen.flags()).containsExactly(CredentialFlag.SHORT_LIVED);
    assertThat(seen.forecast()).isEmpty();
  }

  @Test
  void a_removed_role_may_be_served_once_more_within_the_hour() {
    source.serves(
        Sets.issued("A", NOON, LIFETIME),
        new LossSignal(
            LossReason.PROFILE_WITHOUT_ROLE, Confidence.MEDIUM, "no role", Optional.empty()));
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.earliest()).isEqualTo(NOON.plus(LIFETIME));
    assertThat(forecast.latest()).contains(NOON.plus(LIFETIME).plus(HOUR));
  }

  @Test
  void a_clock_known_to_be_wrong_widens_the_forecast_towards_the_truth() {
    Instant end = NOON.plus(LIFETIME);
    source.serves(Sets.issued("A", NOON, LIFETIME), Sets.profileGone());
    tracker.poll();
    tracker.reportAnswerDate(NOON.plus(Duration.ofMinutes(4)).minusNanos(1));
    assertThat(tracker.snapshot().forecast().orElseThrow().earliest()).isEqualTo(end);
    tracker.reportAnswerDate(NOON.plus(Duration.ofMinutes(10)));
    assertThat(tracker.snapshot().forecast().orElseThrow().earliest())
        .isEqualTo(end.minus(Duration.ofMinutes(10)));
    tracker.reportAnswerDate(NOON.minus(Duration.ofMinutes(4)));
    assertThat(tracker.snapshot().forecast().orElseThrow().latest())
        .contains(end.plus(Duration.ofMinutes(4)));
    assertThat(tracker.snapshot().forecast().orElseThrow().earliest()).isEqualTo(end);
  }

  private void rotate(int count, Duration pause) {
    for (int i = 0; i < count; i++) {
      issue();
      if (i < count - 1) {
        watch(pause);
      }
    }
  }

  private void issue() {
    source.serves(Sets.issued("KEY-" + sets++, clock.instant(), LIFETIME));
    tracker.poll();
  }

  private void watch(Duration time) {
    for (long minute = 0; minute < time.toMinutes(); minute++) {
      clock.advance(Duration.ofMinutes(1));
      if (minute < time.toMinutes() - 1) {
        tracker.poll();
      }
    }
  }
}
