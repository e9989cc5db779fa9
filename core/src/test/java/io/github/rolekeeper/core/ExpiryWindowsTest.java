package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpiryWindowsTest {
  @ParameterizedTest
  @CsvSource({
    "PT1M, PT5M",
    "PT20M, PT5M",
    "PT20M0.001S, PT15M",
    "PT1H, PT15M",
    "PT1H29M59S, PT15M",
    "PT1H30M, PT1H",
    "PT6H, PT1H",
    "PT6H35M4S, PT1H"
  })
  void the_advisory_window_follows_the_lifetime(Duration lifetime, Duration window) {
    assertThat(ExpiryWindows.scaledToLifetime().advisoryFor(lifetime)).isEqualTo(window);
  }

  @ParameterizedTest
  @CsvSource({
    "PT5M, PT37.5S",
    "PT15M, PT1M52.5S",
    "PT19M59S, PT2M29.875S",
    "PT20M, PT2M30S",
    "PT20M0.001S, PT5M",
    "PT6H, PT5M"
  })
  void the_overdue_window_is_the_five_minutes_that_aws_promises_and_an_eighth_of_a_short_life(
      Duration lifetime, Duration window) {
    assertThat(ExpiryWindows.scaledToLifetime().overdueFor(lifetime)).isEqualTo(window);
  }

  @ParameterizedTest
  @CsvSource({"PT1M", "PT10M", "PT15M", "PT20M", "PT21M", "PT6H"})
  void there_is_time_to_be_expiring_before_being_overdue(Duration lifetime) {
    ExpiryWindows windows = ExpiryWindows.scaledToLifetime();
    assertThat(windows.overdueFor(lifetime)).isLessThan(windows.advisoryFor(lifetime));
  }

  @Test
  void fixed_windows_hold_for_every_lifetime() {
    ExpiryWindows windows = ExpiryWindows.fixed(Duration.ofMinutes(30), Duration.ofMinutes(10));
    assertThat(windows.advisoryFor(Duration.ofMinutes(1))).isEqualTo(Duration.ofMinutes(30));
    assertThat(windows.overdueFor(Duration.ofHours(12))).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void a_long_overdue_window_is_cut_to_a_scaled_advisory_window() {
    ExpiryWindows windows =
        new ExpiryWindows(Optional.empty(), Optional.of(Duration.ofMinutes(30)));
    assertThat(windows.overdueFor(Duration.ofMinutes(10))).isEqualTo(Duration.ofMinutes(5));
    assertThat(windows.overdueFor(Duration.ofHours(6))).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void windows_that_make_no_sense_are_refused() {
    Duration minute = Duration.ofMinutes(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExpiryWindows.fixed(minute, minute.multipliedBy(2)))
        .withMessageContainingAll("PT2M", "PT1M");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExpiryWindows.fixed(Duration.ZERO, minute))
        .withMessageContaining("advisory");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExpiryWindows.fixed(minute, minute.negated()))
        .withMessageContaining("overdue");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExpiryWindows.fixed(Duration.ofSeconds(Long.MAX_VALUE), minute))
        .withMessageContainingAll("advisory", "365 days", "give at most");
  }
}
