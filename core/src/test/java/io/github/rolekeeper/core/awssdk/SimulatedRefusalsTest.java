package io.github.rolekeeper.core.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.core.ErrorClass;
import io.github.rolekeeper.core.ErrorClassification;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/** What real clients throw at the simulated account, of which each service refuses in its way. */
class SimulatedRefusalsTest {
  private static final String DENY_ALL =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}""";

  private final MutableClock clock = MutableClock.atRealTime();
  private SimulatedAccount account;
  private SimulatedInstance instance;

  enum Service {
    EC2,
    IAM,
    S3,
    STS
  }

  @BeforeEach
  void launch() {
    // The signing clock of the SDK cannot be set, so the account's moves to the real one.
    account = SimulatedAccount.builder().clock(clock).checkRequestDates().build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
  }

  @AfterEach
  void close() {
    // The SDK corrects its clock for the whole JVM once it knows of a skew.
    SdkGlobalTime.setGlobalTimeOffset(0);
    account.close();
  }

  @ParameterizedTest
  @EnumSource
  void an_expired_session_is_expired_although_the_codes_differ(Service service) {
    Instant now = clock.instant();
    clock.set(now.minus(Duration.ofHours(13)));
    SimulatedInstance old = account.launchInstance("web");
    AwsSessionCredentials session = credentials(old);
    clock.set(now);

    assertThat(verdict(service, StaticCredentialsProvider.create(session)))
        .isEqualTo(ErrorClass.EXPIRED);
  }

  @ParameterizedTest
  @EnumSource
  void a_token_that_belongs_to_another_key_is_invalid(Service service) {
    AwsSessionCredentials session = credentials(instance);

    assertThat(
            verdict(
                service,
                StaticCredentialsProvider.create(
                    AwsSessionCredentials.create(
                        session.accessKeyId(), session.secretAccessKey(), "another-token"))))
        .isEqualTo(ErrorClass.INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void a_key_that_nobody_knows_is_invalid(Service service) {
    assertThat(
            verdict(
                service,
                StaticCredentialsProvider.create(
                    AwsSessionCredentials.create("ASIAUNKNOWN000000001", "a-secret", "a-token"))))
        .isEqualTo(ErrorClass.INVALID);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STS")
  void a_session_that_a_policy_denies_is_denied_or_suspected_of_revocation(Service service) {
    StaticCredentialsProvider session = StaticCredentialsProvider.create(credentials(instance));
    try (IamClient iam = SdkClients.administrator(account).build(IamClient.builder())) {
      iam.putRolePolicy(r -> r.roleName("web-role").policyName("deny").policyDocument(DENY_ALL));
    }

    assertThat(verdict(service, session)).isIn(ErrorClass.DENIED, ErrorClass.REVOCATION_SUSPECTED);
  }

  @ParameterizedTest
  @EnumSource
  void a_session_without_a_policy_is_denied(Service service) {
    try (IamClient iam = SdkClients.administrator(account).build(IamClient.builder())) {
      iam.deleteRolePolicy(r -> r.roleName("web-role").policyName("administrator"));
    }
    StaticCredentialsProvider session = StaticCredentialsProvider.create(credentials(instance));

    if (service == Service.STS) {
      call(service, session); // needs no permission
    } else {
      assertThat(verdict(service, session)).isEqualTo(ErrorClass.DENIED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_throttled_call_says_nothing_of_credentials(Service service) {
    account.inject(Fault.throttled());

    assertThat(verdict(service, StaticCredentialsProvider.create(credentials())))
        .isEqualTo(ErrorClass.TRANSIENT);
  }

  @ParameterizedTest
  @EnumSource
  void an_internal_error_says_nothing_of_credentials(Service service) {
    account.inject(Fault.internalError());

    assertThat(verdict(service, StaticCredentialsProvider.create(credentials())))
        .isEqualTo(ErrorClass.TRANSIENT);
  }

  @ParameterizedTest
  @EnumSource
  void a_wrong_clock_is_a_wrong_clock_although_the_codes_differ(Service service) {
    StaticCredentialsProvider session = StaticCredentialsProvider.create(credentials(instance));
    Instant machine = clock.instant();
    clock.advance(Duration.ofMinutes(30));

    assertThat(verdict(service, session, Optional.of(machine))).isEqualTo(ErrorClass.CLOCK_SKEW);
  }

  private ErrorClass verdict(Service service, AwsCredentialsProvider credentials) {
    return verdict(service, credentials, Optional.of(clock.instant()));
  }

  private ErrorClass verdict(
      Service service, AwsCredentialsProvider credentials, Optional<Instant> requestTime) {
    AwsServiceException thrown =
        catchThrowableOfType(AwsServiceException.class, () -> call(service, credentials));
    ErrorClassification verdict =
        SdkFailures.classify(
            thrown, new CallContext("", requestTime, requestTime, Optional.empty()));
    return verdict.errorClass();
  }

  private void call(Service service, AwsCredentialsProvider credentials) {
    switch (service) {
      case EC2 -> {
        try (Ec2Client client = client(Ec2Client.builder(), credentials)) {
          client.describeInstances();
        }
      }
      case IAM -> {
        try (IamClient client = client(IamClient.builder(), credentials)) {
          client.getRole(r -> r.roleName("web-role"));
        }
      }
      case S3 -> {
        try (S3Client client = client(S3Client.builder(), credentials)) {
          client.listBuckets();
        }
      }
      case STS -> {
        try (StsClient client = client(StsClient.builder(), credentials)) {
          client.getCallerIdentity();
        }
      }
    }
  }

  private <B extends AwsClientBuilder<B, C>, C> C client(
      B builder, AwsCredentialsProvider credentials) {
    return SdkClients.using(account, credentials)
        .build(builder.overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry())));
  }

  /** Without asking anything of the account. */
  private static AwsSessionCredentials credentials() {
    return AwsSessionCredentials.create("ASIAANY0000000000001", "a-secret", "a-token");
  }

  private static AwsSessionCredentials credentials(SimulatedInstance of) {
    try (var provider =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(of.metadataEndpoint().toString())
            .build()) {
      return (AwsSessionCredentials) provider.resolveCredentials();
    }
  }
}
