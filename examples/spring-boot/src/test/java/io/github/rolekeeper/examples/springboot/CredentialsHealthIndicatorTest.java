package io.github.rolekeeper.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialTracker;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

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
}
