package io.github.rolekeeper.examples.springboot;

import io.github.rolekeeper.core.CredentialFlag;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.LossForecast;
import io.github.rolekeeper.core.LossSignal;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/**
 * The health of the credentials, as {@code credentials} at {@code /actuator/health}. It reads
 * memory and calls nobody, so that a health check can neither hang nor be throttled.
 *
 * <p>Credentials that are about to expire, or whose successors are overdue, are UP: they work, a
 * restart would make nothing better, and Boot drops statuses that it does not know. The details
 * tell, in {@code warning} and {@code lossForetold}. Why they are lost stays in {@code cause}, with
 * the {@code cure}.
 *
 * <p>While nobody looks at the source, the flag {@code NOT_LOOKED} tells so, and nothing is UP or
 * DOWN: what was seen last may have been renewed since.
 */
@Component
class CredentialsHealthIndicator extends AbstractHealthIndicator {
  private final CredentialTracker tracker;

  CredentialsHealthIndicator(CredentialTracker tracker) {
    super("the credential tracker failed");
    this.tracker = tracker;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    CredentialSnapshot snapshot = tracker.snapshot();
    health.status(status(snapshot)).withDetail("state", snapshot.state());
    snapshot.notApplicable().ifPresent(reason -> health.withDetail("notApplicable", reason));
    if (!snapshot.flags().isEmpty()) {
      health.withDetail("flags", snapshot.flags());
    }
    if (snapshot.flags().contains(CredentialFlag.SOURCE_FAILING)) {
      snapshot
          .lastFailure()
          .ifPresent(failure -> health.withDetail("lastFailure", failure.message()));
    }
    if (snapshot.state() == CredentialState.NOT_APPLICABLE) {
      return; // what was seen before is not the application's
    }
    if (snapshot.state() == CredentialState.RENEWAL_OVERDUE) {
      health.withDetail("warning", "the successors of these credentials should be there by now");
    }
    snapshot.remaining().ifPresent(left -> health.withDetail("remaining", left.toString()));
    snapshot.credentials().ifPresent(credentials -> describe(credentials, health));
    snapshot.forecast().ifPresent(loss -> describe(loss, health));
    snapshot.cause().ifPresent(cause -> describe(cause, health));
  }

  private static Status status(CredentialSnapshot snapshot) {
    if (snapshot.flags().contains(CredentialFlag.NOT_LOOKED)) {
      return Status.UNKNOWN;
    }
    return switch (snapshot.state()) {
      case VALID, EXPIRING, RENEWAL_OVERDUE -> Status.UP;
      case EXPIRED, MISSING -> Status.DOWN;
      case UNKNOWN, NOT_APPLICABLE -> Status.UNKNOWN;
    };
  }

  private static void describe(CredentialMetadata credentials, Health.Builder health) {
    health.withDetail("accessKeyId", credentials.maskedAccessKeyId());
    credentials.roleName().ifPresent(role -> health.withDetail("role", role));
    credentials.expiration().ifPresent(end -> health.withDetail("expiration", end.toString()));
  }

  private static void describe(LossForecast loss, Health.Builder health) {
    health.withDetail("lossForetold", loss.earliest().toString());
    loss.latest().ifPresent(latest -> health.withDetail("lossAtLatest", latest.toString()));
    health.withDetail("lossReason", loss.reason());
    health.withDetail("lossConfidence", loss.confidence());
    health.withDetail("lossEvidence", loss.evidence());
    loss.cure().ifPresent(cure -> health.withDetail("cure", cure));
  }

  private static void describe(LossSignal cause, Health.Builder health) {
    health.withDetail("cause", cause.reason());
    health.withDetail("causeConfidence", cause.confidence());
    health.withDetail("causeEvidence", cause.evidence());
    cause.cure().ifPresent(cure -> health.withDetail("cure", cure));
  }
}
