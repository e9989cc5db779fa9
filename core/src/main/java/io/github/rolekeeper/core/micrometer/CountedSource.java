package io.github.rolekeeper.core.micrometer;

import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts how the looks at a source end, and passes everything on as it is. Build the tracker on it
 * and give it to {@link CredentialMetrics.Builder#polls}. Thread-safe.
 */
public final class CountedSource implements CredentialSource {
  private final CredentialSource source;
  private final Map<PollOutcome, LongAdder> counts = new EnumMap<>(PollOutcome.class);

  private CountedSource(CredentialSource source) {
    this.source = Objects.requireNonNull(source, "source");
    for (PollOutcome outcome : PollOutcome.values()) {
      counts.put(outcome, new LongAdder());
    }
  }

  /**
   * Wraps a source.
   *
   * @param source what to count
   * @return the same source, counted
   */
  public static CountedSource of(CredentialSource source) {
    return new CountedSource(source);
  }

  @Override
  public CredentialObservation observe() {
    PollOutcome outcome = PollOutcome.FAILED;
    try {
      CredentialObservation observation = source.observe();
      outcome = outcome(observation);
      return observation;
    } finally {
      count(outcome);
    }
  }

  /**
   * How often a look has ended like this.
   *
   * @param outcome how
   * @return a number that only grows
   */
  public long polls(PollOutcome outcome) {
    return Objects.requireNonNull(counts.get(outcome)).sum();
  }

  private static PollOutcome outcome(CredentialObservation observation) {
    if (observation.notApplicable().isPresent()) {
      return PollOutcome.NOT_APPLICABLE;
    }
    if (observation.notUsed()) {
      return PollOutcome.NOT_USED;
    }
    return observation.credentials().isPresent() ? PollOutcome.CREDENTIALS : PollOutcome.NONE;
  }

  private void count(PollOutcome outcome) {
    Objects.requireNonNull(counts.get(outcome)).increment();
  }
}
