package io.github.rolekeeper.core.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.CredentialEventType;
import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/** Sessions are revoked as the console does it, while an application makes its usual calls. */
class RevokedSessionTest {
  private static final String REVOCATION = "AWSRevokeOlderSessions";

  private final MutableClock clock = MutableClock.atRealTime();
  private final List<CredentialEventType> told = new ArrayList<>();
  private final SimulatedAccount account = SimulatedAccount.create(clock);
  private final SimulatedInstance instance = launch();

  // Resolved anew each time, so that a session is in use as soon as it is delivered.
  private final AwsCredentialsProvider provider = this::delivered;
  private final WatchedProvider credentials = WatchedProvider.watch(provider);
  private final CredentialTracker tracker =
      CredentialTracker.builder(credentials)
          .clock(clock)
          .listenerExecutor(Runnable::run)
          .listener(event -> told.add(event.type()))
          .build();
  private final TrafficInterceptor interceptor = TrafficInterceptor.reportingTo(tracker::report);
  private final S3Client s3 = client(S3Client.builder());
  private final IamClient iam = client(IamClient.builder());
  private final StsClient sts = client(StsClient.builder());
  private final IamClient administrator =
      SdkClients.administrator(account).build(IamClient.builder());

  @BeforeEach
  void work() {
    s3.listBuckets();
    readRole();
    tracker.poll();
    assertThat(told).containsExactly(CredentialEventType.OBTAINED);
    clock.advance(Duration.ofSeconds(1));
  }

  @AfterEach
  void close() {
    administrator.close();
    sts.close();
    iam.close();
    s3.close();
    account.close();
  }

  @Test
  void the_second_action_denied_raises_the_suspicion_although_the_identity_is_valid() {
    revoke();
    assertDenied(s3::listBuckets);
    assertThat(suspected()).isFalse();

    assertDenied(this::readRole);

    assertThat(suspected()).isTrue();
    assertThat(told).endsWith(CredentialEventType.REVOCATION_SUSPECTED);
    sts.getCallerIdentity(); // needs no permission, and so proves none
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(suspected()).isTrue();
    assertThat(told).containsOnlyOnce(CredentialEventType.REVOCATION_SUSPECTED);
  }

  @Test
  void one_action_denied_over_and_over_raises_none() {
    revoke();

    assertDenied(s3::listBuckets);
    assertDenied(s3::listBuckets);
    tracker.poll();

    assertThat(suspected()).isFalse();
    assertThat(told).containsExactly(CredentialEventType.OBTAINED);
  }

  @Test
  void actions_that_never_worked_raise_none() {
    revoke();

    assertDenied(s3::listBuckets);
    assertDenied(() -> iam.listInstanceProfiles());
    assertDenied(() -> iam.listRoles());

    assertThat(suspected()).isFalse();
  }

  @Test
  void a_new_session_clears_it_and_works() {
    revoke();
    assertDenied(s3::listBuckets);
    assertDenied(this::readRole);

    try (Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      ec2.startInstances(r -> r.instanceIds(instance.id()));
    }
    s3.listBuckets();
    tracker.poll();

    assertThat(tracker.snapshot().generation()).isEqualTo(2);
    assertThat(suspected()).isFalse();
    assertThat(told).endsWith(CredentialEventType.REVOCATION_CLEARED);
    readRole();
    assertThat(suspected()).isFalse();
  }

  @Test
  void a_revocation_that_is_lifted_is_suspected_no_more_once_an_action_works_again() {
    revoke();
    assertDenied(s3::listBuckets);
    assertDenied(this::readRole);
    administrator.deleteRolePolicy(r -> r.roleName("web-role").policyName(REVOCATION));
    assertThat(suspected()).isTrue();

    readRole();

    assertThat(suspected()).isFalse();
    assertThat(told).endsWith(CredentialEventType.REVOCATION_CLEARED);
    assertThat(tracker.snapshot().generation()).isEqualTo(1);
  }

  private SimulatedInstance launch() {
    account.createInstanceProfile("web", "web-role");
    return account.launchInstance("web");
  }

  private void revoke() {
    administrator.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName(REVOCATION)
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],\
                    "Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}"""
                        .formatted(clock.instant())));
  }

  private void readRole() {
    iam.getRole(r -> r.roleName("web-role"));
  }

  private static void assertDenied(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            AwsServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(403));
  }

  private boolean suspected() {
    return tracker.snapshot().flags().contains(CredentialFlag.SUSPECTED_REVOKED);
  }

  private <B extends AwsClientBuilder<B, C>, C> C client(B builder) {
    return SdkClients.using(account, credentials)
        .build(builder.overrideConfiguration(c -> c.addExecutionInterceptor(interceptor)));
  }

  private AwsCredentials delivered() {
    try (var metadata =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString())
            .build()) {
      return metadata.resolveCredentials();
    }
  }
}
