package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.AwsFailure;
import io.github.rolekeeper.core.CallReport;
import io.github.rolekeeper.core.CallSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * Reports the calls that an application makes anyway, one report per call and not per attempt. Add
 * it to the clients: {@code overrideConfiguration(c -> c.addExecutionInterceptor(interceptor))}.
 *
 * <p>It makes no call, changes no request and no answer, and reads no secret: the access key id is
 * in the {@code Authorization} header of the signed request. Calls that were never signed, because
 * there were no credentials or they are anonymous, are not reported. A consumer that throws is
 * logged and harms no call. Thread-safe if the consumer is.
 */
public final class TrafficInterceptor implements ExecutionInterceptor {
  private static final System.Logger LOG = System.getLogger(TrafficInterceptor.class.getName());
  private static final ExecutionAttribute<Attempt> ATTEMPT =
      new ExecutionAttribute<>("io.github.rolekeeper.Attempt");

  /** Signature Version 4 and 4A alike: {@code AWS4-… Credential=KEY/date/…}. */
  private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^/,\\s]+)/");

  private final Consumer<CallReport> reports;
  private final InstantSource clock;

  /** The last attempt of a call. The clock is read, for the SDK corrects the one it signs by. */
  private record Attempt(String accessKeyId, Instant sent, Optional<Instant> received) {

    /** An answer came; where the SDK did not say when, it did before now. */
    CallSpan until(Instant now) {
      return new CallSpan(sent, received.orElse(now));
    }
  }

  private TrafficInterceptor(Consumer<CallReport> reports, InstantSource clock) {
    this.reports = Objects.requireNonNull(reports, "reports");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * An interceptor for any number of clients, which measures the skew by the clock of the machine.
   *
   * @param reports who is told, on the thread of the call
   * @return the interceptor
   */
  public static TrafficInterceptor reportingTo(Consumer<CallReport> reports) {
    return reportingTo(reports, SystemTime.wallClock());
  }

  /**
   * An interceptor for any number of clients.
   *
   * @param reports who is told, on the thread of the call
   * @param clock by which the skew is measured: that of the tracker, where it has one of its own
   * @return the interceptor
   */
  public static TrafficInterceptor reportingTo(Consumer<CallReport> reports, InstantSource clock) {
    return new TrafficInterceptor(reports, clock);
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    context
        .httpRequest()
        .firstMatchingHeader("Authorization")
        .map(CREDENTIAL::matcher)
        .filter(Matcher::find)
        .ifPresent(
            credential ->
                attributes.putAttribute(
                    ATTEMPT, new Attempt(credential.group(1), clock.instant(), Optional.empty())));
  }

  @Override
  public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
    Attempt attempt = attributes.getAttribute(ATTEMPT);
    if (attempt != null) {
      attributes.putAttribute(
          ATTEMPT,
          new Attempt(attempt.accessKeyId(), attempt.sent(), Optional.of(clock.instant())));
    }
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    Attempt attempt = attributes.getAttribute(ATTEMPT);
    if (attempt != null) {
      CallSpan span = attempt.until(clock.instant());
      report(
          attempt.accessKeyId(),
          attributes,
          Optional.empty(),
          HttpTimes.date(context.httpResponse()).map(span::skew));
    }
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    Attempt attempt = attributes.getAttribute(ATTEMPT);
    if (attempt != null) {
      CallSpan span = attempt.until(clock.instant());
      AwsFailure failure =
          SdkFailures.failure(
              context.exception(),
              new CallContext(
                  text(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME)),
                  Optional.of(span.sent()),
                  Optional.of(span.received()),
                  Optional.empty()));
      report(attempt.accessKeyId(), attributes, Optional.of(failure), failure.skew());
    }
  }

  private void report(
      String accessKeyId,
      ExecutionAttributes attributes,
      Optional<AwsFailure> failure,
      Optional<Duration> skew) {
    String action =
        text(attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME))
            + ":"
            + text(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME));
    try {
      reports.accept(new CallReport(accessKeyId, action, failure, skew));
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.WARNING, "a report of " + action + " was not taken", e);
    }
  }

  private static String text(@Nullable String value) {
    return Objects.requireNonNullElse(value, "");
  }
}
