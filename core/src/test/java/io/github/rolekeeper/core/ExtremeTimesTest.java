package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times that no working machine has, and that sources and clocks show all the same. */
class ExtremeTimesTest {
  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source).clock(clock, () -> 0).build();

  @ParameterizedTest(name = "issued {0}, expiring {1}")
  @CsvSource({
    "-1000000000-01-01T00:00:00Z, +1000000000-12-31T23:59:59.999999999Z, VALID",
    "2026-01-01T12:00:00Z, +1000000000-12-31T23:59:59.999999999Z, VALID",
    "+1000000000-12-31T23:59:59Z, +1000000000-12-31T23:59:59.999999999Z, VALID",
    "2026-01-01T12:00:00Z, -1000000000-01-01T00:00:00Z, EXPIRED",
    "+1000000000-12-31T23:59:59Z, 0001-01-01T00:00:00Z, EXPIRED",
  })
  void any_expiration_is_judged(Instant issued, Instant expiration, CredentialState expected) {
    source.serves(
        new CredentialMetadata(
            Optional.of("web-role"), "A", Optional.of(issued), Optional.of(expiration)),
        new LossSignal(
            LossReason.PROFILE_WITHOUT_ROLE, Confidence.MEDIUM, "seen", Optional.empty()));

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.state()).isEqualTo(expected);
    assertThat(seen.lastFailure()).isEmpty();
    assertThat(seen.forecast().isPresent()).isEqualTo(expected == CredentialState.VALID);
    assertThat(seen.willOutlive(Duration.ofDays(365_000)))
        .isEqualTo(expected == CredentialState.VALID);
    assertThat(PollPace.after(seen, Optional.empty(), 0)).isLessThan(Duration.ofMinutes(6));
  }

  @Test
  void any_skew_is_taken() {
    source.serves(
        Sets.issued("A", NOON, Duration.ofHours(6)),
        new LossSignal(
            LossReason.PROFILE_WITHOUT_ROLE, Confidence.MEDIUM, "seen", Optional.empty()));
    tracker.poll();
    for (Instant date : List.of(Instant.MIN, Instant.MAX)) {
      tracker.reportAnswerDate(date);
      assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.CLOCK_SUSPECT);
      assertThat(tracker.snapshot().forecast()).isPresent();
    }
    for (Duration skew :
        List.of(Duration.ofSeconds(Long.MIN_VALUE), Duration.ofSeconds(Long.MAX_VALUE))) {
      tracker.report(new CallReport("A", "S3:ListBuckets", Optional.empty(), Optional.of(skew)));
      tracker.report(new CallReport("A", "S3:ListBuckets", Optional.empty(), Optional.of(skew)));
      assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.CLOCK_SUSPECT);
    }
  }

  @Test
  void a_clock_that_goes_back_by_years_and_returns_is_followed() {
    source.serves(Sets.issued("A", NOON, Duration.ofHours(6)));
    tracker.poll();
    clock.set(Instant.EPOCH);
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.VALID);
    CredentialSnapshot back = tracker.poll();
    assertThat(back.clock().lastJump().orElseThrow().by())
        .isEqualTo(Duration.between(NOON, Instant.EPOCH));
    assertThat(back.flags()).isEmpty();
    clock.set(NOON.plus(Duration.ofHours(7)));
    CredentialSnapshot returned = tracker.poll();
    assertThat(returned.state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(returned.flags()).containsExactly(CredentialFlag.SERVED_PAST_EXPIRY);
    assertThat(returned.clock().jumps()).isEqualTo(2);
  }
}
