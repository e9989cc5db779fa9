package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallSpanTest {
  @ParameterizedTest
  @CsvSource({
    // took, date after sending, skew
    "PT245S, PT0S, PT0S",
    "PT245S, PT245S, PT0S",
    "PT245S, PT246S, PT1S",
    "PT245S, PT-1S, PT-1S",
    "PT0S, PT10M, PT10M",
    "PT-1H, PT0S, PT1H", // the clock was set back during the call
  })
  void what_lies_within_the_call_is_no_skew(Duration took, Duration date, Duration skew) {
    assertThat(new CallSpan(NOON, NOON.plus(took)).skew(NOON.plus(date))).isEqualTo(skew);
  }

  @Test
  void a_refusal_after_minutes_is_none_of_the_clock() {
    AwsFailure refused =
        new AwsFailure(
            "EC2",
            "DescribeInstances",
            "RequestExpired",
            400,
            "",
            Optional.of(NOON.plusSeconds(245)),
            Optional.of(NOON),
            Optional.of(NOON.plusSeconds(246)),
            Optional.of(NOON.plusSeconds(200)));

    assertThat(refused.skew()).contains(Duration.ZERO);
    assertThat(refused.expiringAt(NOON.plusSeconds(200)).skew()).contains(Duration.ZERO);
    assertThat(AwsErrorClassifier.classify(refused).errorClass()).isEqualTo(ErrorClass.EXPIRED);
  }
}
