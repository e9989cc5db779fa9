package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.imds.IamInfo;
import io.github.rolekeeper.imds.RoleCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an instance's metadata shows of a profile about which IAM and EC2 agree. Pure. */
final class LaggingMetadata {
  private static final String CREDENTIALS = "meta-data/iam/security-credentials/";

  private LaggingMetadata() {}

  /**
   * The finding.
   *
   * @param severity if the credentials are of the right role
   * @param loss likewise
   */
  static Finding finding(InstanceView view, Severity severity, Optional<LossWindow> loss) {
    boolean otherRole = view.servedOtherRole().isPresent();
    return new Finding(
        FindingType.METADATA_LAGS,
        otherRole ? Severity.BROKEN_NOW : severity,
        "IAM and EC2 agree, but the instance's metadata "
            + trouble(view).orElse("does not show the role yet")
            + ".",
        evidence(view),
        Confidence.MEDIUM,
        otherRole ? Optional.empty() : loss,
        (unauthorized(view)
                ? "see that no condition and no Deny of the role's trust policy keeps EC2 out; then"
                    + " "
                : "")
            + "wait for the next refresh; associate the profile again; last, stop and start the"
            + " instance (a reboot does not refresh it)");
  }

  /** What the metadata said, in words. */
  static String inWords(InstanceView view) {
    String info =
        view.metadata()
            .flatMap(InstanceView.Metadata::info)
            .map(DiagnosisRules::inWords)
            .orElse("nothing");
    return info + trouble(view).map(each -> ", and " + each).orElse("");
  }

  /** What the metadata says of the credentials themselves, as evidence; empty if nothing is odd. */
  static Optional<Evidence> refusal(InstanceView view) {
    return refused(view)
        .map(
            each ->
                new Evidence(
                    CREDENTIALS + each.roleName(), "Code, Message", words(each), "Success"));
  }

  /** Whether the metadata service was told that EC2 may not assume the role. */
  static boolean unauthorized(InstanceView view) {
    return refused(view)
        .filter(each -> each.code().equals(RoleCredentials.Refused.ASSUME_ROLE_UNAUTHORIZED_ACCESS))
        .isPresent();
  }

  private static Optional<RoleCredentials.Refused> refused(InstanceView view) {
    return view.metadata().flatMap(InstanceView.Metadata::refused);
  }

  private static String words(RoleCredentials.Refused refused) {
    return refused.code() + (refused.message().isEmpty() ? "" : ": " + refused.message());
  }

  private static Optional<String> trouble(InstanceView view) {
    return refused(view)
        .map(each -> "has no credentials of role " + each.roleName() + ": " + words(each))
        .or(
            () ->
                view.servedOtherRole()
                    .map(
                        role ->
                            "serves credentials of role "
                                + role
                                + ", and the profile holds "
                                + heldRole(view)))
        .or(() -> view.servedPastExpiry().map(at -> "serves credentials that expired at " + at));
  }

  private static String heldRole(InstanceView view) {
    return view.profile().flatMap(InstanceView.Profile::roleName).orElse("none");
  }

  private static List<Evidence> evidence(InstanceView view) {
    var evidence = new ArrayList<Evidence>();
    Optional<IamInfo> info = view.metadata().flatMap(InstanceView.Metadata::info);
    refusal(view).ifPresent(evidence::add);
    view.servedOtherRole()
        .ifPresent(
            role ->
                evidence.add(new Evidence(CREDENTIALS, "the role named", role, heldRole(view))));
    view.servedPastExpiry()
        .ifPresent(
            at ->
                evidence.add(
                    new Evidence(
                        CREDENTIALS + servedRole(view),
                        "Expiration",
                        at.toString(),
                        "after " + view.at())));
    if (!view.showsProfile()) {
      evidence.add(
          new Evidence(
              "meta-data/iam/info",
              "Code, Message, InstanceProfileId",
              info.map(DiagnosisRules::inWords).orElse("no answer"),
              "Success for " + view.profile().orElseThrow().id() + ", no message"));
    }
    return evidence.isEmpty()
        ? List.of(new Evidence(CREDENTIALS, "the role named", "none", heldRole(view)))
        : evidence;
  }

  private static String servedRole(InstanceView view) {
    return view.metadata()
        .flatMap(InstanceView.Metadata::credentials)
        .flatMap(CredentialMetadata::roleName)
        .orElse("");
  }
}
