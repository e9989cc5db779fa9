package io.github.rolekeeper.core.micrometer;

import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one tracker. A scrape reads memory only and polls nothing. A registry that this is
 * bound to holds the tracker strongly, so nobody else need keep it. Thread-safe.
 *
 * <table>
 * <caption>Meters; what is not known is NaN</caption>
 * <tr><th>name</th><th>meaning</th></tr>
 * <tr><td>{@code rolekeeper.credentials.remaining}</td>
 * <td>time to the expiration; negative after it; NaN where the source does not apply</td></tr>
 * <tr><td>{@code rolekeeper.credentials.expiration}</td>
 * <td>the expiration, as time since 1970 in UTC; NaN where the source does not apply</td></tr>
 * <tr><td>{@code rolekeeper.credentials.state}</td>
 * <td>1 for the tag {@code state} that holds, 0 for the others</td></tr>
 * <tr><td>{@code rolekeeper.credentials.flag}</td>
 * <td>1 for each tag {@code flag} that is raised, else 0</td></tr>
 * <tr><td>{@code rolekeeper.credentials.last.success.age}</td>
 * <td>time since the source last answered</td></tr>
 * <tr><td>{@code rolekeeper.credentials.forecast}</td>
 * <td>time to the earliest foretold loss, below zero where its time is unknown; NaN if none is
 * foretold</td></tr>
 * <tr><td>{@code rolekeeper.credentials.polls}</td>
 * <td>looks at the source by tag {@code outcome}; needs {@link Builder#polls}</td></tr>
 * </table>
 *
 * <p>Tags are in lower case, such as {@code state="renewal_overdue"}.
 */
public final class CredentialMetrics implements MeterBinder {
  private static final String PREFIX = "rolekeeper.credentials.";
  private static final double MILLIS = 1e3;

  private final CredentialTracker tracker;
  private final @Nullable CountedSource polls;
  private final Tags tags;

  private CredentialMetrics(Builder builder) {
    tracker = builder.tracker;
    polls = builder.polls;
    tags = builder.tags;
  }

  /**
   * Metrics without polls and without tags of your own.
   *
   * @param tracker what to measure
   * @return a binder
   */
  public static CredentialMetrics create(CredentialTracker tracker) {
    return builder(tracker).build();
  }

  /**
   * Starts metrics that differ from the default.
   *
   * @param tracker what to measure
   * @return a builder
   */
  public static Builder builder(CredentialTracker tracker) {
    return new Builder(tracker);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    time(registry, "remaining", "Time until the credentials expire", CredentialMetrics::remaining);
    time(
        registry,
        "expiration",
        "When the credentials expire, since the epoch",
        CredentialMetrics::expiration);
    time(
        registry,
        "last.success.age",
        "Time since the source last answered",
        CredentialMetrics::age);
    time(
        registry, "forecast", "Time until the earliest foretold loss", CredentialMetrics::forecast);
    for (CredentialState state : CredentialState.values()) {
      oneOrZero(
          registry,
          "state",
          "1 for the state that the credentials are in",
          state,
          snapshot -> snapshot.state() == state);
    }
    for (CredentialFlag flag : CredentialFlag.values()) {
      oneOrZero(
          registry,
          "flag",
          "1 for each flag that is raised",
          flag,
          snapshot -> snapshot.flags().contains(flag));
    }
    bindPolls(registry);
  }

  private void bindPolls(MeterRegistry registry) {
    CountedSource counted = polls;
    if (counted == null) {
      return;
    }
    for (PollOutcome outcome : PollOutcome.values()) {
      // A function counter holds its object weakly; the gauges above hold this one for it.
      FunctionCounter.builder(PREFIX + "polls", counted, source -> source.polls(outcome))
          .description("Looks at the source of the credentials")
          .tags(tags.and("outcome", outcome.tag()))
          .register(registry);
    }
  }

  private void time(
      MeterRegistry registry,
      String name,
      String description,
      Function<CredentialSnapshot, Optional<Duration>> value) {
    TimeGauge.builder(PREFIX + name, this, TimeUnit.SECONDS, metrics -> metrics.seconds(value))
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private void oneOrZero(
      MeterRegistry registry,
      String name,
      String description,
      Enum<?> constant,
      Function<CredentialSnapshot, Boolean> holds) {
    Gauge.builder(
            PREFIX + name, this, metrics -> holds.apply(metrics.tracker.snapshot()) ? 1.0 : 0.0)
        .description(description)
        .tags(tags.and(name, constant.name().toLowerCase(Locale.ROOT)))
        .strongReference(true)
        .register(registry);
  }

  private double seconds(Function<CredentialSnapshot, Optional<Duration>> value) {
    return value.apply(tracker.snapshot()).map(time -> time.toMillis() / MILLIS).orElse(Double.NaN);
  }

  private static Optional<Duration> remaining(CredentialSnapshot snapshot) {
    return applicable(snapshot).flatMap(CredentialSnapshot::remaining);
  }

  private static Optional<Duration> expiration(CredentialSnapshot snapshot) {
    return applicable(snapshot)
        .flatMap(CredentialSnapshot::credentials)
        .flatMap(CredentialMetadata::expiration)
        .map(end -> Duration.between(Instant.EPOCH, end));
  }

  // The set last seen is not what the application uses then; a series that ends fires no alarm.
  private static Optional<CredentialSnapshot> applicable(CredentialSnapshot snapshot) {
    return Optional.of(snapshot).filter(seen -> seen.state() != CredentialState.NOT_APPLICABLE);
  }

  private static Optional<Duration> age(CredentialSnapshot snapshot) {
    return snapshot.lastSuccess().map(last -> Duration.between(last, snapshot.at()));
  }

  private static Optional<Duration> forecast(CredentialSnapshot snapshot) {
    return snapshot.forecast().map(loss -> Duration.between(snapshot.at(), loss.earliest()));
  }

  /** Settings of the metrics. Not thread-safe. */
  public static final class Builder {
    private final CredentialTracker tracker;
    private @Nullable CountedSource polls;
    private Tags tags = Tags.empty();

    private Builder(CredentialTracker tracker) {
      this.tracker = Objects.requireNonNull(tracker, "tracker");
    }

    /**
     * Adds the polls by outcome; by default there are none.
     *
     * @param source the source on which the tracker was built
     * @return this
     */
    public Builder polls(CountedSource source) {
      polls = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Adds tags to every meter, to tell several trackers apart; by default there are none.
     *
     * @param tags the tags
     * @return this
     */
    public Builder tags(Iterable<Tag> tags) {
      this.tags = this.tags.and(tags);
      return this;
    }

    /**
     * Makes the binder.
     *
     * @return metrics that are not bound yet
     */
    public CredentialMetrics build() {
      return new CredentialMetrics(this);
    }
  }
}
