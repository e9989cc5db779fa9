package io.github.rolekeeper.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.awssdk.WatchedProvider;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class CredentialsHealthIndicatorTest {
  @Test
  void credentials_that_are_none_of_the_trackers_business_are_unknown_with_the_reason() {
    CredentialTracker tracker =
        CredentialTracker.create(() -> CredentialObservation.notApplicable("a laptop"));
    tracker.poll();

    Health health = new CredentialsHealthIndicator(tracker).health();

    assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
    assertThat(health.getDetails()).containsOnlyKeys("state", "notApplicable");
    assertThat(health.getDetails()).containsEntry("notApplicable", "a laptop");
  }

  @Test
  void what_a_service_answered_to_the_provider_is_not_shown() {
    String marker = "TOKEN-OF-THE-INSTANCE";
    AwsErrorDetails details =
        AwsErrorDetails.builder()
            .serviceName("Sts")
            .errorCode("SignatureDoesNotMatch")
            .errorMessage("should have been 'x-amz-security-token:" + marker + "'")
            .build();
    AwsServiceException refused =
        AwsServiceException.builder().awsErrorDetails(details).statusCode(403).build();
    AwsCredentialsProvider assuming =
        () -> {
          throw refused;
        };
    WatchedProvider watched = WatchedProvider.watch(assuming);
    CredentialTracker tracker = CredentialTracker.create(watched);
    assertThatThrownBy(watched::resolveCredentials).hasMessageContaining(marker);
    tracker.poll();

    Health health = new CredentialsHealthIndicator(tracker).health();

    assertThat(health.getDetails().get("lastFailure"))
        .asString()
        .contains("SignatureDoesNotMatch", "403");
    assertThat(health.toString()).doesNotContain(marker);
  }
}
