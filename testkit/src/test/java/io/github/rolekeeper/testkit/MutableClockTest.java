package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class MutableClockTest {
  @Test
  void a_still_clock_shows_the_same_until_it_is_moved() {
    MutableClock clock = MutableClock.at("2026-01-01T00:00:00Z");

    clock.advance(Duration.ofHours(1));
    assertThat(clock.instant()).isEqualTo("2026-01-01T01:00:00Z");
    clock.set(Instant.parse("2025-01-01T00:00:00Z"));
    assertThat(clock.instant()).isEqualTo("2025-01-01T00:00:00Z").isEqualTo(clock.instant());
  }

  @Test
  void a_ticking_clock_shows_the_real_time_and_what_it_was_advanced_by() {
    MutableClock clock = MutableClock.ticking();
    Instant before = Instant.now();
    Instant shown = clock.instant();
    assertThat(shown).isBetween(before, Instant.now());

    clock.advance(Duration.ofDays(1));

    assertThat(clock.instant())
        .isBetween(shown.plus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(1)));
  }

  @Test
  void a_ticking_clock_goes_on_from_where_it_was_set() {
    MutableClock clock = MutableClock.ticking();
    Instant start = Instant.parse("2020-01-01T00:00:00Z");
    Instant before = Instant.now();
    clock.set(start);
    while (!Instant.now().isAfter(before)) {
      Thread.onSpinWait();
    }

    Instant shown = clock.withZone(ZoneId.of("Asia/Tokyo")).instant();

    assertThat(shown)
        .isAfterOrEqualTo(start)
        .isBeforeOrEqualTo(start.plus(Duration.between(before, Instant.now())));
  }
}
