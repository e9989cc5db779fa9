package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.autoscaling.AutoScalingClient;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/** How each service answers a caller, seen through the AWS SDK's own clients. */
class CallerTest {
  private SimulatedAccount account;
  private SimulatedInstance instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
  }

  @AfterEach
  void close() {
    account.close();
  }

  enum Service {
    AUTOSCALING,
    CLOUDTRAIL,
    EC2,
    IAM,
    S3,
    STS;

    /** A call that needs a permission, except in STS, where the one that we have needs none. */
    void call(SimulatedAccount account, AwsCredentialsProvider credentials) {
      SdkClients clients = SdkClients.using(account, credentials);
      switch (this) {
        case AUTOSCALING -> {
          try (var autoScaling = clients.build(AutoScalingClient.builder())) {
            autoScaling.describeAutoScalingInstances();
          }
        }
        case CLOUDTRAIL -> {
          try (var cloudTrail = clients.build(CloudTrailClient.builder())) {
            cloudTrail.lookupEvents();
          }
        }
        case EC2 -> {
          try (var ec2 = clients.build(Ec2Client.builder())) {
            ec2.describeInstances();
          }
        }
        case IAM -> {
          try (var iam = clients.build(IamClient.builder())) {
            iam.getRole(r -> r.roleName("web-role"));
          }
        }
        case S3 -> {
          try (var s3 = clients.build(S3Client.builder())) {
            s3.listBuckets();
          }
        }
        case STS -> {
          try (var sts = clients.build(StsClient.builder())) {
            sts.getCallerIdentity();
          }
        }
      }
    }

    AwsServiceException refuse(SimulatedAccount account, AwsCredentialsProvider credentials) {
      return catchThrowableOfType(AwsServiceException.class, () -> call(account, credentials));
    }
  }

  /** A provider without a cache: what a new process would find. */
  private AwsCredentialsProvider fromMetadata() {
    try (var provider =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString())
            .build()) {
      return StaticCredentialsProvider.create(provider.resolveCredentials());
    }
  }

  @ParameterizedTest
  @EnumSource
  void credentials_from_the_metadata_are_accepted(Service service) {
    service.call(account, fromMetadata());

    assertThat(account.calls().get(account.calls().size() - 1))
        .satisfies(
            call -> {
              assertThat(call.outcome()).isEqualTo("OK");
              assertThat(call.principal())
                  .isEqualTo("arn:aws:sts::123456789012:assumed-role/web-role/" + instance.id());
            });
  }

  @ParameterizedTest
  @CsvSource({
    "AUTOSCALING, ExpiredToken, 403",
    "CLOUDTRAIL, ExpiredTokenException, 400",
    "EC2, RequestExpired, 400",
    "IAM, ExpiredToken, 403",
    "STS, ExpiredToken, 403",
    "S3, ExpiredToken, 400"
  })
  void expired_credentials_are_refused_as_the_service_does(
      Service service, String code, int status) {
    AwsCredentialsProvider credentials = fromMetadata();
    account.clock().advance(Duration.ofHours(6));

    assertRefused(service.refuse(account, credentials), code, status);
  }

  @ParameterizedTest
  @CsvSource({
    "AUTOSCALING, AccessDenied, 403",
    "CLOUDTRAIL, AccessDeniedException, 400",
    "EC2, UnauthorizedOperation, 403",
    "IAM, AccessDenied, 403",
    "S3, AccessDenied, 403"
  })
  void revoked_sessions_are_refused_as_the_service_does(Service service, String code, int status) {
    AwsCredentialsProvider credentials = fromMetadata();
    revokeSessionsBeforeNow();

    assertRefused(service.refuse(account, credentials), code, status);
  }

  @Test
  void a_revoked_session_still_knows_who_it_is() {
    AwsCredentialsProvider credentials = fromMetadata();
    revokeSessionsBeforeNow();

    Service.STS.call(account, credentials);
  }

  @Test
  void a_session_issued_after_the_revocation_is_not_affected() {
    revokeSessionsBeforeNow();
    account.clock().advance(Duration.ofHours(1));

    Service.S3.call(account, fromMetadata());
  }

  @ParameterizedTest
  @CsvSource({
    "AUTOSCALING, InvalidClientTokenId, 403",
    "CLOUDTRAIL, UnrecognizedClientException, 400",
    "EC2, AuthFailure, 401",
    "IAM, InvalidClientTokenId, 403",
    "STS, InvalidClientTokenId, 403",
    "S3, InvalidAccessKeyId, 403"
  })
  void unknown_credentials_are_refused_as_the_service_does(
      Service service, String code, int status) {
    var stranger =
        StaticCredentialsProvider.create(
            AwsSessionCredentials.create("ASIAQQQQQQQQQQQQQQQQ", "secret", "token"));

    assertRefused(service.refuse(account, stranger), code, status);
  }

  @ParameterizedTest
  @CsvSource({
    "AUTOSCALING, InvalidClientTokenId, 403",
    "CLOUDTRAIL, UnrecognizedClientException, 400",
    "EC2, AuthFailure, 401",
    "IAM, InvalidClientTokenId, 403",
    "STS, InvalidClientTokenId, 403",
    "S3, InvalidToken, 400"
  })
  void an_access_key_with_another_sessions_token_is_refused(
      Service service, String code, int status) {
    var mine = (AwsSessionCredentials) fromMetadata().resolveCredentials();
    var torn =
        StaticCredentialsProvider.create(
            AwsSessionCredentials.create(mine.accessKeyId(), mine.secretAccessKey(), "torn"));

    assertRefused(service.refuse(account, torn), code, status);
  }

  @ParameterizedTest
  @CsvSource({
    "iam, 403, MissingAuthenticationToken",
    "sts, 403, MissingAuthenticationToken",
    "autoscaling, 403, MissingAuthenticationToken",
    "ec2, 401, AuthFailure"
  })
  void a_request_without_a_signature_is_refused_as_the_service_does(
      String service, int status, String code) throws Exception {
    HttpResponse<String> answer = RawCall.unsigned(account, service);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(RawCall.code(answer)).isEqualTo(code);
  }

  @Test
  void the_roles_policy_decides_what_the_instance_may_do() {
    try (var iam = SdkClients.administrator(account).build(IamClient.builder())) {
      iam.deleteRolePolicy(r -> r.roleName("web-role").policyName("administrator"));
      iam.putRolePolicy(
          r ->
              r.roleName("web-role")
                  .policyName("buckets")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":{"Effect":"Allow",
                       "Action":"s3:List*","Resource":"*"}}"""));
    }
    AwsCredentialsProvider credentials = fromMetadata();

    Service.S3.call(account, credentials);
    assertRefused(Service.EC2.refuse(account, credentials), "UnauthorizedOperation", 403);
  }

  private void revokeSessionsBeforeNow() {
    account.clock().advance(Duration.ofMinutes(1));
    try (var iam = SdkClients.administrator(account).build(IamClient.builder())) {
      iam.putRolePolicy(
          r ->
              r.roleName("web-role")
                  .policyName("AWSRevokeOlderSessions")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
                       "Resource":["*"],"Condition":{"DateLessThan":
                       {"aws:TokenIssueTime":"%s"}}}]}"""
                          .formatted(account.clock().instant())));
    }
  }

  private static void assertRefused(AwsServiceException refusal, String code, int status) {
    assertThat(refusal).isNotNull();
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.statusCode()).isEqualTo(status);
  }
}
