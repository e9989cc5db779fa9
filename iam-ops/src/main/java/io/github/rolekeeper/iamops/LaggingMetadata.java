package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.imds.RoleCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an instance's metadata shows of a profile about which IAM and EC2 agree. Pure. */
final class LaggingMetadata {
  private static final String CREDENTIALS = "meta-data/iam/security-credentials/";

  private LaggingMetadata() {}

  /** Whether it shows something else than what is so; what it does not show is no sign of that. */
  static boolean lags(InstanceView view) {
    boolean shown =
        switch (view.metadata().kind()) {
          case SHOWS_PROFILE, CREDENTIALS_ONLY, UNREADABLE, OF_ANOTHER_INSTANCE, NOT_ASKED -> true;
          case SHOWS_ANOTHER_PROFILE, WITHOUT_ROLE, NO_PROFILE, REFUSES -> false;
        };
    return view.running() && (!shown || trouble(view).isPresent());
  }

  /**
   * The finding.
   *
   * @param outlook if the credentials are of the right role
   */
  static Finding finding(InstanceView view, Outlook outlook) {
    boolean otherRole = view.servedOtherRole().isPresent();
    return new Finding(
        FindingType.METADATA_LAGS,
        otherRole ? Severity.BROKEN_NOW : outlook.severity(),
        "IAM and EC2 agree, but the instance's metadata "
            + trouble(view).orElse("does not show the role yet")
            + ".",
        evidence(view),
        Confidence.MEDIUM,
        otherRole ? Optional.empty() : outlook.loss(),
        (unauthorized(view)
                ? "see that no condition and no Deny of the role's trust policy keeps EC2 out; then"
                    + " "
                : "")
            + "wait for the next refresh; associate the profile again; last, stop and start the"
            + " instance (a reboot does not refresh it)");
  }

  /** What the metadata said, in words. */
  static String inWords(InstanceView view) {
    return view.metadata().inWords()
        + trouble(view)
            .filter(each -> view.metadata().kind() != MetadataSight.Kind.REFUSES)
            .map(each -> ", and " + each)
            .orElse("");
  }

  /** What the metadata says of the credentials themselves, as evidence; empty if nothing is odd. */
  static Optional<Evidence> refusal(InstanceView view) {
    return refused(view)
        .map(
            each ->
                new Evidence(
                    CREDENTIALS + each.role().orElse(""),
                    "Code, Message",
                    each.words(),
                    "Success"));
  }

  /** Whether the metadata service was told that EC2 may not assume the role. */
  static boolean unauthorized(InstanceView view) {
    return refused(view)
        .filter(each -> each.code().equals(RoleCredentials.Refused.ASSUME_ROLE_UNAUTHORIZED_ACCESS))
        .isPresent();
  }

  private static Optional<MetadataSight.Refuses> refused(InstanceView view) {
    return view.metadata() instanceof MetadataSight.Refuses refuses && refuses.role().isPresent()
        ? Optional.of(refuses)
        : Optional.empty();
  }

  private static Optional<String> trouble(InstanceView view) {
    return refused(view)
        .map(each -> "has no credentials of role " + each.role().orElse("") + ": " + each.words())
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
    Optional<InstanceProfileId> held = view.profile().map(InstanceView.Profile::id);
    boolean message =
        view.metadata() instanceof MetadataSight.WithoutRole without
            && !without.message().isEmpty();
    if (message || !view.metadata().profile().equals(held)) {
      evidence.add(
          new Evidence(
              "meta-data/iam/info",
              "Code, Message, InstanceProfileId",
              refused(view).isPresent() ? "another profile, or none" : view.metadata().inWords(),
              "Success for " + held.map(InstanceProfileId::value).orElse("it") + ", no message"));
    }
    return evidence.isEmpty()
        ? List.of(new Evidence(CREDENTIALS, "the role named", "none", heldRole(view)))
        : evidence;
  }

  private static String servedRole(InstanceView view) {
    return view.metadata().session().flatMap(CredentialMetadata::roleName).orElse("");
  }
}
