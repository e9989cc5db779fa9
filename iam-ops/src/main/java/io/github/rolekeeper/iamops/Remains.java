package io.github.rolekeeper.iamops;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is still wrong after a repair. Pure. */
final class Remains {
  // Whether the metadata follows has verdicts of its own, and what is in transition is nothing that
  // the repair has left.
  private static final Set<FindingType> JUDGED_OTHERWISE =
      Set.of(
          FindingType.METADATA_LAGS,
          FindingType.SESSIONS_REVOKED,
          FindingType.INSTANCE_IN_TRANSITION,
          FindingType.ASSOCIATION_IN_TRANSITION);

  private Remains() {}

  /** In words, with what to do about it; empty if nothing is left. */
  static Optional<String> of(RepairPlan plan, InstanceDiagnosis now) {
    List<Finding> left =
        now.findings().stream()
            .filter(finding -> finding.severity() != Severity.RISK)
            .filter(
                finding ->
                    !JUDGED_OTHERWISE.contains(finding.type())
                        || revokesWhatComes(finding, plan, now))
            .toList();
    return left.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "this is left: "
                + left.stream().map(Remains::inWords).collect(Collectors.joining(" "))
                + " Plan again; the plan says which permission it needs");
  }

  /** No new session helps before a cut-off that lies in the future. */
  private static boolean revokesWhatComes(Finding finding, RepairPlan plan, InstanceDiagnosis now) {
    return finding.type() == FindingType.SESSIONS_REVOKED
        && DiagnosisRules.revokedBefore(now)
            .or(() -> DiagnosisRules.revokedBefore(plan.diagnosis()))
            .filter(now.at()::isBefore)
            .isPresent();
  }

  private static String inWords(Finding finding) {
    return finding.type() + ": " + finding.explanation() + " Cure: " + finding.cure() + ".";
  }
}
