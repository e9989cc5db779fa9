package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.CredentialEventType.EXPIRED;
import static io.github.rolekeeper.core.CredentialEventType.EXPIRING;
import static io.github.rolekeeper.core.CredentialEventType.FORECAST_RAISED;
import static io.github.rolekeeper.core.CredentialEventType.FORECAST_WITHDRAWN;
import static io.github.rolekeeper.core.CredentialEventType.LOST;
import static io.github.rolekeeper.core.CredentialEventType.OBTAINED;
import static io.github.rolekeeper.core.CredentialEventType.RECOVERED;
import static io.github.rolekeeper.core.CredentialEventType.RENEWAL_OVERDUE;
import static io.github.rolekeeper.core.CredentialEventType.RENEWED;
import static io.github.rolekeeper.core.CredentialEventType.ROLE_CHANGED;
import static io.github.rolekeeper.core.CredentialEventType.SERVED_PAST_EXPIRY;
import static io.github.rolekeeper.core.CredentialEventType.SOURCE_FAILING;
import static io.github.rolekeeper.core.CredentialEventType.SOURCE_RECOVERED;
import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialEventsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final List<CredentialEvent> told = new ArrayList<>();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source)
          .clock(clock)
          .listenerExecutor(Runnable::run)
          .listener(told::add)
          .build();

  private List<CredentialEventType> poll() {
    told.clear();
    tracker.poll();
    return told.stream().map(CredentialEvent::type).toList();
  }

  private void at(String time) {
    clock.set(Instant.parse("2026-01-01T" + time + "Z"));
  }

  @Test
  void a_life_without_renewal_is_told_edge_by_edge_and_each_edge_once() {
    source.serves(Sets.issued("A", NOON, HOUR));
    assertThat(poll()).containsExactly(OBTAINED);
    assertThat(poll()).isEmpty();
    at("12:45:00");
    assertThat(poll()).containsExactly(EXPIRING);
    assertThat(poll()).isEmpty();
    at("12:55:00");
    assertThat(poll()).containsExactly(RENEWAL_OVERDUE, FORECAST_RAISED);
    assertThat(poll()).isEmpty();
    at("13:00:00");
    assertThat(poll()).containsExactly(EXPIRED, SERVED_PAST_EXPIRY);
    assertThat(poll()).isEmpty();
    source.servesNone();
    assertThat(poll()).containsExactly(LOST);
    assertThat(poll()).isEmpty();
    source.serves(Sets.issued("B", clock.instant(), HOUR));
    assertThat(poll()).containsExactly(RECOVERED);
  }

  @Test
  void an_event_holds_what_was_and_what_is() {
    source.serves(Sets.issued("A", NOON, HOUR));
    poll();
    CredentialSnapshot before = told.get(0).current();
    assertThat(told.get(0).previous().state()).isEqualTo(CredentialState.UNKNOWN);
    at("12:45:00");
    poll();
    assertThat(told.get(0).previous()).isEqualTo(before);
    assertThat(told.get(0).current()).isEqualTo(tracker.snapshot());
  }

  @Test
  void a_snapshot_that_sees_an_edge_does_not_swallow_its_event() {
    source.serves(Sets.issued("A", NOON, HOUR));
    poll();
    at("12:45:00");
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRING);
    assertThat(poll()).containsExactly(EXPIRING);
  }

  @Test
  void credentials_that_died_and_vanished_between_two_polls_are_both_expired_and_lost() {
    source.serves(Sets.issued("A", NOON, HOUR));
    poll();
    source.servesNone();
    at("14:00:00");
    assertThat(poll()).containsExactly(EXPIRED, LOST);
  }

  @Test
  void a_renewal_is_told_only_if_the_expiration_moved_on() {
    source.serves(Sets.issued("A", NOON, HOUR.multipliedBy(2)));
    poll();
    source.serves(Sets.issued("B", NOON, HOUR.multipliedBy(2)));
    assertThat(poll()).isEmpty();
    source.serves(Sets.issued("C", NOON, HOUR.multipliedBy(3)));
    assertThat(poll()).containsExactly(RENEWED);
    source.serves(Sets.issued("C", NOON, HOUR.multipliedBy(4)));
    assertThat(poll()).containsExactly(RENEWED);
  }

  @Test
  void sets_without_expiration_are_renewed_by_another_key_id() {
    source.serves(Sets.withoutExpiration("A"));
    assertThat(poll()).containsExactly(OBTAINED);
    source.serves(Sets.withoutExpiration("B"));
    assertThat(poll()).containsExactly(RENEWED);
    assertThat(poll()).isEmpty();
    source.servesNone();
    assertThat(poll()).containsExactly(LOST);
  }

  @Test
  void credentials_that_are_dead_on_arrival_are_no_renewal() {
    source.serves(Sets.issued("A", NOON, HOUR));
    poll();
    at("14:00:00");
    assertThat(poll()).containsExactly(EXPIRED, SERVED_PAST_EXPIRY);
    source.serves(Sets.issued("B", NOON, HOUR));
    assertThat(poll()).isEmpty();
  }

  @Test
  void dead_credentials_at_the_first_look_are_obtained_and_expired() {
    source.serves(Sets.issued("A", NOON.minus(HOUR), HOUR));
    assertThat(poll()).containsExactly(OBTAINED, EXPIRED, SERVED_PAST_EXPIRY);
  }

  @Test
  void another_role_is_told_beside_the_renewal() {
    source.serves(Sets.issued("A", NOON, HOUR));
    poll();
    source.serves(Sets.ofRole("db-role", Sets.issued("B", NOON.plusSeconds(1), HOUR)));
    assertThat(poll()).containsExactly(RENEWED, ROLE_CHANGED);
  }

  @Test
  void a_source_that_stops_and_starts_to_answer_is_told_once_each() {
    source.fails(new IllegalStateException("time-out"));
    assertThat(poll()).containsExactly(SOURCE_FAILING);
    assertThat(poll()).isEmpty();
    source.serves(Sets.issued("A", NOON, HOUR));
    assertThat(poll()).containsExactly(SOURCE_RECOVERED, OBTAINED);
  }

  @Test
  void a_first_answer_of_none_is_told_and_the_first_credentials_after_it_are_obtained() {
    assertThat(poll()).containsExactly(LOST);
    source.serves(Sets.issued("A", NOON, HOUR));
    assertThat(poll()).containsExactly(OBTAINED);
  }

  @Test
  void a_forecast_is_raised_once_and_withdrawn_when_its_cause_is_gone() {
    CredentialMetadata set = Sets.issued("A", NOON, HOUR);
    source.serves(set);
    poll();
    source.serves(set, Sets.profileGone());
    assertThat(poll()).containsExactly(FORECAST_RAISED);
    assertThat(poll()).isEmpty();
    source.serves(Sets.issued("B", NOON, HOUR.multipliedBy(2)), Sets.profileGone());
    assertThat(poll()).containsExactly(RENEWED);
    source.serves(Sets.issued("B", NOON, HOUR.multipliedBy(2)));
    assertThat(poll()).containsExactly(FORECAST_WITHDRAWN);
  }

  @Test
  void a_forecast_whose_reason_changes_is_withdrawn_and_raised() {
    CredentialMetadata set = Sets.issued("A", NOON, HOUR);
    source.serves(set, Sets.profileGone());
    assertThat(poll()).containsExactly(OBTAINED, FORECAST_RAISED);
    source.serves(
        set,
        new LossSignal(
            LossReason.PROFILE_WITHOUT_ROLE, Confidence.MEDIUM, "no role", Optional.empty()));
    assertThat(poll()).containsExactly(FORECAST_WITHDRAWN, FORECAST_RAISED);
  }

  @Test
  void a_forecast_that_comes_true_is_not_withdrawn() {
    source.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());
    poll();
    at("13:00:00");
    assertThat(poll()).containsExactly(EXPIRED, SERVED_PAST_EXPIRY);
  }

  @Test
  void a_forecast_that_becomes_surer_is_raised_again_and_one_that_becomes_less_sure_is_not() {
    CredentialMetadata set = Sets.issued("A", NOON, Duration.ofHours(6));
    source.serves(set, error(Confidence.LOW));
    poll();
    source.serves(set, error(Confidence.HIGH));
    assertThat(poll()).containsExactly(FORECAST_RAISED);
    assertThat(told.get(0).current().forecast().orElseThrow().confidence())
        .isEqualTo(Confidence.HIGH);
    assertThat(poll()).isEmpty();
    source.serves(set, error(Confidence.MEDIUM));
    assertThat(poll()).isEmpty();
  }

  private static LossSignal error(Confidence confidence) {
    return new LossSignal(LossReason.PROFILE_ERROR, confidence, "seen", Optional.empty());
  }

  @Test
  void a_suspicion_of_a_session_that_expires_unused_is_cleared_as_nothing_else_tells_its_end() {
    source.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    for (String action : List.of("S3:A", "S3:B")) {
      tracker.report(new CallReport("A", action, Optional.empty(), Optional.empty()));
    }
    for (String action : List.of("S3:A", "S3:B")) {
      tracker.report(new CallReport("A", action, Optional.of(denial()), Optional.empty()));
    }
    source.answers(CredentialObservation::unused);
    clock.advance(Duration.ofMinutes(30));
    tracker.poll();
    clock.advance(Duration.ofMinutes(30));
    assertThat(poll()).containsExactly(CredentialEventType.REVOCATION_CLEARED);
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.UNKNOWN);
  }

  private static AwsFailure denial() {
    return new AwsFailure(
        "S3", "", "AccessDenied", 403, "", Optional.empty(), Optional.empty(), Optional.empty());
  }
}
