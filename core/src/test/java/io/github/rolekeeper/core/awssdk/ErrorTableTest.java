package io.github.rolekeeper.core.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.rolekeeper.core.AwsErrorClassifier;
import io.github.rolekeeper.core.AwsFailure;
import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.ErrorClass;
import io.github.rolekeeper.core.ErrorClassification;
import io.github.rolekeeper.core.ErrorTable;
import io.github.rolekeeper.core.JvmProperties;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What the exceptions mean that clients of the SDK throw at answers on the wire. */
class ErrorTableTest {
  private static final Instant SENT = Instant.parse("2026-01-01T12:00:00Z");
  private static WireAnswers wire;

  @BeforeAll
  static void start() {
    wire = new WireAnswers();
  }

  @AfterAll
  static void stop() {
    wire.close();
  }

  static Stream<ErrorTable.Row> answers() {
    return ErrorTable.rows().stream().filter(ErrorTable.Row::wire);
  }

  /** By a client that speaks the protocol of the service; its own would need every client here. */
  @ParameterizedTest
  @MethodSource("answers")
  void an_answer_on_the_wire_means_what_the_table_says(ErrorTable.Row row) {
    AwsServiceException thrown =
        catchThrowableOfType(AwsServiceException.class, () -> wire.exchange(row));

    AwsFailure failure = SdkFailures.failure(thrown, context(row.operation()));
    assertThat(failure.code()).isEqualTo(row.code());
    assertThat(failure.status()).isEqualTo(row.status());
    assertThat(failure.message()).isEqualTo(row.text());
    assertThat(
            AwsErrorClassifier.classify(
                    new AwsFailure(
                        row.service(),
                        row.operation(),
                        failure.code(),
                        failure.status(),
                        failure.message(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
                .errorClass())
        .isEqualTo(row.errorClass());
  }

  @ParameterizedTest
  @CsvSource({
    "S3, ListBuckets",
    "SQS, ListQueues",
    "DynamoDB, ListTables",
    "EC2, DescribeInstances",
    "IAM, ListRoles",
    "STS, GetCallerIdentity"
  })
  void the_service_is_named_as_in_the_table(String service, String operation) {
    wire.answer(service, 403, "AccessDenied", "no");

    AwsServiceException thrown =
        catchThrowableOfType(AwsServiceException.class, () -> wire.call(service, operation));

    assertThat(SdkFailures.failure(thrown, context(operation)).service())
        .isEqualToIgnoringCase(service);
    assertThat(SdkFailures.classify(thrown, context(operation)).errorClass())
        .isEqualTo(ErrorClass.DENIED);
  }

  @ParameterizedTest
  @CsvSource({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
  void an_identity_token_that_has_expired_is_a_failing_source(String operation) {
    wire.answer("STS", 400, "ExpiredTokenException", "Token expired");

    AwsServiceException thrown =
        catchThrowableOfType(AwsServiceException.class, () -> wire.call("STS", operation));

    assertThat(SdkFailures.classify(thrown, context(operation)).errorClass())
        .isEqualTo(ErrorClass.SOURCE_FAILING);
  }

  @ParameterizedTest
  @CsvSource({
    "401, AccessDeniedException, TOKEN_EXPIRED, EXPIRED",
    "401, AccessDeniedException, AUTHCODE_EXPIRED, SOURCE_FAILING",
    "403, AccessDeniedException, USER_CREDENTIALS_CHANGED, INVALID",
    "403, AccessDeniedException, INSUFFICIENT_PERMISSIONS, DENIED",
    "429, TooManyRequestsError, INVALID_REQUEST, TRANSIENT",
    "500, InternalServerException, server_error, TRANSIENT"
  })
  void sign_in_tells_the_kind_of_a_denial_beside_its_code(
      int status, String code, String error, ErrorClass expected) {
    wire.answer(WireAnswers.signin(status, code, error));

    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("Signin", "CreateOAuth2Token"));

    AwsFailure failure = SdkFailures.failure(thrown, context("CreateOAuth2Token"));
    assertThat(failure.code()).isEqualTo(code.equals("AccessDeniedException") ? error : code);
    assertThat(failure.status()).isEqualTo(status);
    ErrorClassification verdict = SdkFailures.classify(thrown, context("CreateOAuth2Token"));
    assertThat(verdict.errorClass()).isEqualTo(expected);
    assertThat(verdict.confidence()).isEqualTo(Confidence.HIGH);
  }

  @Test
  void a_401_of_sign_in_whose_body_the_http_client_dropped_has_expired() {
    wire.answer(WireAnswers.signin(401, "AccessDeniedException", "TOKEN_EXPIRED"));

    SdkException thrown =
        catchThrowableOfType(
            SdkException.class, () -> wire.call("Signin", "CreateOAuth2Token:URLConnection"));

    ErrorClassification verdict = SdkFailures.classify(thrown, context("CreateOAuth2Token"));
    assertThat(verdict.errorClass()).isEqualTo(ErrorClass.EXPIRED);
    assertThat(verdict.confidence()).isEqualTo(Confidence.MEDIUM);
  }

  @Test
  void the_answer_to_a_head_has_no_code() {
    wire.answer(WireMock.aResponse().withStatus(403));

    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("S3", "HeadBucket"));

    ErrorClassification verdict = SdkFailures.classify(thrown, context("HeadBucket"));
    assertThat(verdict.errorClass()).isEqualTo(ErrorClass.DENIED);
    assertThat(verdict.confidence()).isEqualTo(Confidence.LOW);
  }

  /** HttpURLConnection keeps no body of a 401 to a request that was streamed. */
  @Test
  void a_401_whose_body_the_http_client_dropped_is_taken_for_the_auth_failure_of_ec2() {
    wire.answer("EC2", 401, "AuthFailure", "AWS was not able to validate the credentials");

    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("EC2", "DescribeInstances"));

    AwsFailure failure = SdkFailures.failure(thrown, context("DescribeInstances"));
    assertThat(failure.code()).isEmpty();
    assertThat(failure.status()).isEqualTo(401);
    ErrorClassification verdict = SdkFailures.classify(thrown, context("DescribeInstances"));
    assertThat(verdict.errorClass()).isEqualTo(ErrorClass.INVALID);
    assertThat(verdict.confidence()).isEqualTo(Confidence.LOW);
  }

  @Test
  void the_date_of_the_answer_and_the_known_expiration_resolve_what_the_code_leaves_open() {
    wire.answer(
        WireAnswers.Form.EC2
            .body("RequestExpired", "Request has expired.")
            .withStatus(400)
            .withHeader("Date", "Thu, 01 Jan 2026 12:00:01 GMT"));
    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("EC2", "DescribeInstances"));

    assertThat(verdict(thrown, SENT, SENT.minusSeconds(1))).isEqualTo(ErrorClass.EXPIRED);
    assertThat(verdict(thrown, SENT, SENT.plusSeconds(60))).isEqualTo(ErrorClass.CLOCK_SKEW);
    assertThat(verdict(thrown, SENT.plus(Duration.ofMinutes(20)), SENT.plusSeconds(60)))
        .isEqualTo(ErrorClass.CLOCK_SKEW);
  }

  /** The bytes of JuliaCloud/AWS.jl#206. */
  @Test
  void an_answer_to_a_clock_that_is_ahead_as_somebody_posted_it() {
    wire.answer(
        WireMock.aResponse()
            .withStatus(400)
            .withHeader("Date", "Fri, 02 Oct 2020 06:16:18 GMT")
            .withHeader("Content-Type", "application/x-amz-json-1.1")
            .withBody(
                "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature not yet current:"
                    + " 20201002T065532Z is still later than 20201002T062118Z"
                    + " (20201002T061618Z + 5 min.)\"}"));

    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("DynamoDB", "ListTables"));

    ErrorClassification verdict =
        SdkFailures.classify(
            thrown,
            new CallContext(
                "ListTables",
                Optional.of(Instant.parse("2020-10-02T06:55:32Z")),
                Optional.of(Instant.parse("2020-10-02T06:55:33Z")),
                Optional.empty()));
    assertThat(verdict)
        .isEqualTo(
            new ErrorClassification(
                ErrorClass.CLOCK_SKEW,
                Confidence.HIGH,
                "this machine's clock is ahead by 39 min 14 s"));
  }

