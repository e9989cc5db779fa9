package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LossForecastTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker = CredentialTracker.builder(source).clock(clock).build();
  private final CredentialMetadata set = Sets.issued("A", NOON, HOUR.multipliedBy(6));

  @Test
  void a_signal_foretells_the_loss_at_the_expiration() {
    clock.advance(HOUR);
    source.serves(set, Sets.profileGone());
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(forecast.earliest()).isEqualTo(set.expiration().orElseThrow());
    assertThat(forecast.latest()).isEqualTo(set.expiration());
    assertThat(forecast.foreseenAt()).isEqualTo(NOON.plus(HOUR));
    assertThat(forecast.leadTime()).isEqualTo(Duration.ofHours(5));
    assertThat(forecast.cure()).isEqualTo(Sets.profileGone().cure());
    assertThat(forecast.evidence()).isEqualTo(Sets.profileGone().evidence());
  }

  @Test
  void healthy_credentials_have_no_forecast() {
    source.serves(set);
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void the_first_sight_of_a_reason_stays_while_its_text_changes() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    source.serves(
        set,
        new LossSignal(
            LossReason.PROFILE_NOT_FOUND, Confidence.HIGH, "still so", Optional.empty()));
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.foreseenAt()).isEqualTo(NOON);
    assertThat(forecast.evidence()).isEqualTo("still so");
  }

  @Test
  void another_reason_is_foreseen_anew() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    source.serves(
        set,
        new LossSignal(
            LossReason.PROFILE_WITHOUT_ROLE, Confidence.MEDIUM, "no role", Optional.empty()));
    assertThat(tracker.poll().forecast().orElseThrow().foreseenAt()).isEqualTo(NOON.plus(HOUR));
  }

  @Test
  void a_cause_that_is_gone_takes_its_forecast_along_and_starts_anew_when_it_comes_back() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    source.serves(set);
    assertThat(tracker.poll().forecast()).isEmpty();
    clock.advance(HOUR);
    source.serves(set, Sets.profileGone());
    assertThat(tracker.poll().forecast().orElseThrow().foreseenAt()).isEqualTo(NOON.plus(HOUR));
  }

  @Test
  void withdrawn_credentials_are_lost_at_their_expiration() {
    source.serves(set);
    tracker.poll();
    clock.advance(HOUR);
    source.servesNone();
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.CREDENTIALS_WITHDRAWN);
    assertThat(forecast.leadTime()).isEqualTo(HOUR.multipliedBy(5));
    source.serves(set);
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void the_stated_cause_goes_before_the_withdrawal() {
    source.serves(set);
    tracker.poll();
    source.answers(() -> CredentialObservation.none().withSignal(Sets.profileGone()));
    assertThat(tracker.poll().forecast().orElseThrow().reason())
        .isEqualTo(LossReason.PROFILE_NOT_FOUND);
  }

  @Test
  void a_silent_source_neither_raises_nor_withdraws() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    source.fails(new IllegalStateException("time-out"));
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(forecast.foreseenAt()).isEqualTo(NOON);
  }

  @Test
  void dead_credentials_have_no_forecast_even_between_polls() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.set(set.expiration().orElseThrow());
    assertThat(tracker.snapshot().forecast()).isEmpty();
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void a_missed_renewal_is_a_forecast_of_its_own() {
    source.serves(set);
    clock.advance(HOUR.multipliedBy(5));
    tracker.poll();
    clock.advance(Duration.ofMinutes(57));
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.RENEWAL_OVERDUE);
    assertThat(forecast.confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(forecast.leadTime()).isEqualTo(Duration.ofMinutes(5));
    assertThat(forecast.evidence()).contains("2026-01-01T17:55:00Z");
  }

  @Test
  void a_missed_renewal_of_a_silent_source_is_little_evidence() {
    source.serves(set);
    tracker.poll();
    source.fails(new IllegalStateException("time-out"));
    clock.advance(HOUR.multipliedBy(6).minusMinutes(1));
    assertThat(tracker.poll().forecast().orElseThrow().confidence()).isEqualTo(Confidence.LOW);
  }

  @Test
  void a_missed_renewal_is_not_foretold_for_a_time_before_the_first_sight() {
    source.serves(set);
    clock.advance(HOUR.multipliedBy(6).minusMinutes(1));
    assertThat(tracker.poll().forecast().orElseThrow().leadTime()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void an_overdue_renewal_keeps_the_earlier_reason() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR.multipliedBy(6).minusMinutes(1));
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(forecast.leadTime()).isEqualTo(HOUR.multipliedBy(6));
  }

  @Test
  void a_signal_is_kept_without_an_expiration_and_the_time_of_the_loss_is_unknown() {
    source.serves(Sets.withoutExpiration("A"), Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    LossForecast forecast = tracker.poll().forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(forecast.cure()).isEqualTo(Sets.profileGone().cure());
    assertThat(forecast.foreseenAt()).isEqualTo(NOON);
    assertThat(forecast.earliest()).as("at any time from then on").isEqualTo(NOON);
    assertThat(forecast.latest()).isEmpty();
    assertThat(forecast.leadTime()).isZero();
    source.serves(Sets.withoutExpiration("A"));
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void a_signal_without_an_expiration_outlasts_a_look_that_saw_no_use() {
    source.serves(Sets.withoutExpiration("A"), Sets.profileGone());
    tracker.poll();
    source.answers(() -> CredentialObservation.unused().withSignal(Sets.profileGone()));
    assertThat(tracker.poll().forecast().orElseThrow().foreseenAt()).isEqualTo(NOON);
  }

  @Test
  void a_source_that_gives_null_for_a_cure_fails_and_breaks_no_look() {
    source.answers(
        () ->
            CredentialObservation.none()
                .withSignal(
                    new LossSignal(LossReason.PROFILE_NOT_FOUND, Confidence.HIGH, "gone", null)));
    assertThat(tracker.poll().flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
  }
}
