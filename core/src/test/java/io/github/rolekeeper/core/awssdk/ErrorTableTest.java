package io.github.rolekeeper.core.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.rolekeeper.core.AwsFailure;
import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.ErrorClass;
import io.github.rolekeeper.core.ErrorClassification;
import io.github.rolekeeper.core.JvmProperties;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          S3 | ListBuckets | 400 | ExpiredToken | The provided token has expired. | EXPIRED
          SQS | ListQueues | 403 | ExpiredToken | The security token included in the request is expired | EXPIRED
          STS | GetCallerIdentity | 403 | ExpiredToken | The security token included in the request is expired | EXPIRED
          DynamoDB | ListTables | 400 | ExpiredTokenException | The security token included in the request is expired | EXPIRED
          STS | AssumeRoleWithWebIdentity | 400 | ExpiredTokenException | Token expired | SOURCE_FAILING
          STS | AssumeRoleWithSAML | 400 | ExpiredTokenException | Token expired | SOURCE_FAILING
          S3 | ListBuckets | 400 | InvalidToken | The provided token is malformed or otherwise invalid. | INVALID
          S3 | ListBuckets | 400 | TokenRefreshRequired | The provided token must be refreshed. | INVALID
          STS | GetCallerIdentity | 403 | InvalidClientTokenId | The security token included in the request is invalid | INVALID
          IAM | ListRoles | 403 | InvalidClientTokenId | The security token included in the request is invalid | INVALID
          DynamoDB | ListTables | 400 | UnrecognizedClientException | The security token included in the request is invalid. | INVALID
          S3 | ListBuckets | 403 | InvalidAccessKeyId | The AWS Access Key Id you provided does not exist in our records. | INVALID
          EC2 | DescribeInstances | 403 | AuthFailure | AWS was not able to validate the provided access credentials | INVALID
          EC2 | DescribeInstances | 400 | RequestExpired | Request has expired. | EXPIRED
          S3 | ListBuckets | 403 | RequestTimeTooSkewed | The difference between the request time and the current time is too large. | CLOCK_SKEW
          S3 | ListBuckets | 403 | RequestInTheFuture | Request date is in the future | CLOCK_SKEW
          DynamoDB | ListTables | 400 | InvalidSignatureException | Signature expired: 20260101T120000Z is now earlier than 20260101T121500Z | CLOCK_SKEW
          DynamoDB | ListTables | 400 | InvalidSignatureException | The request signature we calculated does not match | INVALID
          S3 | ListBuckets | 403 | SignatureDoesNotMatch | The request signature we calculated does not match | INVALID
          IAM | ListRoles | 403 | SignatureDoesNotMatch | Signature expired: 20260101T120000Z is now earlier | CLOCK_SKEW
          IAM | ListRoles | 400 | IncompleteSignature | The request signature does not conform to AWS standards. | MISSING
          IAM | ListRoles | 403 | MissingAuthenticationToken | Request is missing Authentication Token | MISSING
          S3 | ListBuckets | 403 | AccessDenied | Access Denied | DENIED
          STS | GetCallerIdentity | 403 | AccessDenied | not authorized | DENIED
          IAM | ListRoles | 403 | AccessDenied | not authorized because no identity-based policy allows it | DENIED
          SQS | ListQueues | 403 | AccessDenied | not authorized | DENIED
          DynamoDB | ListTables | 400 | AccessDeniedException | not authorized | DENIED
          EC2 | DescribeInstances | 403 | UnauthorizedOperation | You are not authorized to perform this operation. | DENIED
          IAM | ListRoles | 403 | NotAuthorized | You do not have permission to perform this action. | DENIED
          IAM | ListRoles | 403 | AccessDenied | not authorized to perform: iam:ListRoles with an explicit deny in an identity-based policy | REVOCATION_SUSPECTED
          S3 | ListBuckets | 403 | AccessDenied | not authorized with an explicit deny in a resource-based policy | DENIED
          EC2 | DescribeInstances | 403 | OptInRequired | You are not subscribed to this service. | UNRELATED
          STS | GetCallerIdentity | 403 | RegionDisabledException | STS is not activated in this region | UNRELATED
          DynamoDB | ListTables | 400 | ThrottlingException | Rate exceeded | TRANSIENT
          DynamoDB | ListTables | 400 | ProvisionedThroughputExceededException | x | TRANSIENT
          DynamoDB | ListTables | 400 | TransactionInProgressException | x | TRANSIENT
          EC2 | DescribeInstances | 503 | RequestLimitExceeded | Request limit exceeded. | TRANSIENT
          EC2 | DescribeInstances | 400 | EC2ThrottledException | x | TRANSIENT
          IAM | ListRoles | 400 | Throttling | Rate exceeded | TRANSIENT
          IAM | ListRoles | 400 | ThrottledException | x | TRANSIENT
          IAM | ListRoles | 400 | TooManyRequestsException | x | TRANSIENT
          IAM | ListRoles | 400 | BandwidthLimitExceeded | x | TRANSIENT
          IAM | ListRoles | 400 | RequestThrottledException | x | TRANSIENT
          IAM | ListRoles | 400 | PriorRequestNotComplete | x | TRANSIENT
          SQS | ListQueues | 400 | RequestThrottled | x | TRANSIENT
          S3 | ListBuckets | 503 | SlowDown | Please reduce your request rate. | TRANSIENT
          S3 | ListBuckets | 500 | InternalError | We encountered an internal error. Please try again. | TRANSIENT
          S3 | PutObject | 400 | RequestTimeout | Your socket connection to the server was not read from or written to within the timeout period. | TRANSIENT
          DynamoDB | ListTables | 408 | RequestTimeoutException | x | TRANSIENT
          S3 | GetObject | 404 | NoSuchKey | The specified key does not exist. | UNRELATED
          """)
  void an_answer_on_the_wire_means_what_the_table_says(
      String service,
      String operation,
      int status,
      String code,
      String message,
      ErrorClass expected) {
    wire.answer(service, status, code, message);

    AwsServiceException thrown =
        catchThrowableOfType(AwsServiceException.class, () -> wire.call(service, operation));

    AwsFailure failure = SdkFailures.failure(thrown, context(operation));
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.message()).isEqualTo(message);
    assertThat(failure.service()).isEqualToIgnoringCase(service);
    assertThat(SdkFailures.classify(thrown, context(operation)).errorClass()).isEqualTo(expected);
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
    assertThat(verdict(thrown, SENT.minus(Duration.ofMinutes(20)), SENT.minusSeconds(1)))
        .isEqualTo(ErrorClass.CLOCK_SKEW);
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
