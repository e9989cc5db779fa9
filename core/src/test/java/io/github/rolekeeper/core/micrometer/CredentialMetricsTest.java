package io.github.rolekeeper.core.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.core.LossSignal;
import io.github.rolekeeper.testkit.MutableClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CredentialMetricsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant END = NOON.plus(Duration.ofHours(6));

  private final MutableClock clock = MutableClock.at(NOON.toString());
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Supplier<CredentialObservation> answer = () -> CredentialObservation.of(set());
  private final CountedSource source = CountedSource.of(() -> answer.get());
  private final CredentialTracker tracker = CredentialTracker.builder(source).clock(clock).build();

  @Test
  void times_are_read_at_the_moment_of_the_scrape() {
    bind();
    tracker.poll();
    clock.advance(Duration.ofHours(2));

    assertThat(seconds("remaining")).isEqualTo(4 * 3600);
    assertThat(seconds("expiration")).isEqualTo(END.getEpochSecond());
    assertThat(seconds("last.success.age")).isEqualTo(2 * 3600);
    clock.advance(Duration.ofHours(5));
    assertThat(seconds("remaining")).isEqualTo(-3600);
  }

  @Test
  void what_is_not_known_is_not_a_number() {
    bind();

    assertThat(seconds("remaining")).isNaN();
    assertThat(seconds("expiration")).isNaN();
    assertThat(seconds("last.success.age")).isNaN();
    assertThat(seconds("forecast")).isNaN();
  }

  @Test
  void exactly_the_state_that_holds_is_one() {
    bind();
    assertThat(state(CredentialState.UNKNOWN)).isEqualTo(1);
    tracker.poll();

    for (CredentialState state : CredentialState.values()) {
      assertThat(state(state)).as("%s", state).isEqualTo(state == CredentialState.VALID ? 1 : 0);
    }
    clock.advance(Duration.ofHours(6));
    assertThat(state(CredentialState.VALID)).isZero();
    assertThat(state(CredentialState.EXPIRED)).isEqualTo(1);
  }

  @Test
  void a_raised_flag_is_one() {
    bind();
    tracker.poll();
    assertThat(gauge("flag", "flag", "source_failing")).isZero();
    answer = CredentialMetricsTest::broken;
    tracker.poll();

    assertThat(gauge("flag", "flag", "source_failing")).isEqualTo(1);
  }

  @Test
  void a_forecast_counts_down_and_ends_with_its_cause() {
    bind();
    answer = () -> CredentialObservation.of(set()).withSignal(gone());
    tracker.poll();
    clock.advance(Duration.ofHours(1));
    assertThat(seconds("forecast")).isEqualTo(5 * 3600);

    answer = () -> CredentialObservation.of(set());
    tracker.poll();
    assertThat(seconds("forecast")).isNaN();
  }

  @Test
  void polls_are_counted_by_outcome() {
    bind();
    tracker.poll();
    answer = CredentialObservation::none;
    tracker.poll();
    tracker.poll();
    answer = CredentialMetricsTest::broken;
    tracker.poll();
    tracker.poll();
    tracker.poll();

    assertThat(polls("credentials")).isEqualTo(1);
    assertThat(polls("none")).isEqualTo(2);
    assertThat(polls("failed")).isEqualTo(3);
  }

  @Test
  void looks_that_saw_nothing_of_the_applications_are_counted_apart() {
    bind();
    answer = () -> CredentialObservation.notApplicable("a laptop");
    tracker.poll();
    answer = CredentialObservation::unused;
    tracker.poll();
    tracker.poll();
    answer = () -> CredentialObservation.unused(set());
    tracker.poll();

    assertThat(polls("not_applicable")).isEqualTo(1);
    assertThat(polls("not_used")).isEqualTo(3);
    assertThat(polls("none")).isZero();
    assertThat(polls("credentials")).isZero();
  }

  @Test
  void times_of_credentials_that_the_application_does_not_use_are_not_a_number() {
    bind();
    tracker.poll();
    answer = () -> CredentialObservation.notApplicable("a laptop");
    tracker.poll();

    assertThat(state(CredentialState.NOT_APPLICABLE)).isEqualTo(1);
    assertThat(seconds("remaining")).isNaN();
    assertThat(seconds("expiration")).isNaN();
    assertThat(seconds("forecast")).isNaN();
    assertThat(seconds("last.success.age")).isZero();
  }

  @Test
  void a_counted_source_passes_failures_on() {
    answer = CredentialMetricsTest::broken;

    assertThatThrownBy(source::observe).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void without_a_counted_source_there_are_no_polls() {
    CredentialMetrics.create(tracker).bindTo(registry);

    assertThat(registry.find("rolekeeper.credentials.polls").meters()).isEmpty();
    assertThat(registry.find("rolekeeper.credentials.remaining").meters()).hasSize(1);
  }

  @Test
  void every_meter_carries_the_tags_and_a_lower_case_dotted_name() {
    bind();

    assertThat(registry.getMeters())
        .isNotEmpty()
        .allSatisfy(
            meter -> {
              Meter.Id id = meter.getId();
              assertThat(id.getTag("tracker")).isEqualTo("web");
              assertThat(id.getName()).matches("rolekeeper\\.credentials(\\.[a-z]+)+");
              assertThat(id.getDescription()).isNotBlank();
            });
  }

  @Test
  void the_registry_alone_keeps_the_tracker_alive() {
    WeakReference<CredentialTracker> forgotten = bindAndForget();

    for (int round = 0; round < 5; round++) {
      System.gc();
    }

    assertThat(forgotten.get()).isNotNull();
    assertThat(seconds("remaining")).isEqualTo(6 * 3600);
    assertThat(polls("credentials")).isEqualTo(1);
  }

  /** Keeps nothing of what it makes. */
  private WeakReference<CredentialTracker> bindAndForget() {
    CountedSource counted = CountedSource.of(() -> CredentialObservation.of(set()));
    CredentialTracker other = CredentialTracker.builder(counted).clock(clock).build();
    other.poll();
    CredentialMetrics.builder(other).polls(counted).build().bindTo(registry);
    return new WeakReference<>(other);
  }

  private void bind() {
    CredentialMetrics.builder(tracker)
        .polls(source)
        .tags(Tags.of("tracker", "web"))
        .build()
        .bindTo(registry);
  }

  private double seconds(String name) {
    return registry.get("rolekeeper.credentials." + name).timeGauge().value(TimeUnit.SECONDS);
  }

  private double state(CredentialState state) {
    return gauge("state", "state", state.name().toLowerCase(java.util.Locale.ROOT));
  }

  private double gauge(String name, String tag, String value) {
    return registry.get("rolekeeper.credentials." + name).tag(tag, value).gauge().value();
  }

  private double polls(String outcome) {
    return registry
        .get("rolekeeper.credentials.polls")
        .tag("outcome", outcome)
        .functionCounter()
        .count();
  }

  private static CredentialObservation broken() {
    throw new IllegalStateException("no answer");
  }

  private static CredentialMetadata set() {
    return new CredentialMetadata(
        Optional.of("web-role"), "ASIAEXAMPLE7", Optional.of(NOON), Optional.of(END));
  }

  private static LossSignal gone() {
    return new LossSignal(
        LossReason.PROFILE_NOT_FOUND, Confidence.HIGH, "it says so", Optional.empty());
  }
}
