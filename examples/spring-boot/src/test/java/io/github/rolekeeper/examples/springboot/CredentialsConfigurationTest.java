package io.github.rolekeeper.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** The beans of the example beside those of an application. */
class CredentialsConfigurationTest {
  /** No metadata service, and no thread. */
  private final JvmProperties properties =
      JvmProperties.with(Map.of("aws.disableEc2Metadata", "true", "rolekeeper.watch", "false"));

  @AfterEach
  void restore() {
    properties.close();
  }

  @Test
  void a_provider_of_the_applications_own_is_the_one_watched_wherever_it_is_declared() {
    assertWatched(CredentialsConfiguration.class, Own.class);
    assertWatched(Own.class, CredentialsConfiguration.class);
  }

  private static void assertWatched(Class<?>... inThisOrder) {
    try (var context = new AnnotationConfigApplicationContext(inThisOrder)) {
      context.getBean(WatchedProvider.class).resolveCredentials();

      CredentialSnapshot seen = context.getBean(CredentialTracker.class).poll();

      assertThat(seen.credentials().orElseThrow().accessKeyId()).isEqualTo("ASIAEXAMPLE000000001");
      assertThat(seen.flags()).containsExactly(CredentialFlag.EXPIRY_UNKNOWN);
    }
  }

  @Test
  void two_providers_of_the_applications_own_fail_the_start() {
    assertThatThrownBy(
            () ->
                new AnnotationConfigApplicationContext(
                    CredentialsConfiguration.class, Own.class, Another.class))
        .isInstanceOf(UnsatisfiedDependencyException.class)
        .hasRootCauseInstanceOf(NoUniqueBeanDefinitionException.class);
  }

  @Test
  void an_ordinary_clock_of_the_application_does_not_take_the_place_of_the_machines() {
    try (var context =
        new AnnotationConfigApplicationContext(CredentialsConfiguration.class, Clocked.class)) {
      assertThat(context.getBean(CredentialTracker.class).snapshot().at())
          .isAfter(Instant.EPOCH.plusSeconds(1));
    }
  }

  // Not annotated, or the scan of the application's own tests would find them.
  static class Own {
    @Bean
    WatchedProvider ownCredentials() {
      return session("ASIAEXAMPLE000000001");
    }
  }

  static class Another {
    @Bean
    WatchedProvider otherCredentials() {
      return session("ASIAEXAMPLE000000002");
    }
  }

  static class Clocked {
    @Bean
    Clock clock() {
      return Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    }
  }

  private static WatchedProvider session(String keyId) {
    return WatchedProvider.watch(
        (AwsCredentialsProvider) () -> AwsSessionCredentials.create(keyId, "a-secret", "a-token"));
  }
}
