package io.github.rolekeeper.iamops;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  static Optional<String> of(RepairPlan plan, InstanceView view) {
    List<Finding> left =
        Stream.concat(
                DiagnosisRules.diagnose(view, plan.target().role()).findings().stream()
                    .filter(finding -> !JUDGED_OTHERWISE.contains(finding.type())),
                plan.diagnosis().findings().stream()
                    .filter(
                        finding ->
                            finding.type() == FindingType.ROLE_RECREATED
                                ? stillHolds(finding, view)
                                : revokesNewSessions(finding, plan, view)))
            .toList();
    return left.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "this is left: "
                + left.stream().map(Remains::inWords).collect(Collectors.joining(" "))
                + " Plan again; the plan says which permission it needs");
  }

  /** The looks of a repair do not ask for the role by its name, so what the plan saw stands. */
  private static boolean stillHolds(Finding recreated, InstanceView view) {
    Optional<String> held =
        view.profile().flatMap(InstanceView.Profile::role).map(InstanceView.Role::id);
    return recreated.evidence().stream().findFirst().map(Evidence::seen).equals(held);
  }

  private static boolean revokesNewSessions(Finding finding, RepairPlan plan, InstanceView view) {
    return finding.type() == FindingType.SESSIONS_REVOKED
        && DiagnosisRules.revokedBefore(plan.diagnosis()).filter(view.at()::isBefore).isPresent();
  }

  private static String inWords(Finding finding) {
    return finding.type() + ": " + finding.explanation() + " Cure: " + finding.cure() + ".";
  }
}
