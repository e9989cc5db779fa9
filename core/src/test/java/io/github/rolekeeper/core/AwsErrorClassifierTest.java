package io.github.rolekeeper.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AwsErrorClassifierTest {
  private static final Instant SENT = Sets.NOON;

  // JuliaCloud/AWS.jl#206, in whole: its Date is Fri, 02 Oct 2020 06:16:18 GMT.
  private static final String NOT_YET_CURRENT =
      "Signature not yet current: 20201002T065532Z is still later than 20201002T062118Z"
          + " (20201002T061618Z + 5 min.)";
  private static final Instant AHEAD = Instant.parse("2020-10-02T06:55:32Z");
  private static final Instant ANSWERED = Instant.parse("2020-10-02T06:16:18Z");

  // aws/aws-cli#6676.
  private static final String SIGNATURE_EXPIRED =
      "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z"
          + " (20220127T015928Z - 15 min.)";

  @ParameterizedTest
  @MethodSource("io.github.rolekeeper.core.ErrorTable#rows")
  void a_row_of_the_error_table(ErrorTable.Row row) {
    ErrorClassification verdict =
        AwsErrorClassifier.classify(
            new AwsFailure(
                row.service(),
                row.operation(),
                row.code(),
                row.status(),
                row.text(),
                Optional.empty(),
                Optional.of(SENT),
                Optional.empty()));

    assertThat(verdict.errorClass()).isEqualTo(row.errorClass());
    assertThat(verdict.confidence()).isEqualTo(row.confidence());
    assertThat(verdict.reason()).isNotBlank();
  }

  /** Texts of the AWS SDK for Java, which has no codes for what never reached a service. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          java.net.ConnectException: refused | TRANSIENT
          Unable to load credentials from any of the providers in the chain x | MISSING
          Failed to load credentials from IMDS. The requested metadata is not found at x | SOURCE_FAILING
          Failed to load credentials from IMDS. SocketTimeoutException: x | SOURCE_FAILING
          Failed to load credentials from IMDS. Failed to load access key | SOURCE_FAILING
          Unable to marshall request | UNRELATED
          """)
  void a_failure_without_an_answer(String text, ErrorClass expected) {
    assertThat(AwsErrorClassifier.classify(failure("", 0, text)).errorClass()).isEqualTo(expected);
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
    "SignatureDoesNotMatch, 403, 240, 6000, CLOCK_SKEW",
    "SignatureDoesNotMatch, 403, -240, 6000, CLOCK_SKEW",
    "'', 400, 0, 60, UNRELATED",
    "'', 403, 0, -1, EXPIRED",
    "'', 403, 240, 6000, CLOCK_SKEW"
  })
  void expiration_and_skew_resolve_what_a_code_leaves_open(
      String code, int status, int skewSeconds, int secondsLeft, ErrorClass expected) {
    assertThat(
            AwsErrorClassifier.classify(
                    timed(code, status, "", skewSeconds, Optional.of(SENT), secondsLeft))
                .errorClass())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "RequestExpired, 400, '', 600, 300, EXPIRED, MEDIUM",
    "RequestExpired, 400, '', 600, 6000, CLOCK_SKEW, LOW",
    "AuthFailure, 401, '', 600, 300, EXPIRED, MEDIUM",
    "AuthFailure, 401, '', 600, 6000, INVALID, LOW",
    "SignatureDoesNotMatch, 403, '', 600, 6000, INVALID, MEDIUM",
    "SignatureDoesNotMatch, 403, Signature expired, 1200, 6000, CLOCK_SKEW, MEDIUM",
    "RequestTimeTooSkewed, 403, '', 1200, 6000, CLOCK_SKEW, MEDIUM",
    "'', 403, '', 600, 6000, DENIED, LOW"
  })
  void an_answer_that_may_just_be_late_proves_no_wrong_clock(
      String code,
      int status,
      String text,
      int dateSeconds,
      int secondsLeft,
      ErrorClass expected,
      Confidence confidence) {
    ErrorClassification verdict =
        AwsErrorClassifier.classify(
            timed(code, status, text, dateSeconds, Optional.empty(), secondsLeft));

    assertThat(verdict.errorClass()).isEqualTo(expected);
    assertThat(verdict.confidence()).isEqualTo(confidence);
  }

  @ParameterizedTest
  @CsvSource({
    "SignatureDoesNotMatch, 403, Signature expired",
    "RequestTimeTooSkewed, 403, ''",
    "RequestExpired, 400, ''"
  })
  void a_request_that_was_long_under_way_by_a_right_clock_may_be_sent_again(
      String code, int status, String text) {
    ErrorClassification verdict =
        AwsErrorClassifier.classify(
            timed(code, status, text, 1200, Optional.of(SENT.plusSeconds(1200)), 6000));

    assertThat(verdict.errorClass()).isEqualTo(ErrorClass.TRANSIENT);
    assertThat(verdict.confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(verdict.reason()).contains("the clock is right");
  }

  @Test
  void a_wrong_clock_and_an_end_that_has_passed_explain_an_expired_request_alike() {
    assertThat(
            AwsErrorClassifier.classify(
                timed("RequestExpired", 400, "", 1200, Optional.of(SENT), 600)))
        .isEqualTo(
            new ErrorClassification(
                ErrorClass.CLOCK_SKEW,
                Confidence.MEDIUM,
                "this machine's clock is behind by 20 min"));
  }

  @ParameterizedTest
  @CsvSource({"InvalidSignatureException, 400", "SignatureDoesNotMatch, 403"})
  void not_yet_current_is_a_clock_that_is_ahead(String code, int status) {
    ErrorClassification byTheText =
        AwsErrorClassifier.classify(failure(code, status, NOT_YET_CURRENT));
    ErrorClassification byTheDate =
        AwsErrorClassifier.classify(
            new AwsFailure(
                "DynamoDB",
                "GetItem",
                code,
                status,
                NOT_YET_CURRENT,
                Optional.of(ANSWERED),
                Optional.of(AHEAD),
                Optional.empty()));

    assertThat(byTheText.errorClass()).isEqualTo(ErrorClass.CLOCK_SKEW);
    assertThat(byTheText.confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(byTheText.reason()).contains("this machine's clock is ahead");
    assertThat(byTheDate)
        .isEqualTo(
            new ErrorClassification(
                ErrorClass.CLOCK_SKEW,
                Confidence.HIGH,
                "this machine's clock is ahead by 39 min 14 s"));
  }

  @ParameterizedTest
  @CsvSource({"InvalidSignatureException, 400", "SignatureDoesNotMatch, 403"})
  void a_signature_that_has_expired_is_a_clock_that_is_behind(String code, int status) {
    ErrorClassification byTheText =
        AwsErrorClassifier.classify(failure(code, status, SIGNATURE_EXPIRED));
    ErrorClassification againstTheDate =
        AwsErrorClassifier.classify(
            timed(code, status, SIGNATURE_EXPIRED, 1, Optional.of(SENT), 6000));
    ErrorClassification byTheDate =
        AwsErrorClassifier.classify(
            timed(code, status, SIGNATURE_EXPIRED, 6301, Optional.of(SENT), 60_000));

    assertThat(byTheText.errorClass()).isEqualTo(ErrorClass.CLOCK_SKEW);
    assertThat(byTheText.confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(byTheText.reason()).contains("this machine's clock is behind");
    assertThat(againstTheDate).isEqualTo(byTheText);
    assertThat(byTheDate)
        .isEqualTo(
            new ErrorClassification(
                ErrorClass.CLOCK_SKEW,
                Confidence.HIGH,
                "this machine's clock is behind by 1 h 45 min 1 s"));
  }

  @Test
  void the_skew_is_how_far_aws_is_ahead() {
    assertThat(timed("", 0, "", -5, Optional.empty(), 0).skew()).contains(Duration.ofSeconds(-5));
  }

  private static AwsFailure failure(String code, int status, String text) {
    return new AwsFailure(
        "", "", code, status, text, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * @param date of the answer, in seconds after the request
   * @param left until the expiration, in seconds after the request
   */
  private static AwsFailure timed(
      String code, int status, String text, int date, Optional<Instant> received, int left) {
    return new AwsFailure(
        "EC2",
        "DescribeInstances",
        code,
        status,
        text,
        Optional.of(SENT.plusSeconds(date)),
        Optional.of(SENT),
        received,
        Optional.of(SENT.plusSeconds(left)));
  }
}
