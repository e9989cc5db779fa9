package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What may be wrong besides, and cannot be seen. Pure; nothing here is asserted. */
final class Possibilities {
  // The SSM agent asks again only 30 minutes after it found no credentials; other programs are not
  // known to wait longer (amazon-ssm-agent, issue 544).
  private static final Duration CONSUMERS_WAIT = Duration.ofMinutes(30);

  /** What to do about it, after a repair. */
  static final String CONSUMERS_MAY_LAG =
      "processes that ran before may ask for the new credentials only after up to "
          + CONSUMERS_WAIT.toMinutes()
          + " minutes; restart one that still fails";

  // The association of a launch is stamped about when the instance is; inferred.
  private static final Duration OF_THE_LAUNCH = Duration.ofMinutes(1);

  private Possibilities() {}

  static List<Finding> of(InstanceView view, List<Finding> findings) {
    var possible = new ArrayList<Finding>();
    if (view.profileAnswered() && view.profileName().isPresent() && view.profile().isEmpty()) {
      possible.add(quotaReached(view.profileName().get()));
    }
    if (findings.isEmpty()) {
      view.association()
          .flatMap(InstanceView.Association::since)
          .filter(since -> view.running() && young(view, since))
          .map(Possibilities::consumersMayLag)
          .ifPresent(possible::add);
    }
    view.profile()
        .flatMap(InstanceView.Profile::role)
        .ifPresent(
            role ->
                view.roleNow()
                    .flatMap(InstanceView.RoleNow::id)
                    .filter(id -> !id.equals(role.id()))
                    .map(id -> policiesPinned(role, id))
                    .ifPresent(possible::add));
    return possible.stream().map(each -> CureCosts.told(each, view)).toList();
  }

  /** Whether processes that were there before the association may not have noticed it. */
  private static boolean young(InstanceView view, Instant since) {
    return view.launched().filter(at -> since.isAfter(at.plus(OF_THE_LAUNCH))).isPresent()
        && view.at().isBefore(since.plus(CONSUMERS_WAIT));
  }

  private static Finding quotaReached(String name) {
    return new Finding(
        FindingType.PROFILE_QUOTA_REACHED,
        Severity.RISK,
        "The account may have as many instance profiles as it is allowed (1000, up to 5000 on"
            + " request), so that "
            + name
            + " could not be made; whether it has is unknown.",
        List.of(
            new Evidence(
                "GetAccountSummary",
                "InstanceProfiles",
                "not asked for",
                "less than InstanceProfilesQuota")),
        Confidence.LOW,
        Optional.empty(),
        "delete profiles that nothing uses, or ask for a higher quota (IAM and STS quotas page);"
            + " iam:GetAccountSummary would settle it, and so does the attempt: LimitExceeded");
  }

  private static Finding consumersMayLag(Instant since) {
    return new Finding(
        FindingType.CONSUMERS_MAY_LAG,
        Severity.RISK,
        "The association is younger than the instance. A process that was started before may still"
            + " hold the old credentials, or have found none and not ask again for up to "
            + CONSUMERS_WAIT.toMinutes()
            + " minutes; whether one does is not visible from outside.",
        List.of(
            new Evidence(
                "DescribeIamInstanceProfileAssociations",
                "Timestamp",
                since.toString(),
                "before the instance's processes began")),
        Confidence.LOW,
        Optional.empty(),
        "restart the process that still fails; its own log would settle it");
  }

  private static Finding policiesPinned(InstanceView.Role role, String newId) {
    return new Finding(
        FindingType.POLICIES_PINNED_TO_OLD_ROLE,
        Severity.RISK,
        "Resource and trust policies that named role "
            + role.name()
            + " before it was created again keep its old id, and do not match the new one; whether"
            + " there are such is unknown.",
        List.of(
            new Evidence("GetRole", "RoleId of " + role.name(), newId, role.id() + " as before")),
        Confidence.LOW,
        Optional.empty(),
        "save those policies again with the role's ARN (IAM User Guide, policy element Principal);"
            + " IAM Access Analyzer, or a search for "
            + role.id()
            + " in them, would settle it");
  }
}
