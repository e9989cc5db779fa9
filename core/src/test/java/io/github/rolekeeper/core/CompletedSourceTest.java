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

class CompletedSourceTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource used = new ScriptedSource();
  private final ScriptedSource metadata = new ScriptedSource();
  private final List<CredentialEventType> told = new ArrayList<>();
  private final CredentialTracker tracker =
      CredentialTracker.builder(CompletedSource.of(used, metadata))
          .clock(clock)
          .listenerExecutor(Runnable::run)
          .listener(event -> told.add(event.type()))
          .build();

  @Test
  void the_document_of_the_same_key_gives_role_issue_and_end() {
    CredentialMetadata document = Sets.issued("A", NOON, HOUR);
    metadata.serves(document);
    uses("A");

    assertThat(tracker.poll().credentials()).contains(document);
  }

  @Test
  void another_key_gives_nothing_not_even_a_sign_of_loss() {
    metadata.serves(Sets.issued("B", NOON, HOUR), Sets.profileGone());
    uses("A");

    assertThat(tracker.poll().credentials()).contains(Sets.withoutExpiration("A"));
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
    used.serves(Sets.issued("C", NOON, HOUR));
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void what_a_key_was_once_seen_with_stays_after_the_rotation_with_the_signs_of_loss() {
    metadata.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    uses("A");
    tracker.poll();
    clock.advance(HOUR);
    metadata.serves(Sets.issued("B", clock.instant(), HOUR.multipliedBy(6)), Sets.profileGone());

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.remaining()).contains(HOUR.multipliedBy(5));
    assertThat(seen.forecast().orElseThrow().reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    uses("C");
    assertThat(tracker.poll().flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
  }

  @Test
  void a_set_that_comes_into_use_after_its_rotation_is_completed_as_it_was_served() {
    metadata.serves(Sets.issued("A", NOON, HOUR.multipliedBy(6)));
    uses("A");
    tracker.poll();
    clock.advance(HOUR);
    CredentialMetadata b = Sets.issued("B", clock.instant(), HOUR.multipliedBy(6));
    metadata.serves(b);
    tracker.poll();
    clock.advance(HOUR);
    metadata.serves(Sets.issued("C", clock.instant(), HOUR.multipliedBy(6)));
    uses("B");

    assertThat(tracker.poll().credentials()).contains(b);
    assertThat(tracker.snapshot().flags()).isEmpty();
    metadata.servesNone();
    assertThat(tracker.poll().forecast().orElseThrow().earliest())
        .isEqualTo(b.expiration().orElseThrow());
  }

  @Test
  void all_sets_that_can_be_alive_at_once_are_remembered_and_the_one_in_use_for_good() {
    metadata.serves(Sets.issued("A", NOON, HOUR));
    uses("A");
    tracker.poll();
    for (int rotation = 1; rotation <= 20; rotation++) {
      metadata.serves(Sets.issued("K" + rotation, NOON, HOUR));
      tracker.poll();
    }

    assertThat(tracker.poll().flags()).as("the one in use").isEmpty();
    uses("K13");
    assertThat(tracker.poll().flags()).as("the eighth last").isEmpty();
    uses("K12");
    assertThat(tracker.poll().flags())
        .as("the one before")
        .containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
  }

  @Test
  void what_both_know_is_taken_from_the_one_who_knows_of_the_later_end() {
    metadata.serves(Sets.issued("A", NOON, HOUR));
    used.serves(Sets.issued("A", NOON, HOUR.plusMinutes(15)));
    assertThat(tracker.poll().remaining()).contains(HOUR.plusMinutes(15));

    metadata.serves(Sets.issued("A", NOON, HOUR.multipliedBy(2)));
    assertThat(tracker.poll().remaining()).contains(HOUR.multipliedBy(2));
  }

  @Test
  void a_silent_metadata_service_changes_nothing_and_is_logged_once() {
    metadata.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());
    uses("A");
    tracker.poll();
    metadata.fails(new IllegalStateException("time-out"));

    try (LogCapture log = LogCapture.start()) {
      CredentialSnapshot seen = tracker.poll();
      tracker.poll();

      assertThat(seen.flags()).isEmpty();
      assertThat(seen.remaining()).contains(HOUR);
      assertThat(seen.forecast().orElseThrow().reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
      assertThat(log.lines())
          .containsExactly(
              "WARNING the metadata service does not complete what is known of the credentials:"
                  + " java.lang.IllegalStateException: time-out");
    }
  }

  @Test
  void a_broken_log_fails_no_look() {
    metadata.fails(new IllegalStateException("time-out"));
    uses("A");
    try (LogCapture broken = LogCapture.startBroken()) {
      assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
      assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
      assertThat(broken.lines()).isEmpty();
    }
  }

  @Test
  void credentials_that_the_metadata_service_withdrew_are_foretold_to_be_lost() {
    metadata.serves(Sets.issued("A", NOON, HOUR));
    uses("A");
    tracker.poll();
    metadata.servesNone();

    LossForecast loss = tracker.poll().forecast().orElseThrow();

    assertThat(loss.reason()).isEqualTo(LossReason.CREDENTIALS_WITHDRAWN);
    assertThat(loss.earliest()).isEqualTo(NOON.plus(HOUR));
    metadata.serves(Sets.issued("A", NOON, HOUR));
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void dead_credentials_that_the_application_goes_on_using_are_served_past_their_end() {
    metadata.serves(Sets.issued("A", NOON, HOUR));
    uses("A");
    tracker.poll();
    metadata.servesNone();
    clock.advance(HOUR);

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.SERVED_PAST_EXPIRY);
  }

  @Test
  void before_the_first_use_it_is_told_what_that_would_get() {
    usesNothing();
    metadata.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.state()).isEqualTo(CredentialState.VALID);
    assertThat(seen.flags()).containsExactly(CredentialFlag.NOT_USED);
    assertThat(seen.forecast().orElseThrow().reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    metadata.serves(Sets.issued("B", NOON, HOUR.multipliedBy(2)));
    assertThat(tracker.poll().credentials().orElseThrow().accessKeyId()).isEqualTo("B");
    assertThat(told)
        .containsExactly(
            CredentialEventType.OBTAINED,
            CredentialEventType.FORECAST_RAISED,
            CredentialEventType.RENEWED,
            CredentialEventType.FORECAST_WITHDRAWN);
  }

  @Test
  void before_the_first_use_a_silent_metadata_service_withdraws_no_forecast() {
    usesNothing();
    metadata.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());
    tracker.poll();
    metadata.fails(new IllegalStateException("time-out"));

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.forecast().orElseThrow().reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(seen.flags())
        .containsExactly(CredentialFlag.SOURCE_FAILING, CredentialFlag.NOT_USED);
    metadata.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());
    tracker.poll();
    assertThat(told)
        .containsExactly(
            CredentialEventType.OBTAINED,
            CredentialEventType.FORECAST_RAISED,
            CredentialEventType.SOURCE_FAILING,
            CredentialEventType.SOURCE_RECOVERED);
  }

  @Test
  void what_ends_unused_beside_a_silent_metadata_service_is_unknown() {
    usesNothing();
    metadata.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    metadata.fails(new IllegalStateException("time-out"));
    clock.advance(HOUR);

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(told).doesNotContain(CredentialEventType.EXPIRED);
  }

  @Test
  void before_the_first_use_a_metadata_service_that_never_answered_is_a_failing_source() {
    usesNothing();
    metadata.fails(new IllegalStateException("time-out"));

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(seen.flags()).containsExactly(CredentialFlag.SOURCE_FAILING);
    assertThat(seen.lastFailure().orElseThrow().message()).contains("time-out");
  }

  @Test
  void before_the_first_use_other_credentials_of_the_process_are_not_applicable() {
    usesNothing();
    metadata.answers(() -> CredentialObservation.notApplicable("static keys"));

    assertThat(tracker.poll().notApplicable()).contains("static keys");
  }

  @Test
  void an_idle_application_keeps_what_it_uses_while_the_metadata_service_rotates() {
    metadata.serves(Sets.issued("A", NOON, HOUR));
    uses("A");
    tracker.poll();
    usesNothing();
    clock.advance(HOUR.dividedBy(2));
    metadata.serves(Sets.issued("B", clock.instant(), HOUR));

    assertThat(tracker.poll().credentials().orElseThrow().accessKeyId()).isEqualTo("A");
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_USED);
    clock.advance(HOUR.dividedBy(2));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(tracker.poll().credentials().orElseThrow().accessKeyId()).isEqualTo("B");
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
    assertThat(told).containsExactly(CredentialEventType.OBTAINED, CredentialEventType.RENEWED);
  }

  @Test
  void the_loss_of_an_idle_application_and_its_repair_are_seen_without_a_use() {
    metadata.serves(Sets.issued("A", NOON, HOUR));
    uses("A");
    tracker.poll();
    usesNothing();
    metadata.servesNone();
    assertThat(tracker.poll().forecast().orElseThrow().reason())
        .isEqualTo(LossReason.CREDENTIALS_WITHDRAWN);
    clock.advance(HOUR);
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);

    metadata.serves(Sets.issued("B", clock.instant(), HOUR));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(told).endsWith(CredentialEventType.LOST, CredentialEventType.RECOVERED);
  }

  @Test
  void an_idle_application_that_has_its_credentials_from_elsewhere_is_none_of_the_metadatas() {
    metadata.serves(Sets.issued("B", NOON, HOUR));
    used.serves(Sets.issued("A", NOON, HOUR));
    tracker.poll();
    usesNothing();
    metadata.servesNone();
    int asked = metadata.looks();

    assertThat(tracker.poll().forecast()).isEmpty();
    clock.advance(HOUR);
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(metadata.looks()).isEqualTo(asked);
  }

  @Test
  void an_idle_application_beside_a_silent_metadata_service_keeps_the_forecast() {
    metadata.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());
    uses("A");
    tracker.poll();
    usesNothing();
    metadata.fails(new IllegalStateException("time-out"));

    assertThat(tracker.poll().forecast().orElseThrow().reason())
        .isEqualTo(LossReason.PROFILE_NOT_FOUND);
  }

  @Test
  void a_provider_that_fails_because_the_metadata_service_has_none_is_one_without_credentials() {
    used.fails(new IllegalStateException("Failed to load credentials from IMDS"));
    metadata.servesNone();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
    usesNothing();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);

    metadata.serves(Sets.issued("A", NOON, HOUR));
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
  }

  @Test
  void a_provider_that_fails_beside_a_healthy_metadata_service_is_a_failing_source() {
    CompletedSource source = CompletedSource.of(used, metadata);
    used.fails(new IllegalStateException("no route"));
    metadata.serves(Sets.issued("A", NOON, HOUR));
    assertThatThrownBy(source::observe).hasMessage("no route");

    metadata.fails(new IllegalStateException("time-out"));
    assertThatThrownBy(source::observe).hasMessage("no route");
  }

  @Test
  void what_does_not_apply_or_is_none_of_the_application_passes_without_a_question() {
    used.answers(() -> CredentialObservation.notApplicable("static keys"));
    metadata.serves(Sets.issued("A", NOON, HOUR));

    assertThat(tracker.poll().notApplicable()).contains("static keys");
    used.servesNone();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
    assertThat(metadata.looks()).isZero();
  }

  private void uses(String keyId) {
    used.serves(
        new CredentialMetadata(Optional.empty(), keyId, Optional.empty(), Optional.empty()));
  }

  private void usesNothing() {
    used.answers(CredentialObservation::unused);
  }

  @Test
  void a_provider_of_other_credentials_that_fails_is_a_failing_source_on_any_machine() {
    metadata.servesNone();
    uses("A");
    tracker.poll();
    used.fails(new IllegalStateException("connect timed out"));

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.state()).isEqualTo(CredentialState.VALID);
    assertThat(seen.flags())
        .containsExactly(CredentialFlag.SOURCE_FAILING, CredentialFlag.EXPIRY_UNKNOWN);
    assertThat(seen.lastFailure().orElseThrow().message()).isEqualTo("connect timed out");
    assertThat(told)
        .containsExactly(CredentialEventType.OBTAINED, CredentialEventType.SOURCE_FAILING);

    used.serves(Sets.issued("B", NOON, HOUR));
    tracker.poll();
    used.fails(new IllegalStateException("connect timed out"));
    assertThat(tracker.poll().forecast()).isEmpty();
  }

  @Test
  void a_set_that_was_rotated_away_before_the_first_look_may_be_anybodys_until_the_next() {
    metadata.serves(Sets.issued("B", NOON, HOUR.multipliedBy(6)), Sets.profileGone());
    used.serves(Sets.issued("A", NOON.minus(HOUR), HOUR.multipliedBy(6)));
    assertThat(tracker.poll().forecast()).isEmpty();

    uses("B");
    assertThat(tracker.poll().forecast().orElseThrow().reason())
        .isEqualTo(LossReason.PROFILE_NOT_FOUND);
  }
}
