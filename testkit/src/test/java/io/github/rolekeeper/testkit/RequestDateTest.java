package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.services.iam.IamClient;

/** Dates of requests that are too far from the account's, and headers that are torn. */
class RequestDateTest {
  private static final Instant NOW = Instant.parse("2023-03-07T10:00:00Z");
  private static final String SCOPE = "AKIAIOSFODNN7EXAMPLE/20230307/us-east-1/";

  private SimulatedAccount account;

  @BeforeEach
  void open() {
    account = SimulatedAccount.builder().clock(MutableClock.at(NOW)).checkRequestDates().build();
  }

  @AfterEach
  void close() {
    account.close();
  }

  private HttpResponse<String> call(String service, String credential, String... headers)
      throws Exception {
    return RawCall.send(account, service, credential, headers);
  }

  private HttpResponse<String> dated(String service, String date) throws Exception {
    return call(service, SCOPE + service + "/aws4_request", "X-Amz-Date", date);
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 20230307T095459Z, 403, SignatureDoesNotMatch",
    "sts, 20230307T100501Z, 403, SignatureDoesNotMatch",
    "autoscaling, 20230307T095459Z, 403, SignatureDoesNotMatch",
    "cloudtrail, 20230307T095459Z, 400, InvalidSignatureException",
    "cloudtrail, 20230307T100501Z, 400, InvalidSignatureException",
    "ec2, 20230307T095459Z, 400, RequestExpired",
    "ec2, 20230307T100501Z, 400, RequestExpired",
    "s3, 20230307T094459Z, 403, RequestTimeTooSkewed",
    "s3, 20230307T101501Z, 403, RequestTimeTooSkewed"
  })
  void a_date_out_of_tolerance_is_refused_as_the_service_does(
      String service, String date, int status, String code) throws Exception {
    HttpResponse<String> answer = dated(service, date);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(RawCall.code(answer)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 20230307T095500Z",
    "iam, 20230307T100500Z",
    "autoscaling, 20230307T100500Z",
    "cloudtrail, 20230307T095500Z",
    "ec2, 20230307T095500Z",
    "s3, 20230307T094500Z"
  })
  void a_date_within_tolerance_is_accepted(String service, String date) throws Exception {
    assertThat(dated(service, date).statusCode()).isEqualTo(200);
  }

  @Test
  void iam_says_how_far_the_date_is_off() throws Exception {
    assertThat(dated("iam", "20230307T095000Z").body())
        .contains(
            "Signature expired: 20230307T095000Z is now earlier than 20230307T095500Z"
                + " (20230307T100000Z - 5 min.)");
    assertThat(dated("iam", "20230307T101000Z").body())
        .contains(
            "Signature not yet current: 20230307T101000Z is still later than 20230307T100500Z"
                + " (20230307T100000Z + 5 min.)");
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 400, IncompleteSignature",
    "autoscaling, 400, IncompleteSignature",
    "cloudtrail, 400, IncompleteSignatureException",
    "ec2, 401, AuthFailure",
    "s3, 403, AccessDenied"
  })
  void a_request_without_a_date_is_refused(String service, int status, String code)
      throws Exception {
    HttpResponse<String> answer = call(service, SCOPE + service + "/aws4_request");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(RawCall.code(answer)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({
    "iam, AKIAIOSFODNN7EXAMPLE/20230307/us-east-1/iam, 400, IncompleteSignature",
    "iam, AKIAIOSFODNN7EXAMPLE/20230307/x/us-east-1/iam/aws4_request, 400, IncompleteSignature",
    "sts, garbled, 400, IncompleteSignature",
    "autoscaling, garbled, 400, IncompleteSignature",
    "ec2, AKIAIOSFODNN7EXAMPLE/ec2/aws4_request, 401, AuthFailure",
    "s3, AKIAIOSFODNN7EXAMPLE/20230307/us-east-1/s3, 400, AuthorizationHeaderMalformed"
  })
  void a_torn_credential_is_refused_as_the_service_does(
      String service, String credential, int status, String code) throws Exception {
    HttpResponse<String> answer = call(service, credential, "X-Amz-Date", "20230307T100000Z");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(RawCall.code(answer)).isEqualTo(code);
  }

  @Test
  void a_date_that_cannot_be_read_is_refused_by_a_json_service_in_json() throws Exception {
    HttpResponse<String> answer =
        call(
            "cloudtrail",
            "AKIAIOSFODNN7EXAMPLE/20230307/us-east-1/cloudtrail/aws4_request",
            "X-Amz-Date",
            "noon");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"__type\":\"IncompleteSignatureException\"");
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 403, SignatureDoesNotMatch",
    "sts, 403, SignatureDoesNotMatch",
    "autoscaling, 403, SignatureDoesNotMatch",
    "cloudtrail, 400, InvalidSignatureException",
    "ec2, 401, AuthFailure",
    "s3, 400, AuthorizationHeaderMalformed"
  })
  void a_scope_of_another_day_than_the_date_is_refused(String service, int status, String code)
      throws Exception {
    HttpResponse<String> answer =
        call(
            service,
            "AKIAIOSFODNN7EXAMPLE/20230306/us-east-1/" + service + "/aws4_request",
            "X-Amz-Date",
            "20230307T100000Z");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(RawCall.code(answer)).isEqualTo(code);
  }

  @Test
  void the_refusal_of_another_days_scope_names_both_days() throws Exception {
    assertThat(
            call(
                    "iam",
                    "AKIAIOSFODNN7EXAMPLE/20230306/us-east-1/iam/aws4_request",
                    "Date",
                    "Tue, 7 Mar 2023 10:00:00 GMT")
                .body())
        .contains("'20230306' != '20230307', from '20230307T100000Z'");
  }

  @Test
  void dates_are_not_looked_at_unless_asked_for() throws Exception {
    account.close();
    account = SimulatedAccount.create(MutableClock.at(NOW));

    assertThat(dated("iam", "20200101T000000Z").statusCode()).isEqualTo(200);
    assertThat(dated("cloudtrail", "noon").statusCode()).isEqualTo(200);
  }

  @Test
  void the_sdk_is_refused_and_corrects_its_clock_from_the_answer() {
    try (var once =
            SdkClients.administrator(account)
                .build(
                    IamClient.builder()
                        .overrideConfiguration(
                            o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
        var patient =
            SdkClients.administrator(account)
                .build(
                    IamClient.builder()
                        .overrideConfiguration(
                            o ->
                                o.retryStrategy(
                                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                        .backoffStrategy(
                                            software.amazon.awssdk.retries.api.BackoffStrategy
                                                .retryImmediately())
                                        .build())))) {
      assertThat(
              catchThrowableOfType(AwsServiceException.class, once::listRoles)
                  .awsErrorDetails()
                  .errorCode())
          .isEqualTo("SignatureDoesNotMatch");
      assertThat(patient.listRoles().roles()).isEmpty();
      account.clock().advance(Duration.ofSeconds(1));
      patient.listRoles();
    }
    assertThat(account.calls())
        .extracting(ApiCall::outcome)
        .containsExactly("SignatureDoesNotMatch", "SignatureDoesNotMatch", "OK", "OK");
  }
}
