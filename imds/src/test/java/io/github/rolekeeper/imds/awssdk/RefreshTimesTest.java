package io.github.rolekeeper.imds.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefreshTimesTest {
  private static final Instant NOW = Instant.parse("2025-01-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "PT6H, 0, PT1H", // at least once an hour
    "PT6H, 1, PT54M",
    "PT1H, 0, PT45M", // a quarter of an hour before the end
    "PT1H, 1, PT50M",
    "PT5M, 0, PT1M", // the old ones are still served: look again soon
    "PT5M, 1, PT2M",
    "PT30S, 1, PT30S" // never beyond the end
  })
  void credentials_are_read_again_before_their_end(Duration life, double share, Duration wait) {
    assertThat(new RefreshTimes(() -> share).afterRead(NOW, Optional.of(NOW.plus(life))))
        .isEqualTo(NOW.plus(wait));
  }

  @ParameterizedTest
  @CsvSource({"0, PT1H", "1, PT54M"})
  void without_an_end_they_are_read_every_hour(double share, Duration wait) {
    assertThat(new RefreshTimes(() -> share).afterRead(NOW, Optional.empty()))
        .isEqualTo(NOW.plus(wait));
  }

  @ParameterizedTest
  @CsvSource({"PT1H, 0, PT1M", "PT1H, 1, PT2M", "PT10S, 1, PT10S"})
  void after_a_failure_it_is_soon_and_not_beyond_the_end(
      Duration life, double share, Duration wait) {
    assertThat(new RefreshTimes(() -> share).afterFailure(NOW, Optional.of(NOW.plus(life))))
        .isEqualTo(NOW.plus(wait));
  }
}
