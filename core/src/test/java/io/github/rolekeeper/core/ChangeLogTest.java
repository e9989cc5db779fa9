package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String KEY = "ASIA0123456789ABWXYZ";

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source).clock(clock).listenerExecutor(Runnable::run).build();

  @Test
  void each_change_is_one_line() {
    try (LogCapture log = LogCapture.start()) {
      source.serves(Sets.issued(KEY, NOON, HOUR));
      tracker.poll();
      tracker.poll();
      source.serves(Sets.issued(KEY, NOON, HOUR), Sets.profileGone());
      tracker.poll();
      tracker.poll();
      source.fails(new IllegalStateException("time-out"));
      tracker.poll();
      tracker.poll();
      clock.advance(HOUR);
      source.servesNone();
      tracker.poll();
      tracker.poll();
      assertThat(log.lines())
          .containsExactly(
              "INFO credentials ****WXYZ of role web-role: UNKNOWN -> VALID, expiration"
                  + " 2026-01-01T13:00:00Z",
              "WARNING credentials ****WXYZ of role web-role: VALID, expiration"
                  + " 2026-01-01T13:00:00Z; loss foretold for 2026-01-01T13:00:00Z,"
                  + " PROFILE_NOT_FOUND (confidence HIGH): iam/info says InstanceProfileNotFound"
                  + " Cure: associate a valid profile",
              "WARNING credentials ****WXYZ of role web-role: VALID, expiration"
                  + " 2026-01-01T13:00:00Z, [SOURCE_FAILING]: time-out; loss foretold for"
                  + " 2026-01-01T13:00:00Z, PROFILE_NOT_FOUND (confidence HIGH): iam/info says"
                  + " InstanceProfileNotFound Cure: associate a valid profile",
              "ERROR credentials ****WXYZ of role web-role: VALID -> MISSING, expiration"
                  + " 2026-01-01T13:00:00Z; cause PROFILE_NOT_FOUND (confidence HIGH): iam/info says"
                  + " InstanceProfileNotFound Cure: associate a valid profile");
    }
  }

  @Test
  void a_loss_is_an_error_once_and_tells_its_cause_and_cure() {
    source.serves(Sets.issued(KEY, NOON, HOUR), Sets.profileGone());
    tracker.poll();
    clock.advance(HOUR);
    try (LogCapture log = LogCapture.start()) {
      source.fails(new IllegalStateException("time-out"));
      tracker.poll();
      source.serves(Sets.issued(KEY, NOON, HOUR));
      tracker.poll();
      source.servesNone();
      tracker.poll();

      String cause =
          "; cause PROFILE_NOT_FOUND (confidence HIGH): iam/info says InstanceProfileNotFound"
              + " Cure: associate a valid profile";
      assertThat(log.lines()).hasSize(3).allMatch(line -> line.endsWith(cause));
      assertThat(log.lines().get(0)).startsWith("ERROR ").contains("VALID -> EXPIRED");
      assertThat(log.lines().get(1)).startsWith("WARNING ").contains("[SERVED_PAST_EXPIRY]");
      assertThat(log.lines().get(2)).startsWith("ERROR ").contains("EXPIRED -> MISSING");
    }
  }

  @Test
  void a_loss_that_nobody_looked_at_is_an_error_only_once_a_look_confirms_it() {
    source.serves(Sets.issued(KEY, NOON, HOUR));
    tracker.poll();
    clock.advance(HOUR);
    try (LogCapture log = LogCapture.start()) {
      tracker.reportAnswerDate(clock.instant());
      assertThat(log.lines()).singleElement().asString().startsWith("WARNING ");
      assertThat(log.lines().get(0)).contains("VALID -> EXPIRED", "[NOT_LOOKED]");
      tracker.poll();
      assertThat(log.lines().get(1)).startsWith("ERROR ").contains("[SERVED_PAST_EXPIRY]");
    }
  }

  @Test
  void a_loss_that_is_foretold_for_no_known_time_says_so() {
    try (LogCapture log = LogCapture.start()) {
      source.serves(Sets.withoutExpiration(KEY), Sets.profileGone());
      tracker.poll();
      assertThat(log.lines().get(0))
          .startsWith("WARNING ")
          .contains("loss foretold for an unknown time, PROFILE_NOT_FOUND");
    }
  }

  @Test
  void a_suspicion_is_a_warning_and_its_end_is_told() {
    source.serves(Sets.issued(KEY, NOON, HOUR));
    tracker.poll();
    try (LogCapture log = LogCapture.start()) {
      tracker.reportAnswerDate(NOON.plus(Duration.ofMinutes(4)));
      tracker.reportAnswerDate(NOON.plus(Duration.ofMinutes(3)));

      assertThat(log.lines())
          .containsExactly(
              "WARNING credentials ****WXYZ of role web-role: VALID, expiration"
                  + " 2026-01-01T13:00:00Z, [CLOCK_SUSPECT]",
              "INFO credentials ****WXYZ of role web-role: VALID, expiration"
                  + " 2026-01-01T13:00:00Z");
    }
  }

  @Test
  void a_rhythm_that_is_broken_once_wakes_nobody_but_a_broken_promise_does() {
    for (int hour = 0; hour < 4; hour++) {
      source.serves(Sets.issued("KEY-NUMBER-" + hour, clock.instant(), HOUR.multipliedBy(6)));
      tracker.poll();
      clock.advance(HOUR);
    }
    try (LogCapture log = LogCapture.start()) {
      clock.advance(HOUR);
      tracker.poll();
      assertThat(log.lines()).singleElement().asString().startsWith("INFO ");
      assertThat(log.lines().get(0)).contains("RENEWAL_OVERDUE", "(confidence LOW)");
      clock.advance(HOUR.multipliedBy(4).minusMinutes(5));
      tracker.poll();
      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().get(1)).startsWith("WARNING ").contains("(confidence MEDIUM)");
    }
  }

  @Test
  void a_promise_that_is_not_kept_is_a_warning() {
    source.serves(Sets.issued(KEY, NOON, HOUR));
    tracker.poll();
    clock.advance(HOUR.minusMinutes(5));
    try (LogCapture log = LogCapture.start()) {
      tracker.poll();

      assertThat(log.lines()).singleElement().asString().startsWith("WARNING ");
    }
  }

  @Test
  void a_healthy_rotation_makes_no_noise() {
    try (LogCapture log = LogCapture.start()) {
      for (int hour = 0; hour < 5; hour++) {
        source.serves(Sets.issued("KEY-NUMBER-" + hour, clock.instant(), HOUR.multipliedBy(6)));
        tracker.poll();
        clock.advance(HOUR);
      }
      assertThat(log.lines()).hasSize(1);
    }
  }
}
