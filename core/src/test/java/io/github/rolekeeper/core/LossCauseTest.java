package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Why credentials are lost, once they are. */
class LossCauseTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker = CredentialTracker.builder(source).clock(clock).build();
  private final CredentialMetadata set = Sets.issued("ASIAEXAMPLE7", NOON, HOUR);

  @Test
  void what_foretold_the_loss_stays_with_its_cure_through_expired_and_missing() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    assertThat(tracker.snapshot().cause()).as("nothing is lost yet").isEmpty();
    clock.advance(HOUR);
    assertCause(CredentialState.EXPIRED, tracker.snapshot());
    assertCause(CredentialState.EXPIRED, tracker.poll());
    source.serves(set);
    assertCause(CredentialState.EXPIRED, tracker.poll());
    source.fails(new IllegalStateException("time-out"));
    assertCause(CredentialState.EXPIRED, tracker.poll());
    source.servesNone();
    assertCause(CredentialState.MISSING, tracker.poll());
    clock.advance(HOUR);
    assertCause(CredentialState.MISSING, tracker.poll());
  }

  private static void assertCause(CredentialState state, CredentialSnapshot seen) {
    assertThat(seen.state()).isEqualTo(state);
    assertThat(seen.cause()).contains(Sets.profileGone());
    assertThat(seen.forecast()).isEmpty();
  }

  @Test
  void what_the_source_states_after_the_loss_takes_its_place() {
    LossSignal noRole =
        new LossSignal(
            LossReason.PROFILE_WITHOUT_ROLE,
            Confidence.MEDIUM,
            "no role",
            Optional.of("add a role"));
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    source.answers(() -> CredentialObservation.none().withSignal(noRole));
    assertThat(tracker.poll().cause()).contains(noRole);
    source.servesNone();
    assertThat(tracker.poll().cause()).contains(noRole);
  }

  @Test
  void new_credentials_end_it_and_it_does_not_come_back_with_their_loss() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    tracker.poll();
    source.serves(Sets.issued("B", clock.instant(), HOUR));
    assertThat(tracker.poll().cause()).isEmpty();
    clock.advance(HOUR);
    assertThat(tracker.poll().cause().orElseThrow().reason()).isEqualTo(LossReason.RENEWAL_OVERDUE);
  }

  @Test
  void a_cause_that_was_mended_while_the_credentials_lived_is_no_cause() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    source.serves(set);
    tracker.poll();
    clock.advance(HOUR);
    assertThat(tracker.poll().cause().orElseThrow().reason()).isEqualTo(LossReason.RENEWAL_OVERDUE);
  }

  @Test
  void what_the_source_says_of_there_being_none_at_the_first_look_is_the_cause() {
    source.answers(() -> CredentialObservation.none().withSignal(Sets.profileGone()));
    assertThat(tracker.poll().cause()).contains(Sets.profileGone());
  }

  @Test
  void without_a_word_of_the_source_its_none_is_the_cause() {
    tracker.poll();
    clock.advance(HOUR);
    LossSignal cause = tracker.poll().cause().orElseThrow();
    assertThat(cause.reason()).isEqualTo(LossReason.CREDENTIALS_WITHDRAWN);
    assertThat(cause.evidence()).contains("2026-01-01T12:00:00Z", "has no credentials");
  }

  @Test
  void a_source_that_failed_until_the_loss_is_quoted() {
    source.serves(set);
    tracker.poll();
    clock.advance(HOUR);
    source.fails(new IllegalStateException("no route to host"));
    LossSignal cause = tracker.poll().cause().orElseThrow();
    assertThat(cause.reason()).isEqualTo(LossReason.RENEWAL_OVERDUE);
    assertThat(cause.confidence()).isEqualTo(Confidence.LOW);
    assertThat(cause.evidence())
        .contains("has not answered since 2026-01-01T12:00:00Z", "no route to host");
  }

  @Test
  void credentials_without_an_expiration_keep_the_cause_when_they_are_withdrawn() {
    source.serves(Sets.withoutExpiration("A"), Sets.profileGone());
    tracker.poll();
    source.servesNone();
    CredentialSnapshot seen = tracker.poll();
    assertThat(seen.state()).isEqualTo(CredentialState.MISSING);
    assertThat(seen.cause()).contains(Sets.profileGone());
  }

  @Test
  void what_does_not_apply_is_not_lost() {
    source.serves(set, Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    source.answers(() -> CredentialObservation.notApplicable("a laptop"));
    assertThat(tracker.poll().cause()).isEmpty();
  }

  @Test
  void an_end_that_only_a_service_told_is_explained_by_its_refusal_and_nothing_was_due() {
    source.serves(Sets.withoutExpiration("ASIAEXAMPLE7"));
    tracker.poll();
    clock.advance(Duration.ofSeconds(30));
    try (LogCapture log = LogCapture.start()) {
      tracker.report(expired());
      assertThat(log.lines())
          .containsExactly(
              "ERROR credentials ****PLE7: VALID -> EXPIRED, expiration 2026-01-01T12:00:30Z; cause"
                  + " RENEWAL_OVERDUE (confidence LOW): credentials ****PLE7: a service refused them"
                  + " as expired at 2026-01-01T12:00:30Z");
    }
    clock.advance(Duration.ofSeconds(30));
    LossSignal cause = tracker.poll().cause().orElseThrow();
    assertThat(cause.confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(cause.evidence()).endsWith("still served them at 2026-01-01T12:01:00Z");
    source.fails(new IllegalStateException("no route to host"));
    cause = tracker.poll().cause().orElseThrow();
    assertThat(cause.confidence()).isEqualTo(Confidence.LOW);
    assertThat(cause.evidence())
        .contains("refused them as expired at 2026-01-01T12:00:30Z", "no route to host");
  }

  @Test
  void what_the_source_states_explains_more_than_a_refusal() {
    source.serves(Sets.withoutExpiration("ASIAEXAMPLE7"), Sets.profileGone());
    tracker.poll();
    tracker.report(expired());
    assertCause(CredentialState.EXPIRED, tracker.snapshot());
  }

  private static CallReport expired() {
    AwsFailure failure =
        new AwsFailure(
            "S3",
            "",
            "ExpiredToken",
            400,
            "",
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new CallReport("ASIAEXAMPLE7", "S3:GetObject", Optional.of(failure), Optional.empty());
  }
}