  @Test
  void a_service_that_cannot_be_reached_says_nothing_of_credentials() {
    wire.answer(
        WireMock.aResponse().withFault(com.github.tomakehurst.wiremock.http.Fault.EMPTY_RESPONSE));

    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("S3", "ListBuckets"));

    assertThat(SdkFailures.classify(thrown, CallContext.unknown()).errorClass())
        .isEqualTo(ErrorClass.TRANSIENT);
  }

  @Test
  void what_wraps_the_exception_of_a_service_is_looked_through() {
    wire.answer("S3", 400, "ExpiredToken", "The provided token has expired.");
    SdkException thrown =
        catchThrowableOfType(SdkException.class, () -> wire.call("S3", "ListBuckets"));

    Throwable wrapped = new CompletionException(new IllegalStateException("upload failed", thrown));

    assertThat(SdkFailures.classify(wrapped, CallContext.unknown()).errorClass())
        .isEqualTo(ErrorClass.EXPIRED);
  }

  @Test
  void what_asynchronous_code_wraps_around_is_not_in_the_text() {
    Throwable failure = new IllegalStateException("connection reset");

    assertThat(
            SdkFailures.failure(
                    new CompletionException(new ExecutionException(failure)), CallContext.unknown())
                .message())
        .isEqualTo("java.lang.IllegalStateException: connection reset");
  }

  @Test
  void a_chain_of_causes_that_is_a_circle_ends() {
    var outer = new IllegalStateException("outer");
    var inner = new IllegalStateException("inner", outer);
    outer.initCause(inner);

    assertThat(SdkFailures.classify(outer, CallContext.unknown()).errorClass())
        .isEqualTo(ErrorClass.UNRELATED);
  }

  @Test
  void a_metadata_service_without_a_profile_is_a_failing_source_named_as_such() {
    metadata(404, "");

    ErrorClassification verdict = SdkFailures.classify(unavailable(), CallContext.unknown());

    assertThat(verdict.errorClass()).isEqualTo(ErrorClass.SOURCE_FAILING);
    assertThat(verdict.reason()).contains("no instance profile", "the SDK's text");
  }

  @Test
  void an_error_document_of_the_metadata_service_is_told_from_its_absence() {
    metadata(200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume\"}");

    ErrorClassification verdict = SdkFailures.classify(unavailable(), CallContext.unknown());

    assertThat(verdict.errorClass()).isEqualTo(ErrorClass.SOURCE_FAILING);
    assertThat(verdict.reason()).contains("error document", "the SDK's text");
  }

  @Test
  void a_metadata_service_that_does_not_answer_in_time_is_named_as_such() {
    wire.server().resetAll();
    wire.server()
        .stubFor(
            WireMock.any(WireMock.anyUrl())
                .willReturn(WireMock.aResponse().withFixedDelay(60_000)));

    try (JvmProperties properties =
        JvmProperties.with(Map.of("aws.ec2MetadataServiceTimeout", "1"))) {
      ErrorClassification verdict = SdkFailures.classify(unavailable(), CallContext.unknown());

      assertThat(verdict.errorClass()).isEqualTo(ErrorClass.SOURCE_FAILING);
      assertThat(verdict.reason()).contains("in time", "the SDK's text");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          403 | {"code":"AccessDenied","message":"SECRET"}
          404 | {"code":"NoIdInRequest","message":"SECRET"}
          200 | {"code":"InternalServerError","message":"SECRET"}
          """)
  void a_container_whose_endpoint_gives_no_credentials_has_a_failing_source(
      int status, String document) {
    wire.answer(WireMock.aResponse().withStatus(status).withBody(document));
    try (JvmProperties properties =
            JvmProperties.with(
                Map.of("aws.containerCredentialsFullUri", wire.server().baseUrl() + "/c"));
        var provider = ContainerCredentialsProvider.create()) {
      SdkException thrown = catchThrowableOfType(SdkException.class, provider::resolveCredentials);

      ErrorClassification verdict = SdkFailures.classify(thrown, CallContext.unknown());

      assertThat(verdict.errorClass()).isEqualTo(ErrorClass.SOURCE_FAILING);
      assertThat(verdict.reason()).contains("container", "the SDK's text").doesNotContain("SECRET");
    }
  }

  @Test
  void a_chain_in_which_no_provider_has_credentials_means_that_they_are_missing() {
    metadata(404, "");
    try (var chain = AwsCredentialsProviderChain.of(instanceProfile())) {
      SdkException thrown = catchThrowableOfType(SdkException.class, chain::resolveCredentials);

      ErrorClassification verdict = SdkFailures.classify(thrown, CallContext.unknown());

      assertThat(verdict.errorClass()).isEqualTo(ErrorClass.MISSING);
      assertThat(verdict.reason()).contains("the SDK's text");
    }
  }

  private static ErrorClass verdict(Throwable thrown, Instant sent, Instant expiration) {
    return SdkFailures.classify(
            thrown,
            new CallContext("DescribeInstances", Optional.of(sent), Optional.of(expiration)))
        .errorClass();
  }

  /** No time is known, so that only code and text can decide. */
  private static CallContext context(String operation) {
    return new CallContext(operation, Optional.empty(), Optional.empty());
  }

  private static void metadata(int status, String document) {
    wire.server().resetAll();
    wire.server()
        .stubFor(
            WireMock.any(WireMock.anyUrl())
                .willReturn(WireMock.aResponse().withStatus(status).withBody(document)));
    wire.server()
        .stubFor(
            WireMock.put("/latest/api/token")
                .willReturn(
                    WireMock.aResponse()
                        .withHeader("X-aws-ec2-metadata-token-ttl-seconds", "21600")
                        .withBody("a-metadata-token")));
    wire.server()
        .stubFor(
            WireMock.get("/latest/meta-data/iam/security-credentials/")
                .willReturn(
                    WireMock.aResponse()
                        .withStatus(status)
                        .withBody(status == 200 ? "web-role" : "")));
  }

  private static SdkException unavailable() {
    try (var provider = instanceProfile()) {
      return catchThrowableOfType(SdkException.class, provider::resolveCredentials);
    }
  }

  private static InstanceProfileCredentialsProvider instanceProfile() {
    return InstanceProfileCredentialsProvider.builder()
        .endpoint(URI.create(wire.server().baseUrl()).toString())
        .build();
  }
}
