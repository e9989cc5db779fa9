package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsErrorClassifierTest {
  private static final Instant SENT = Sets.NOON;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          S3 | ListBuckets | ExpiredToken | 400 | The provided token has expired. | EXPIRED
          SQS | SendMessage | ExpiredToken | 403 | '' | EXPIRED
          STS | GetCallerIdentity | ExpiredToken | 403 | '' | EXPIRED
          DynamoDB | GetItem | ExpiredTokenException | 400 | '' | EXPIRED
          STS | AssumeRoleWithWebIdentity | ExpiredTokenException | 400 | '' | SOURCE_FAILING
          STS | AssumeRoleWithSAML | ExpiredTokenException | 400 | '' | SOURCE_FAILING
          S3 | ListBuckets | InvalidToken | 400 | '' | INVALID
          S3 | ListBuckets | TokenRefreshRequired | 400 | '' | INVALID
          STS | GetCallerIdentity | InvalidClientTokenId | 403 | '' | INVALID
          DynamoDB | GetItem | UnrecognizedClientException | 400 | '' | INVALID
          S3 | ListBuckets | InvalidAccessKeyId | 403 | '' | INVALID
          EC2 | DescribeInstances | AuthFailure | 401 | '' | INVALID
          EC2 | DescribeInstances | RequestExpired | 400 | Request has expired. | EXPIRED
          S3 | ListBuckets | RequestTimeTooSkewed | 403 | '' | CLOCK_SKEW
          S3 | ListBuckets | RequestInTheFuture | 403 | '' | CLOCK_SKEW
          DynamoDB | GetItem | InvalidSignatureException | 400 | Signature expired: | CLOCK_SKEW
          DynamoDB | GetItem | InvalidSignatureException | 400 | '' | INVALID
          S3 | ListBuckets | SignatureDoesNotMatch | 403 | '' | INVALID
          IAM | GetRole | IncompleteSignature | 400 | '' | MISSING
          IAM | GetRole | MissingAuthenticationToken | 403 | '' | MISSING
          S3 | ListBuckets | AccessDenied | 403 | Access Denied | DENIED
          DynamoDB | GetItem | AccessDeniedException | 400 | '' | DENIED
          EC2 | DescribeInstances | UnauthorizedOperation | 403 | '' | DENIED
          SNS | Publish | NotAuthorized | 400 | '' | DENIED
          IAM | GetRole | AccessDenied | 403 | x with an explicit deny in an identity-based policy | REVOCATION_SUSPECTED
          S3 | ListBuckets | AccessDenied | 403 | x with an explicit deny in a resource-based policy | DENIED
          Signin | CreateOAuth2Token | TOKEN_EXPIRED | 401 | '' | EXPIRED
          Signin | CreateOAuth2Token | AUTHCODE_EXPIRED | 401 | '' | SOURCE_FAILING
          Signin | CreateOAuth2Token | USER_CREDENTIALS_CHANGED | 403 | '' | INVALID
          Signin | CreateOAuth2Token | INSUFFICIENT_PERMISSIONS | 403 | '' | DENIED
          Signin | CreateOAuth2Token | AccessDeniedException | 401 | '' | EXPIRED
          Signin | CreateOAuth2Token | AccessDeniedException | 403 | TOKEN_EXPIRED is only a text here | DENIED
          EC2 | DescribeInstances | OptInRequired | 403 | '' | UNRELATED
          STS | GetCallerIdentity | RegionDisabledException | 403 | '' | UNRELATED
          EC2 | DescribeInstances | RequestLimitExceeded | 503 | '' | TRANSIENT
          DynamoDB | GetItem | ThrottlingException | 400 | '' | TRANSIENT
          S3 | PutObject | RequestTimeout | 400 | '' | TRANSIENT
          Backup | ListBackupJobs | RequestTimeoutException | 408 | '' | TRANSIENT
          S3 | ListBuckets | InternalError | 500 | '' | TRANSIENT
          S3 | GetObject | NoSuchKey | 404 | '' | UNRELATED
          S3 | HeadBucket | '' | 403 | '' | DENIED
          EC2 | DescribeInstances | '' | 401 | '' | INVALID
          '' | '' | '' | 0 | java.net.ConnectException: refused | TRANSIENT
          '' | '' | '' | 0 | Unable to load credentials from any of the providers in the chain x | MISSING
          '' | '' | '' | 0 | Failed to load credentials from IMDS. The requested metadata is not found at x | SOURCE_FAILING
          '' | '' | '' | 0 | Failed to load credentials from IMDS. SocketTimeoutException: x | SOURCE_FAILING
          '' | '' | '' | 0 | Failed to load credentials from IMDS. Failed to load access key | SOURCE_FAILING
          '' | '' | '' | 0 | Unable to marshall request | UNRELATED
          """)
  void a_row_of_the_error_table(
      String service, String operation, String code, int status, String text, ErrorClass expected) {
    assertThat(classify(service, operation, code, status, text, Optional.empty(), Optional.empty()))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "RequestExpired, 400, 0, -1, EXPIRED",
    "RequestExpired, 400, 0, 60, CLOCK_SKEW",
    "RequestExpired, 400, 239, 0, EXPIRED",
    "RequestExpired, 400, 240, -1, CLOCK_SKEW",
    "RequestExpired, 400, -240, -1, CLOCK_SKEW",
    "AuthFailure, 401, 0, -1, EXPIRED",
    "AuthFailure, 401, 0, 60, INVALID",
    "AuthFailure, 401, 240, 6000, CLOCK_SKEW",
    "SignatureDoesNotMatch, 403, 239, 6000, INVALID",
    "SignatureDoesNotMatch, 403, -240, 6000, CLOCK_SKEW",
    "'', 403, 0, -1, EXPIRED",
    "'', 403, 240, 6000, CLOCK_SKEW"
  })
  void expiration_and_skew_resolve_what_a_code_leaves_open(
      String code, int status, int skewSeconds, int secondsLeft, ErrorClass expected) {
    assertThat(
            classify(
                "EC2",
                "DescribeInstances",
                code,
                status,
                "",
                Optional.of(SENT.plusSeconds(skewSeconds)),
                Optional.of(SENT.plusSeconds(secondsLeft))))
        .isEqualTo(expected);
  }

  @Test
  void the_skew_is_how_far_aws_is_ahead() {
    assertThat(
            failure("", "", "", 0, "", Optional.of(SENT.minusSeconds(5)), Optional.empty()).skew())
        .contains(Duration.ofSeconds(-5));
  }

  private static ErrorClass classify(
      String service,
      String operation,
      String code,
      int status,
      String text,
      Optional<Instant> date,
      Optional<Instant> expiration) {
    ErrorClassification verdict =
        AwsErrorClassifier.classify(
            failure(service, operation, code, status, text, date, expiration));
    assertThat(verdict.reason()).isNotBlank();
    return verdict.errorClass();
  }

  private static AwsFailure failure(
      String service,
      String operation,
      String code,
      int status,
      String text,
      Optional<Instant> date,
      Optional<Instant> expiration) {
    return new AwsFailure(
        service, operation, code, status, text, date, Optional.of(SENT), expiration);
  }
}
