package io.github.rolekeeper.core.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.AwsFailure;
import io.github.rolekeeper.core.CallReport;
import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.InterceptorContext;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.sts.StsClient;

class TrafficInterceptorTest {
  /** A signed call with its answer, at each of its stages. */
  private static final InterceptorContext CALL =
      InterceptorContext.builder()
          .request(ListBucketsRequest.builder().build())
          .httpRequest(
              SdkHttpRequest.builder()
                  .method(SdkHttpMethod.GET)
                  .protocol("http")
                  .host("127.0.0.1")
                  .putHeader(
                      "Authorization",
                      "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE000000001/20260101/us-east-1/s3/"
                          + "aws4_request, SignedHeaders=host, Signature=0")
                  .build())
          .httpResponse(
              SdkHttpResponse.builder()
                  .statusCode(200)
                  .putHeader("Date", "Thu, 01 Jan 2026 12:02:09 GMT")
                  .build())
          .build();

  private final MutableClock clock = MutableClock.atRealTime();
  private final List<CallReport> reports = new ArrayList<>();

  /**
   * The clock of the machine, which stands still: its skew to the account's is what a test sets.
   */
  private final InstantSource machine = InstantSource.fixed(clock.instant());

  private final TrafficInterceptor interceptor =
      TrafficInterceptor.reportingTo(reports::add, machine);
  private SimulatedAccount account;
  private AwsSessionCredentials session;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    SimulatedInstance instance = account.launchInstance("web");
    try (var provider =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString())
            .build()) {
      session = (AwsSessionCredentials) provider.resolveCredentials();
    }
  }

  @AfterEach
  void close() {
    // The SDK corrects its clock for the whole JVM once it knows of a skew.
    SdkGlobalTime.setGlobalTimeOffset(0);
    account.close();
  }

  @Test
  void a_call_that_succeeds_is_reported_with_the_key_that_really_signed_it() {
    listBuckets(StaticCredentialsProvider.create(session));

    assertThat(reports).hasSize(1);
    CallReport report = reports.get(0);
    assertThat(report.accessKeyId()).isEqualTo(session.accessKeyId());
    assertThat(report.action()).isEqualTo("S3:ListBuckets");
    assertThat(report.failure()).isEmpty();
    assertThat(report.toString()).doesNotContain(session.accessKeyId());
  }

  @Test
  void a_call_that_fails_is_reported_with_its_code() {
    clock.advance(Duration.ofHours(7));

    assertThatThrownBy(() -> listBuckets(StaticCredentialsProvider.create(session)))
        .isInstanceOf(AwsServiceException.class);

    AwsFailure failure = reports.get(0).failure().orElseThrow();
    assertThat(failure.code()).isEqualTo("ExpiredToken");
    assertThat(failure.operation()).isEqualTo("ListBuckets");
    assertThat(failure.answerDate()).isPresent();
    assertThat(failure.requestTime()).isPresent();
  }

  @Test
  void the_skew_is_measured_by_the_date_of_every_answer() {
    listBuckets(StaticCredentialsProvider.create(session));
    clock.advance(Duration.ofMinutes(10));
    listBuckets(StaticCredentialsProvider.create(session));

    assertSkew(Duration.ZERO, reports.get(0));
    assertSkew(Duration.ofMinutes(10), reports.get(1));
  }

  @Test
  void the_skew_is_measured_by_the_date_of_a_refusal_too() {
    clock.advance(Duration.ofHours(7));

    assertThatThrownBy(() -> listBuckets(StaticCredentialsProvider.create(session)))
        .isInstanceOf(AwsServiceException.class);

    assertSkew(Duration.ofHours(7), reports.get(0));
  }

  /** The date of an answer has whole seconds. */
  private static void assertSkew(Duration expected, CallReport report) {
    assertThat(report.skew().orElseThrow().minus(expected).abs()).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void the_skew_stays_that_of_the_machine_when_the_sdk_has_corrected_its_signing_clock() {
    SdkGlobalTime.setGlobalTimeOffset((int) -Duration.ofMinutes(10).toSeconds());
    clock.advance(Duration.ofMinutes(10));

    listBuckets(StaticCredentialsProvider.create(session));

    assertSkew(Duration.ofMinutes(10), reports.get(0));
  }

  @Test
  void a_call_that_needed_retries_is_reported_once() {
    account.inject(Fault.unavailable().times(1));
    try (StsClient sts =
        SdkClients.using(account, StaticCredentialsProvider.create(session))
            .build(
                StsClient.builder()
                    .overrideConfiguration(
                        c ->
                            c.addExecutionInterceptor(interceptor)
                                .retryStrategy(
                                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                        .maxAttempts(3)
                                        .backoffStrategy(
                                            software.amazon.awssdk.retries.api.BackoffStrategy
                                                .retryImmediately())
                                        .throttlingBackoffStrategy(
                                            software.amazon.awssdk.retries.api.BackoffStrategy
                                                .retryImmediately())
                                        .build())))) {
      sts.getCallerIdentity();
    }

    assertThat(reports).singleElement().extracting(CallReport::failure).isNotNull();
    assertThat(reports.get(0).failure()).isEmpty();
    assertThat(account.calls()).filteredOn(call -> call.service().equals("sts")).hasSize(2);
  }

  @Test
  void a_call_that_takes_minutes_is_no_skew_of_minutes() {
    CredentialTracker tracker = CredentialTracker.create(CredentialObservation::none);
    TrafficInterceptor measuring =
        TrafficInterceptor.reportingTo(
            report -> {
              reports.add(report);
              tracker.report(report);
            },
            clock);
    ExecutionInterceptor slow =
        new ExecutionInterceptor() {
          @Override
          public void beforeTransmission(
              Context.BeforeTransmission context, ExecutionAttributes attributes) {
            clock.advance(Duration.ofSeconds(245));
          }
        };

    listBuckets(StaticCredentialsProvider.create(session), measuring, slow);
    account.inject(Fault.error(403, "AccessDenied", "no"));
    assertThatThrownBy(
            () -> listBuckets(StaticCredentialsProvider.create(session), measuring, slow))
        .isInstanceOf(AwsServiceException.class);

    assertThat(reports).hasSize(2);
    assertThat(reports)
        .allSatisfy(
            report ->
                assertThat(report.skew().orElseThrow().abs()).isLessThan(Duration.ofSeconds(1)));
    assertThat(reports.get(1).failure().orElseThrow().skew()).isEqualTo(reports.get(1).skew());
    assertThat(tracker.snapshot().flags()).isEmpty();
  }

  @Test
  void the_skew_of_a_call_with_retries_is_that_of_its_last_attempt() {
    MutableClock machine = MutableClock.at("2026-01-01T12:00:00Z");
    TrafficInterceptor measuring = TrafficInterceptor.reportingTo(reports::add, machine);
    ExecutionAttributes attributes = new ExecutionAttributes();
    measuring.beforeTransmission(CALL, attributes);
    machine.advance(Duration.ofSeconds(1));
    measuring.afterTransmission(CALL, attributes);
    machine.advance(Duration.ofMinutes(2)); // a long pause
    measuring.beforeTransmission(CALL, attributes);
    machine.advance(Duration.ofSeconds(1));
    measuring.afterTransmission(CALL, attributes);
    machine.advance(Duration.ofMinutes(9)); // a long body
    measuring.afterExecution(CALL, attributes);

    assertThat(reports.get(0).skew()).contains(Duration.ofSeconds(7));
  }

  @Test
  void calls_that_nobody_signed_are_not_reported() {
    assertThatThrownBy(() -> listBuckets(AnonymousCredentialsProvider.create()))
        .isInstanceOf(SdkException.class);
    assertThatThrownBy(
            () ->
                listBuckets(
                    () -> {
                      throw SdkClientException.create("Unable to load credentials");
                    }))
        .isInstanceOf(SdkClientException.class);

    assertThat(reports).isEmpty();
  }

  @Test
  void a_consumer_that_throws_harms_no_call() {
    TrafficInterceptor broken =
        TrafficInterceptor.reportingTo(
            report -> {
              throw new NoClassDefFoundError("of the test");
            });

    assertThatCode(() -> listBuckets(StaticCredentialsProvider.create(session), broken))
        .doesNotThrowAnyException();
  }

  private void listBuckets(AwsCredentialsProvider credentials) {
    listBuckets(credentials, interceptor);
  }

  private void listBuckets(AwsCredentialsProvider credentials, ExecutionInterceptor... with) {
    try (S3Client s3 =
        SdkClients.using(account, credentials)
            .build(
                S3Client.builder()
                    .overrideConfiguration(
                        c ->
                            c.executionInterceptors(List.of(with))
                                .retryStrategy(AwsRetryStrategy.doNotRetry())))) {
      s3.listBuckets();
    }
  }
}
