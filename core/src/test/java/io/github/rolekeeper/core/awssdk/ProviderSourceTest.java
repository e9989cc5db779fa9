package io.github.rolekeeper.core.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.CompletedSource;
import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialSource;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.JvmProperties;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.utils.SdkAutoCloseable;
import software.amazon.awssdk.utils.internal.SystemSettingUtilsTestBackdoor;

class ProviderSourceTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant END = NOON.plus(Duration.ofHours(6));

  /** A provider as an application may write one, which counts its calls. */
  private static final class Scripted implements AwsCredentialsProvider {
    private Supplier<AwsCredentials> answer = () -> session("ASIAEXAMPLE000000001");
    private final List<String> calls = new ArrayList<>();

    @Override
    public AwsCredentials resolveCredentials() {
      calls.add("resolve");
      return answer.get();
    }
  }

  private final Scripted scripted = new Scripted();

  @Test
  void the_instance_profile_provider_of_the_sdk_gives_key_and_expiration() {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      try (var provider =
          InstanceProfileCredentialsProvider.builder()
              .endpoint(instance.metadataEndpoint().toString())
              .build()) {
        CredentialTracker tracker =
            CredentialTracker.builder(ProviderSource.of(provider)).clock(account.clock()).build();

        CredentialSnapshot seen = tracker.poll();

        assertThat(seen.state()).isEqualTo(CredentialState.VALID);
        assertThat(seen.credentials().orElseThrow().accessKeyId())
            .isEqualTo(provider.resolveCredentials().accessKeyId());
        // Up to 2.41.20 the SDK kept the end of an instance profile's session to itself.
        assertThat(seen.flags().contains(CredentialFlag.EXPIRY_UNKNOWN))
            .isEqualTo(endOf(provider).isEmpty());
        assertThat(seen.credentials().orElseThrow().expiration()).isEqualTo(endOf(provider));
      }
    }
  }

  private static Optional<Instant> endOf(InstanceProfileCredentialsProvider provider) {
    return provider.resolveCredentials().expirationTime();
  }

  @Test
  void a_session_without_expiration_is_valid_with_its_end_unknown() {
    scripted.answer =
        () -> AwsSessionCredentials.create("ASIAEXAMPLE000000001", "a-secret", "a-token");
    CredentialTracker tracker = CredentialTracker.create(ProviderSource.of(scripted));

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
  }

  @Test
  void keys_that_nobody_renews_are_not_applicable() {
    assertThat(
            ProviderSource.of(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create("AKIAEXAMPLE000000001", "a-secret")))
                .observe()
                .notApplicable())
        .isPresent();
    assertThat(
            ProviderSource.of(
                    StaticCredentialsProvider.create(
                        AwsSessionCredentials.create("ASIAEXAMPLE000000001", "a-secret", "t")))
                .observe()
                .notApplicable())
        .contains("static credentials in the program");
  }

  @Test
  void keys_from_system_properties_are_not_applicable() {
    Map<String, String> keys =
        Map.of(
            "aws.accessKeyId", "ASIAEXAMPLE000000001",
            "aws.secretAccessKey", "a-secret",
            "aws.sessionToken", "a-token");
    try (JvmProperties properties = JvmProperties.with(keys)) {
      WatchedProvider watched = WatchedProvider.watch(SystemPropertyCredentialsProvider.create());
      watched.resolveCredentials();
      assertThat(watched.observe().notApplicable()).contains("credentials from system properties");
    }
  }

  @Test
  void keys_from_the_environment_are_not_applicable_and_the_tracker_says_why() {
    // The SDK's own way in for tests: the environment of a running JVM cannot be set.
    SystemSettingUtilsTestBackdoor.addEnvironmentVariableOverride(
        "AWS_ACCESS_KEY_ID", "ASIAEXAMPLE000000001");
    SystemSettingUtilsTestBackdoor.addEnvironmentVariableOverride(
        "AWS_SECRET_ACCESS_KEY", "a-secret");
    SystemSettingUtilsTestBackdoor.addEnvironmentVariableOverride("AWS_SESSION_TOKEN", "a-token");
    try (var chain = DefaultCredentialsProvider.builder().build()) {
      WatchedProvider watched = WatchedProvider.watch(chain);
      watched.resolveCredentials();
      CredentialSnapshot seen = CredentialTracker.create(watched).poll();

      assertThat(seen.state()).isEqualTo(CredentialState.NOT_APPLICABLE);
      assertThat(seen.notApplicable()).contains("credentials from environment variables");
    } finally {
      SystemSettingUtilsTestBackdoor.clearEnvironmentVariableOverrides();
    }
  }

  @Test
  void a_provider_of_identities_will_do_too() {
    IdentityProvider<AwsSessionCredentialsIdentity> identities =
        new IdentityProvider<>() {
          @Override
          public Class<AwsSessionCredentialsIdentity> identityType() {
            return AwsSessionCredentialsIdentity.class;
          }

          @Override
          public CompletableFuture<AwsSessionCredentialsIdentity> resolveIdentity(
              ResolveIdentityRequest request) {
            return CompletableFuture.completedFuture(session("ASIAEXAMPLE000000001"));
          }
        };

    assertThat(ProviderSource.of(identities).observe().credentials().orElseThrow().expiration())
        .contains(END);
  }

  @Test
  void a_provider_that_throws_is_a_failing_source_whose_causes_are_told() {
    scripted.answer =
        () -> {
          throw SdkClientException.create("Failed to load", new IllegalStateException("404"));
        };
    CredentialTracker tracker = CredentialTracker.create(ProviderSource.of(scripted));

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(tracker.snapshot().lastFailure().orElseThrow().message())
        .contains("Failed to load", "404");
  }

  @Test
  void no_secret_is_kept_or_printed() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    watched.resolveCredentials();

    assertThat(
            watched.toString()
                + watched.observe()
                + ProviderSource.of(scripted)
                + ProviderSource.of(scripted).observe())
        .doesNotContain("a-secret", "a-token", "ASIAEXAMPLE");
    assertThat(watched)
        .extracting("last")
        .extracting(Object::toString)
        .asString()
        .contains("****0001")
        .doesNotContain("a-secret", "a-token");
  }

  @Test
  void the_application_gets_from_a_watched_provider_exactly_what_the_provider_gives() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    AwsCredentials given = session("ASIAEXAMPLE000000002");
    scripted.answer = () -> given;

    assertThat(watched.resolveCredentials()).isSameAs(given);
    assertThat(watched.resolveIdentity().join()).isSameAs((AwsCredentialsIdentity) given);

    SdkClientException failure = SdkClientException.create("no");
    scripted.answer =
        () -> {
          throw failure;
        };
    assertThatThrownBy(watched::resolveCredentials).isSameAs(failure);
  }

  @Test
  void what_the_application_used_costs_the_provider_no_further_call() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    watched.resolveCredentials();
    watched.resolveIdentity().join();
    scripted.calls.clear();

    assertThat(watched.observe().credentials().orElseThrow().accessKeyId())
        .isEqualTo("ASIAEXAMPLE000000001");
    assertThat(scripted.calls).isEmpty();
  }

  @Test
  void no_look_calls_the_provider_of_an_idle_application() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    CredentialTracker tracker = CredentialTracker.builder(watched).clock(() -> NOON).build();

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.UNKNOWN);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_USED);
    assertThat(scripted.calls).isEmpty();

    watched.resolveCredentials();
    assertThat(tracker.poll().flags()).isEmpty();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.NOT_USED);
    assertThat(tracker.snapshot().credentials().orElseThrow().expiration()).contains(END);
    assertThat(scripted.calls).containsExactly("resolve");
  }

  @Test
  void an_idle_application_is_told_what_it_would_get_now_if_the_tracker_may_resolve() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    CredentialSource resolving = watched.resolvingWhenIdle();
    watched.resolveCredentials();
    resolving.observe();
    assertThat(scripted.calls).hasSize(1);
    scripted.answer = () -> session("ASIAEXAMPLE000000002");

    assertThat(resolving.observe().credentials().orElseThrow().accessKeyId())
        .isEqualTo("ASIAEXAMPLE000000002");
    assertThat(scripted.calls).hasSize(2);
  }

  @Test
  void an_end_that_the_sdk_does_not_tell_is_learnt_from_the_metadata_service_by_the_key() {
    scripted.answer =
        () -> AwsSessionCredentials.create("ASIAEXAMPLE000000001", "a-secret", "a-token");
    WatchedProvider watched = WatchedProvider.watch(scripted);
    CredentialTracker tracker =
        CredentialTracker.builder(CompletedSource.of(watched, () -> served("ASIAEXAMPLE000000001")))
            .clock(() -> NOON)
            .build();
    watched.resolveCredentials();

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.flags()).isEmpty();
    assertThat(seen.credentials().orElseThrow().roleName()).contains("web-role");
    assertThat(seen.remaining()).contains(Duration.ofHours(6));
  }

  @Test
  void nothing_is_learnt_of_a_key_that_the_metadata_service_does_not_serve() {
    scripted.answer =
        () -> AwsSessionCredentials.create("ASIAEXAMPLE000000001", "a-secret", "a-token");
    WatchedProvider watched = WatchedProvider.watch(scripted);
    CredentialTracker tracker =
        CredentialTracker.create(CompletedSource.of(watched, () -> served("ASIAEXAMPLE000000002")));
    watched.resolveCredentials();

    assertThat(tracker.poll().flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
    assertThat(tracker.snapshot().credentials().orElseThrow().roleName()).isEmpty();
  }

  private static CredentialObservation served(String keyId) {
    return CredentialObservation.of(
        new CredentialMetadata(
            Optional.of("web-role"), keyId, Optional.of(NOON), Optional.of(END)));
  }

  @Test
  void a_new_session_that_the_application_uses_is_seen_at_the_next_look() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    CredentialTracker tracker = CredentialTracker.builder(watched).clock(() -> NOON).build();
    watched.resolveCredentials();
    tracker.poll();
    scripted.answer = () -> session("ASIAEXAMPLE000000002");
    watched.resolveIdentity().join();

    assertThat(tracker.poll().generation()).isEqualTo(2);
  }

  @Test
  void a_later_end_of_the_same_key_is_seen_too() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    watched.resolveCredentials();
    Instant later = END.plus(Duration.ofHours(1));
    scripted.answer = () -> session("ASIAEXAMPLE000000001").copy(b -> b.expirationTime(later));
    watched.resolveCredentials();

    assertThat(watched.observe().credentials().orElseThrow().expiration()).contains(later);
  }

  @Test
  void a_failure_that_came_asynchronously_fails_the_look_too() {
    IdentityProvider<AwsSessionCredentialsIdentity> failing =
        new IdentityProvider<>() {
          @Override
          public Class<AwsSessionCredentialsIdentity> identityType() {
            return AwsSessionCredentialsIdentity.class;
          }

          @Override
          public CompletableFuture<AwsSessionCredentialsIdentity> resolveIdentity(
              ResolveIdentityRequest request) {
            scripted.calls.add("resolve");
            return CompletableFuture.failedFuture(SdkClientException.create("no route"));
          }
        };
    WatchedProvider watched = WatchedProvider.watch(failing);
    assertThat(watched.resolveIdentity()).isCompletedExceptionally();

    assertThatThrownBy(watched::observe)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no route")
        .hasMessageNotContaining("CompletionException");
    assertThat(scripted.calls).hasSize(1);
  }

  @Test
  void the_application_gets_the_very_future_of_its_provider() {
    CompletableFuture<AwsSessionCredentialsIdentity> resolving = new CompletableFuture<>();
    IdentityProvider<AwsSessionCredentialsIdentity> later =
        new IdentityProvider<>() {
          @Override
          public Class<AwsSessionCredentialsIdentity> identityType() {
            return AwsSessionCredentialsIdentity.class;
          }

          @Override
          public CompletableFuture<AwsSessionCredentialsIdentity> resolveIdentity(
              ResolveIdentityRequest request) {
            return resolving;
          }
        };
    WatchedProvider watched = WatchedProvider.watch(later);
    List<Throwable> failures = new ArrayList<>();
    CompletableFuture<?> gotten =
        watched.resolveIdentity().whenComplete((identity, failure) -> failures.add(failure));
    SdkClientException failure = SdkClientException.create("no route");

    resolving.completeExceptionally(failure);

    assertThat(gotten).isCompletedExceptionally();
    assertThat(failures).containsExactly(failure);
    assertThatThrownBy(watched::observe).hasMessageContaining("no route");
  }

  @Test
  void a_key_without_token_that_ends_is_watched() {
    Instant soon = NOON.plusSeconds(60);
    AwsCredentials ending =
        new AwsCredentials() {
          @Override
          public String accessKeyId() {
            return "AKIAEXAMPLE000000001";
          }

          @Override
          public String secretAccessKey() {
            return "a-secret";
          }

          @Override
          public Optional<Instant> expirationTime() {
            return Optional.of(soon);
          }
        };
    scripted.answer = () -> ending;

    assertThat(ProviderSource.of(scripted).observe().credentials().orElseThrow().expiration())
        .contains(soon);
  }

  @Test
  void a_provider_that_renews_in_its_own_good_time_is_not_overdue() {
    Instant end = NOON.plus(Duration.ofHours(1));
    AwsSessionCredentials old = session("ASIAEXAMPLE000000001").copy(b -> b.expirationTime(end));
    scripted.answer = () -> old;
    WatchedProvider watched = WatchedProvider.watch(scripted);
    MutableClock clock = MutableClock.at(NOON.toString());
    CredentialTracker tracker = CredentialTracker.builder(watched).clock(clock).build();
    watched.resolveCredentials();
    tracker.poll();
    for (int left : new int[] {301, 300, 180, 61}) {
      clock.set(end.minusSeconds(left));
      watched.resolveCredentials();
      assertThat(tracker.poll().state()).as(left + " s left").isEqualTo(CredentialState.EXPIRING);
    }

    clock.set(end.minusSeconds(60));
    watched.resolveCredentials();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.RENEWAL_OVERDUE);
  }

  @Test
  void a_failure_that_a_look_meets_in_an_asynchronous_provider_is_told_without_its_wrapper() {
    IdentityProvider<AwsSessionCredentialsIdentity> failing =
        new IdentityProvider<>() {
          @Override
          public Class<AwsSessionCredentialsIdentity> identityType() {
            return AwsSessionCredentialsIdentity.class;
          }

          @Override
          public CompletableFuture<AwsSessionCredentialsIdentity> resolveIdentity(
              ResolveIdentityRequest request) {
            return CompletableFuture.supplyAsync(
                () -> {
                  throw SdkClientException.create("no route");
                });
          }
        };

    assertThatThrownBy(ProviderSource.of(failing)::observe)
        .hasMessageContaining("no route")
        .hasMessageNotContaining("CompletionException")
        .cause()
        .isInstanceOf(SdkClientException.class);
  }

  @Test
  void what_an_asynchronous_client_used_costs_the_provider_no_further_call_either() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    watched.resolveIdentity().join();
    scripted.calls.clear();

    assertThat(watched.observe().credentials().orElseThrow().expiration()).contains(END);
    assertThat(scripted.calls).isEmpty();
  }

  @Test
  void an_anonymous_application_is_served_again_and_again_and_is_not_applicable() {
    WatchedProvider watched = WatchedProvider.watch(AnonymousCredentialsProvider.create());
    for (int call = 0; call < 3; call++) {
      assertThat(watched.resolveCredentials().accessKeyId()).isNull();
      assertThat(watched.resolveIdentity().join().accessKeyId()).isNull();
    }

    assertThat(watched.observe().notApplicable()).contains("anonymous access, which signs nothing");
  }

  @Test
  void an_identity_that_cannot_be_read_is_the_applications_all_the_same() {
    AwsCredentials odd = session("ASIAEXAMPLE000000001").copy(b -> b.accessKeyId(" "));
    scripted.answer = () -> odd;
    WatchedProvider watched = WatchedProvider.watch(scripted);

    assertThat(watched.resolveCredentials()).isSameAs(odd);
    assertThat(watched.resolveIdentity().join()).isSameAs(odd);
    assertThatThrownBy(watched::observe).hasMessageContaining("must not be blank");
    scripted.answer = () -> null;
    assertThat(watched.resolveCredentials()).isNull();
  }

  @Test
  void a_failure_before_the_future_fails_the_look_too() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    scripted.answer =
        () -> {
          throw SdkClientException.create("no route");
        };
    assertThatThrownBy(watched::resolveIdentity).isInstanceOf(SdkClientException.class);

    assertThatThrownBy(watched::observe).hasMessageContaining("no route");
    assertThat(scripted.calls).hasSize(1);
  }

  @Test
  void closing_closes_the_provider_that_can_be_closed() {
    WatchedProvider.watch(new Closeable(() -> scripted.calls.add("close"))).close();
    WatchedProvider.watch(scripted).close();

    assertThat(scripted.calls).containsExactly("close");
  }

  private record Closeable(Runnable closing) implements AwsCredentialsProvider, SdkAutoCloseable {
    @Override
    public AwsCredentials resolveCredentials() {
      return session("ASIAEXAMPLE000000001");
    }

    @Override
    public void close() {
      closing.run();
    }
  }

  @Test
  void a_failure_that_the_application_overcame_is_over() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    watched.resolveCredentials();
    Supplier<AwsCredentials> healthy = scripted.answer;
    scripted.answer =
        () -> {
          throw SdkClientException.create("no");
        };
    assertThatThrownBy(watched::resolveIdentity).isInstanceOf(SdkClientException.class);
    scripted.answer = healthy;
    watched.resolveCredentials();

    assertThat(watched.observe().credentials().orElseThrow().expiration()).contains(END);
  }

  @Test
  void expired_credentials_that_the_application_goes_on_using_are_served_past_expiry() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    CredentialTracker tracker =
        CredentialTracker.builder(watched).clock(() -> END.plusSeconds(1)).build();
    watched.resolveCredentials();

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.EXPIRED);
    assertThat(tracker.snapshot().flags()).containsExactly(CredentialFlag.SERVED_PAST_EXPIRY);
  }

  @Test
  void a_failure_that_the_application_met_fails_the_look() {
    WatchedProvider watched = WatchedProvider.watch(scripted);
    scripted.answer =
        () -> {
          throw SdkClientException.create("Failed to load credentials");
        };
    assertThatThrownBy(() -> watched.resolveCredentials()).isInstanceOf(SdkClientException.class);

    assertThatThrownBy(watched::observe)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Failed to load credentials");
    assertThat(scripted.calls).hasSize(1);
  }

  private static AwsSessionCredentials session(String keyId) {
    return AwsSessionCredentials.builder()
        .accessKeyId(keyId)
        .secretAccessKey("a-secret")
        .sessionToken("a-token")
        .expirationTime(END)
        .build();
  }

  @Test
  void an_identity_that_this_version_of_the_sdk_cannot_read_is_the_applications_all_the_same() {
    AwsCredentials odd =
        new AwsCredentials() {
          @Override
          public String accessKeyId() {
            return "AKIAEXAMPLE000000001";
          }

          @Override
          public String secretAccessKey() {
            return "a-secret";
          }

          @Override
          public Optional<Instant> expirationTime() {
            throw new NoSuchMethodError("expirationTime");
          }
        };
    scripted.answer = () -> odd;
    WatchedProvider watched = WatchedProvider.watch(scripted);

    assertThat(watched.resolveCredentials()).isSameAs(odd);
    assertThatThrownBy(watched::observe).hasMessageContaining("NoSuchMethodError: expirationTime");
    assertThat(watched.resolveIdentity().join()).isSameAs(odd);
    assertThatThrownBy(watched::observe).hasMessageContaining("NoSuchMethodError: expirationTime");
  }

  @Test
  void an_error_of_the_provider_is_a_failing_source_and_no_rest() {
    NoClassDefFoundError missing = new NoClassDefFoundError("of the test");
    scripted.answer =
        () -> {
          throw missing;
        };
    WatchedProvider watched = WatchedProvider.watch(scripted);

    assertThatThrownBy(watched::resolveCredentials).isSameAs(missing);
    assertThatThrownBy(watched::observe).hasMessageContaining("NoClassDefFoundError: of the test");
    assertThatThrownBy(watched::resolveIdentity).isSameAs(missing);
    assertThatThrownBy(watched::observe).hasMessageContaining("NoClassDefFoundError: of the test");
  }
}
