package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.core.LossSignal;
import java.util.List;
import java.util.Optional;

/** What findings say of the credentials that an instance still has: a pure function of them. */
final class LossSignals {
  private LossSignals() {}

  /** The first that foretells a loss: findings stand in the order of cure. */
  static Optional<LossSignal> of(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> foretold(finding.severity()))
        .findFirst()
        .map(LossSignals::signal);
  }

  private static boolean foretold(Severity severity) {
    return severity == Severity.WILL_BREAK || severity == Severity.BROKEN_OR_WILL_BREAK;
  }

  private static LossSignal signal(Finding finding) {
    return new LossSignal(
        reason(finding.type()),
        finding.confidence(),
        finding.explanation(),
        Optional.of(finding.cure()));
  }

  private static LossReason reason(FindingType type) {
    return switch (type) {
      // Another id is another profile: the one that the instance refers to is gone.
      case PROFILE_DELETED, STALE_PROFILE_ID, PROFILE_PATH_CHANGED -> LossReason.PROFILE_NOT_FOUND;
      case PROFILE_WITHOUT_ROLE -> LossReason.PROFILE_WITHOUT_ROLE;
      case ROLE_RECREATED, TRUST_LACKS_EC2 -> LossReason.ROLE_NOT_ASSUMABLE;
      case STOPPED_BY_REPAIR,
          INSTANCE_IN_TRANSITION,
          ASSOCIATION_IN_TRANSITION,
          PROFILE_QUOTA_REACHED,
          WANTED_PROFILE_MISSING,
          WRONG_ROLE,
          WRONG_PROFILE,
          METADATA_DISABLED,
          NO_ASSOCIATION,
          SESSIONS_REVOKED,
          METADATA_LAGS,
          CONSUMERS_MAY_LAG,
          POLICIES_PINNED_TO_OLD_ROLE ->
          LossReason.PROFILE_ERROR;
    };
  }
}
