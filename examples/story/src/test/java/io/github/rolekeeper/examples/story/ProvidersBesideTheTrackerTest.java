package io.github.rolekeeper.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.CompletedSource;
import io.github.rolekeeper.core.CredentialEventType;
import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.LossForecast;
import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The story as three see it, all in virtual time: the SDK's provider in a process that runs (warm),
 * the same in a process that has just begun (cold), and the tracker.
 */
class ProvidersBesideTheTrackerTest {
  private static final Instant LAUNCH = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration STEP = Duration.ofMinutes(5);

  private final MutableClock clock = MutableClock.at(LAUNCH);
  private final List<CredentialEventType> told = new ArrayList<>();
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private WatchedProvider warm;
  private S3Client application;
  private InstanceMetadataClient metadata;
  private CredentialTracker tracker;
  private CredentialTracker ofTheApplication;
  private String firstKey;

  @BeforeEach
  void prepare() {
    told.clear();
  }

  private void launch(Duration session) throws ReflectiveOperationException {
    account = SimulatedAccount.builder().clock(clock).sessionDuration(session).build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    warm = WatchedProvider.watch(provider());
    application = SdkClients.using(account, warm).build(S3Client.builder());
    metadata =
        InstanceMetadataClient.builder()
            .endpoint(instance.metadataEndpoint())
            .timeout(Duration.ofSeconds(60)) // a cold server on a busy machine
            .readTimeout(Duration.ofSeconds(60))
            .disabled(false)
            .build();
    tracker =
        CredentialTracker.builder(metadata::observe)
            .clock(clock)
            .listenerExecutor(Runnable::run)
            .listener(event -> told.add(event.type()))
            .build();
    ofTheApplication =
        CredentialTracker.builder(CompletedSource.of(warm, metadata::observe)).clock(clock).build();
  }

  @AfterEach
  void close() {
    tracker.close();
    metadata.close();
    application.close();
    warm.close();
    account.close();
  }

  /** The metadata is brought up to date hourly, and five minutes before a session's end. */
  @ParameterizedTest
  @CsvSource({"PT1H, PT55M, RENEWAL_OVERDUE", "PT6H, PT1H, VALID"})
  void the_tracker_foretells_what_the_providers_show_when_it_is_too_late(
      Duration session, Duration visible, CredentialState whenVisible) throws Exception {
    launch(session);
    Instant end = LAUNCH.plus(session);

    // All is well.
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    firstKey = warm.resolveCredentials().accessKeyId();
    assertAllSeemsWell();

    // The profile is deleted; nobody can see it on the instance.
    clock.advance(Duration.ofMinutes(10));
    account.deleteInstanceProfile("web");
    while (clock.instant().isBefore(LAUNCH.plus(visible))) {
      assertThat(tracker.poll().forecast()).as("at %s", clock.instant()).isEmpty();
      assertAllSeemsWell();
      clock.advance(STEP);
    }
    assertThat(told).startsWith(CredentialEventType.OBTAINED).doesNotContain(FORESEEN);

    // The first poll that can know it foretells the loss; the providers are none the wiser.
    CredentialSnapshot first = tracker.poll();
    assertThat(first.state()).isEqualTo(whenVisible);
    assertThat(told).endsWith(FORESEEN);
    LossForecast loss = first.forecast().orElseThrow();
    assertThat(loss.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(loss.earliest()).isEqualTo(end);
    assertThat(loss.latest()).contains(end);
    assertThat(loss.leadTime()).isEqualTo(session.minus(visible));
    while (clock.instant().isBefore(end)) {
      assertThat(tracker.poll().forecast()).contains(loss);
      assertAllSeemsWell();
      assertThat(ofTheApplication.snapshot().forecast()).contains(loss);
      clock.advance(STEP);
    }
    assertThat(told).containsOnlyOnce(FORESEEN);
    assertThat(told)
        .containsSubsequence(CredentialEventType.RENEWAL_OVERDUE)
        .doesNotContain(CredentialEventType.FORECAST_WITHDRAWN, CredentialEventType.EXPIRED);

    // The end: known without a look, and then that there is nothing more.
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
    assertThat(told).endsWith(CredentialEventType.EXPIRED, CredentialEventType.LOST);
    // The warm provider hands out the dead credentials without a word, for hours.
    for (int hour = 0; hour < 3; hour++) {
      assertThat(warm.resolveCredentials().accessKeyId()).isEqualTo(firstKey);
      assertThatThrownBy(application::listBuckets)
          .isInstanceOfSatisfying(
              AwsServiceException.class,
              e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ExpiredToken"));
      CredentialSnapshot used = ofTheApplication.poll();
      assertThat(used.state()).isEqualTo(CredentialState.EXPIRED);
      assertThat(used.flags()).containsExactly(CredentialFlag.SERVED_PAST_EXPIRY);
      assertColdFindsNone();
      clock.advance(Duration.ofHours(1));
    }

    // Repaired: a new process works at once, and the running one as soon as it asks again.
    repair();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(told).endsWith(CredentialEventType.RECOVERED);
    String renewed = tracker.snapshot().credentials().orElseThrow().accessKeyId();
    assertThat(coldKey()).isEqualTo(renewed).isNotEqualTo(firstKey);
    clock.advance(Duration.ofMinutes(10)); // the longest that the SDK waits after a failure
    application.listBuckets();
    assertThat(ofTheApplication.poll().credentials().orElseThrow().accessKeyId())
        .isEqualTo(renewed);
    assertThat(ofTheApplication.snapshot().state()).isEqualTo(CredentialState.VALID);
  }

  private static final CredentialEventType FORESEEN = CredentialEventType.FORECAST_RAISED;

  private void assertAllSeemsWell() throws ReflectiveOperationException {
    assertThat(warm.resolveCredentials().accessKeyId()).isEqualTo(firstKey);
    assertThat(coldKey()).isEqualTo(firstKey);
    application.listBuckets();
    CredentialSnapshot used = ofTheApplication.poll();
    assertThat(used.state().usable()).isTrue();
    assertThat(used.flags()).isEmpty();
  }

  private void assertColdFindsNone() throws ReflectiveOperationException {
    try (var cold = provider()) {
      assertThatThrownBy(cold::resolveCredentials)
          .isInstanceOf(SdkClientException.class)
          .hasMessage("Failed to load credentials from IMDS.");
    }
  }

  private String coldKey() throws ReflectiveOperationException {
    try (var cold = provider()) {
      return cold.resolveCredentials().accessKeyId();
    }
  }

  /** The SDK lets only its own tests set the clock. */
  private InstanceProfileCredentialsProvider provider() throws ReflectiveOperationException {
    InstanceProfileCredentialsProvider.Builder builder =
        InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString());
    Method clockOf = builder.getClass().getDeclaredMethod("clock", Clock.class);
    clockOf.setAccessible(true);
    clockOf.invoke(builder, clock);
    return builder.build();
  }

  private void repair() {
    account.createInstanceProfile("web-2", "web-role");
    try (Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder())) {
      String association =
          ec2.describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      ec2.replaceIamInstanceProfileAssociation(
          r -> r.associationId(association).iamInstanceProfile(p -> p.name("web-2")));
      // The metadata of a running instance may lag for an hour behind a new association.
      ec2.stopInstances(r -> r.instanceIds(instance.id()));
      ec2.startInstances(r -> r.instanceIds(instance.id()));
    }
  }
}
