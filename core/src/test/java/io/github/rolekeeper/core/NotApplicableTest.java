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

class NotApplicableTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final MutableClock clock = MutableClock.at(NOON);
  private final ScriptedSource source = new ScriptedSource();
  private final List<CredentialEventType> told = new ArrayList<>();
  private final CredentialTracker tracker =
      CredentialTracker.builder(source)
          .sourceName("imds")
          .clock(clock)
          .listenerExecutor(Runnable::run)
          .listener(event -> told.add(event.type()))
          .build();

  private void notUsed() {
    source.answers(() -> CredentialObservation.notApplicable("static keys from the environment"));
  }

  @Test
  void the_snapshot_carries_the_reason_and_the_sources_name() {
    notUsed();
    CredentialSnapshot seen = tracker.poll();
    assertThat(seen.state()).isEqualTo(CredentialState.NOT_APPLICABLE);
    assertThat(seen.notApplicable()).contains("static keys from the environment");
    assertThat(seen.source()).isEqualTo("imds");
    assertThat(seen.willOutlive(Duration.ZERO)).isFalse();
    assertThat(told).containsExactly(CredentialEventType.NOT_APPLICABLE);
  }

  @Test
  void it_is_no_loss_even_when_credentials_were_there_and_a_forecast_falls_with_it() {
    source.serves(Sets.issued("A", NOON, HOUR), Sets.profileGone());
    tracker.poll();
    told.clear();
    notUsed();
    clock.advance(HOUR);
    assertThat(tracker.poll().flags()).isEmpty();
    assertThat(told)
        .containsExactly(
            CredentialEventType.NOT_APPLICABLE, CredentialEventType.FORECAST_WITHDRAWN);
  }

  @Test
  void it_ends_with_the_next_credentials() {
    notUsed();
    tracker.poll();
    source.serves(Sets.issued("A", NOON, HOUR));
    assertThat(tracker.poll().notApplicable()).isEmpty();
    notUsed();
    tracker.poll();
    source.serves(Sets.issued("B", NOON, HOUR));
    tracker.poll();
    assertThat(told)
        .containsExactly(
            CredentialEventType.NOT_APPLICABLE,
            CredentialEventType.OBTAINED,
            CredentialEventType.NOT_APPLICABLE,
            CredentialEventType.RECOVERED);
  }

  @Test
  void it_is_logged_with_its_reason() {
    try (LogCapture log = LogCapture.start()) {
      notUsed();
      tracker.poll();
      assertThat(log.lines())
          .containsExactly(
              "INFO credentials: UNKNOWN -> NOT_APPLICABLE (static keys from the environment)");
    }
  }

  @Test
  void a_reason_is_a_text_and_excludes_credentials_and_signals() {
    assertThatThrownBy(() -> CredentialObservation.notApplicable(" "))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> CredentialObservation.notApplicable("laptop").withSignal(Sets.profileGone()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("laptop");
    assertThatThrownBy(
            () ->
                new CredentialObservation(
                    Optional.of(Sets.withoutExpiration("A")),
                    Optional.empty(),
                    Optional.of("laptop"),
                    false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
