package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.imds.IamInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What follows from what was read. Pure: ids decide, texts of AWS only illustrate. */
final class DiagnosisRules {
  // Session credentials that EC2 delivers live for up to six hours; without the metadata nothing
  // narrower can be said.
  private static final Duration LONGEST_SESSION = Duration.ofHours(6);

  private DiagnosisRules() {}

  static InstanceDiagnosis diagnose(InstanceView view, Optional<String> wantedRole) {
    var findings = new ArrayList<Finding>();
    if (!view.running() && !view.stopped()) {
      findings.add(instanceInTransition(view));
    } else if (view.association().isEmpty()) {
      findings.add(noAssociation(view));
    } else if (!view.association().get().settled()) {
      findings.add(associationInTransition(view.association().get()));
    } else {
      InstanceView.Association association = view.association().get();
      // A repair may ask IAM for another profile than the one that the instance refers to.
      boolean sameName =
          view.profileName().filter(association.profileArn().name()::equalsIgnoreCase).isPresent();
      if (sameName) {
        view.profile()
            .ifPresentOrElse(
                profile -> compare(view, association, profile, findings),
                () -> findings.add(profileDeleted(view, association)));
      }
      view.profile()
          .flatMap(InstanceView.Profile::role)
          .ifPresent(role -> judge(view, role, wantedRole, findings));
      if (findings.isEmpty() && view.refersToProfile() && metadataLags(view)) {
        findings.add(metadataLagsBehind(view));
      }
    }
    if (!view.metadataEnabled()) {
      findings.add(metadataDisabled(view));
    }
    return new InstanceDiagnosis(view.instance(), view.at(), findings, unknowns(view));
  }

  /** What is wrong with the role itself; in the order of cure. */
  private static void judge(
      InstanceView view, InstanceView.Role role, Optional<String> wanted, List<Finding> findings) {
    // Names of roles are unique without regard to case (IAM quotas page).
    wanted
        .filter(name -> !name.equalsIgnoreCase(role.name()))
        .ifPresent(name -> findings.add(wrongRole(view, role, name)));
    view.roleNow()
        .filter(now -> !now.id().equals(Optional.of(role.id())))
        .ifPresent(
            now -> {
              findings.add(roleRecreated(view, role, now));
              if (now.id().isPresent()) {
                findings.add(policiesPinned(role, now.id().get()));
              }
            });
    if (RolePolicies.trustsEc2(role.trustPolicy()).equals(Optional.of(false))) {
      findings.add(trustLacksEc2(view, role));
    }
    view.revokedBefore()
        .flatMap(cutOff -> sessionsRevoked(view, role, cutOff))
        .ifPresent(findings::add);
  }

  private static Finding wrongRole(InstanceView view, InstanceView.Role role, String wanted) {
    return new Finding(
        FindingType.WRONG_ROLE,
        Severity.BROKEN_NOW,
        "The instance profile holds role "
            + role.name()
            + ", and the wanted one is "
            + wanted
            + ".",
        List.of(
            new Evidence(
                "GetInstanceProfile",
                "Roles[0].RoleName of " + view.profile().orElseThrow().id(),
                role.name(),
                wanted)),
        Confidence.HIGH,
        Optional.empty(),
        "a profile of another name that holds "
            + wanted
            + ", then ReplaceIamInstanceProfileAssociation; exchanging the role in place would"
            + " leave every instance on this profile without one for a while");
  }

  private static Finding roleRecreated(
      InstanceView view, InstanceView.Role role, InstanceView.RoleNow now) {
    return new Finding(
        FindingType.ROLE_RECREATED,
        severity(view),
        "Role "
            + role.name()
            + (now.id().isPresent()
                ? " was deleted and created again; the profile still holds the deleted one."
                : " was deleted; the profile still holds it."),
        List.of(
            new Evidence(
                "GetInstanceProfile",
                "Roles[0].RoleId",
                role.id(),
                now.id().orElse("a role that exists") + " (GetRole, " + role.name() + ")")),
        Confidence.HIGH,
        loss(view),
        "RemoveRoleFromInstanceProfile and AddRoleToInstanceProfile by the name, then associate the"
            + " profile again");
  }

  private static Finding policiesPinned(InstanceView.Role role, String newId) {
    return new Finding(
        FindingType.POLICIES_PINNED_TO_OLD_ROLE,
        Severity.RISK,
        "Resource and trust policies that named role "
            + role.name()
            + " before it was created again keep its old id, and do not match the new one.",
        List.of(
            new Evidence("GetRole", "RoleId of " + role.name(), newId, role.id() + " as before")),
        Confidence.LOW,
        Optional.empty(),
        "save those policies again with the role's ARN (IAM User Guide, policy element Principal)");
  }

  private static Finding trustLacksEc2(InstanceView view, InstanceView.Role role) {
    return new Finding(
        FindingType.TRUST_LACKS_EC2,
        severity(view),
        "Role " + role.name() + " does not let EC2 assume it, so no credentials are issued.",
        List.of(
            new Evidence(
                "GetInstanceProfile",
                "Roles[0].AssumeRolePolicyDocument",
                "no Allow of sts:AssumeRole for ec2.amazonaws.com",
                "one")),
        Confidence.HIGH,
        loss(view),
        "UpdateAssumeRolePolicy with a statement that allows ec2.amazonaws.com sts:AssumeRole; then"
            + " wait for the next refresh, within an hour");
  }

  /** A session issued after the cut-off is not affected; without metadata its age decides. */
  private static Optional<Finding> sessionsRevoked(
      InstanceView view, InstanceView.Role role, Instant cutOff) {
    Optional<Instant> issued =
        view.metadata()
            .flatMap(InstanceView.Metadata::credentials)
            .flatMap(CredentialMetadata::lastUpdated);
    boolean sure = issued.isPresent();
    // A new association brings a new session, as a new start does.
    Optional<Instant> atLeast =
        issued.or(() -> view.association().flatMap(InstanceView.Association::since));
    if (atLeast.map(instant -> !instant.isBefore(cutOff)).orElse(false)
        || !view.at().isBefore(cutOff.plus(LONGEST_SESSION))) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            FindingType.SESSIONS_REVOKED,
            sure ? Severity.BROKEN_NOW : Severity.RISK,
            "Sessions of role "
                + role.name()
                + " that were issued before "
                + cutOff
                + " are denied everything"
                + (sure
                    ? ", and the instance's is one of them."
                    : "; whether the instance's is one of them only its metadata tells."),
            List.of(
                new Evidence(
                    "GetRolePolicy",
                    RolePolicies.REVOCATION + ", DateLessThan aws:TokenIssueTime",
                    cutOff.toString(),
                    issued.map(instant -> "not after " + instant).orElse("no such policy"))),
            sure ? Confidence.HIGH : Confidence.MEDIUM,
            Optional.empty(),
            "new credentials: associate the profile again, else stop and start the instance. Keep"
                + " the policy: without it the revoked sessions work again"));
  }

  private static Finding metadataDisabled(InstanceView view) {
    return new Finding(
        FindingType.METADATA_DISABLED,
        view.running() ? Severity.BROKEN_NOW : Severity.WILL_BREAK,
        "The instance's metadata service is switched off, so nothing on the instance gets"
            + " credentials from it.",
        List.of(
            new Evidence(
                "DescribeInstances", "MetadataOptions.HttpEndpoint", "disabled", "enabled")),
        Confidence.HIGH,
        Optional.empty(),
        "ModifyInstanceMetadataOptions with HttpEndpoint=enabled, running or stopped");
  }

  private static void compare(
      InstanceView view,
      InstanceView.Association association,
      InstanceView.Profile profile,
      List<Finding> findings) {
    if (view.idsComparable() && !view.refersToProfile()) {
      findings.add(staleProfileId(view, association, profile));
    }
    if (profile.roleName().isEmpty()) {
      findings.add(profileWithoutRole(view, profile));
    }
  }

  private static Finding instanceInTransition(InstanceView view) {
    return new Finding(
        FindingType.INSTANCE_IN_TRANSITION,
        Severity.RISK,
        "The instance is " + view.state() + ", so its profile can be neither judged nor repaired.",
        List.of(
            new Evidence("DescribeInstances", "State.Name", view.state(), "running or stopped")),
        Confidence.HIGH,
        Optional.empty(),
        "wait until the instance is running or stopped; a terminated one has no cure");
  }

  private static Finding noAssociation(InstanceView view) {
    return new Finding(
        FindingType.NO_ASSOCIATION,
        view.running() ? Severity.BROKEN_NOW : Severity.WILL_BREAK,
        "No instance profile is associated with the instance: its metadata offers no role.",
        List.of(
            new Evidence(
                "DescribeIamInstanceProfileAssociations",
                "IamInstanceProfileAssociations[]",
                "none for this instance",
                "one that is associated")),
        Confidence.HIGH,
        Optional.empty(),
        "AssociateIamInstanceProfile");
  }

  private static Finding associationInTransition(InstanceView.Association association) {
    return new Finding(
        FindingType.ASSOCIATION_IN_TRANSITION,
        Severity.RISK,
        "Somebody is changing the association of the instance right now.",
        List.of(
            new Evidence(
                "DescribeIamInstanceProfileAssociations",
                "State",
                association.state(),
                "associated")),
        Confidence.HIGH,
        Optional.empty(),
        "wait a few minutes and look again; change nothing meanwhile");
  }

  private static Finding profileDeleted(InstanceView view, InstanceView.Association association) {
    return new Finding(
        FindingType.PROFILE_DELETED,
        severity(view),
        "Instance profile "
            + association.profileArn().name()
            + " was deleted while the instance uses it. Credentials that were issued before go on"
            + " working until they expire; no new ones will come.",
        List.of(
            new Evidence(
                "GetInstanceProfile",
                "InstanceProfileName=" + association.profileArn().name(),
                "NoSuchEntity",
                association.profileId().value())),
        Confidence.HIGH,
        loss(view),
        "CreateInstanceProfile and AddRoleToInstanceProfile, then"
            + " ReplaceIamInstanceProfileAssociation: a new profile has a new id, even under the"
            + " same name");
  }

  private static Finding staleProfileId(
      InstanceView view, InstanceView.Association association, InstanceView.Profile profile) {
    String name = profile.name();
    boolean sameArn = association.profileArn().equals(profile.arn());
    return new Finding(
        sameArn ? FindingType.STALE_PROFILE_ID : FindingType.PROFILE_PATH_CHANGED,
        severity(view),
        "Instance profile "
            + name
            + (sameArn
                ? " was deleted and created again. Name and ARN are the same, the ids are not: the"
                    + " instance still refers to the deleted one."
                : " was deleted and created again under path "
                    + profile.arn().path()
                    + " instead of "
                    + association.profileArn().path()
                    + ": the instance still refers to the deleted one, and whatever holds the old"
                    + " ARN stays broken."),
        List.of(
            new Evidence(
                "DescribeIamInstanceProfileAssociations",
                "IamInstanceProfile.Id of " + association.id(),
                association.profileId().value(),
                profile.id().value() + " (GetInstanceProfile, " + name + ")"),
            new Evidence(
                "DescribeInstances",
                "IamInstanceProfile.Id",
                association.idInInstance().value(),
                profile.id().value())),
        // Both of EC2's answers must agree before they outweigh a matching name.
        association.idInInstance().equals(association.profileId())
            ? Confidence.HIGH
            : Confidence.MEDIUM,
        loss(view),
        view.stopped()
            ? "DisassociateIamInstanceProfile, then AssociateIamInstanceProfile"
            : "ReplaceIamInstanceProfileAssociation");
  }

  private static Finding profileWithoutRole(InstanceView view, InstanceView.Profile profile) {
    return new Finding(
        FindingType.PROFILE_WITHOUT_ROLE,
        severity(view),
        "Instance profile " + profile.name() + " holds no role, so it gives no permissions.",
        List.of(
            new Evidence("GetInstanceProfile", "Roles[] of " + profile.id(), "empty", "one role")),
        Confidence.HIGH,
        loss(view),
        "AddRoleToInstanceProfile; the metadata follows at its next refresh, within an hour");
  }

  private static boolean metadataLags(InstanceView view) {
    return view.running()
        && view.metadata().filter(seen -> seen.info().isPresent()).isPresent()
        && !view.metadataHealthy();
  }

  private static Finding metadataLagsBehind(InstanceView view) {
    InstanceView.Metadata seen = view.metadata().orElseThrow();
    return new Finding(
        FindingType.METADATA_LAGS,
        severity(view),
        "IAM and EC2 agree, but the instance's metadata does not show the role yet.",
        List.of(
            new Evidence(
                "meta-data/iam/info",
                "Code, Message, InstanceProfileId",
                seen.info().map(DiagnosisRules::inWords).orElse("no answer"),
                "Success for " + view.profile().orElseThrow().id() + ", no message")),
        Confidence.MEDIUM,
        loss(view),
        "wait for the next refresh; associate the profile again; last, stop and start the"
            + " instance (a reboot does not refresh it)");
  }

  static String inWords(IamInfo info) {
    if (info instanceof IamInfo.Associated shown) {
      return "Success for " + shown.id();
    }
    if (info instanceof IamInfo.WithoutRole shown) {
      return "Success for " + shown.id() + ", but: " + shown.message();
    }
    if (info instanceof IamInfo.Failed failed) {
      return failed.code() + ": " + failed.message();
    }
    return "404, no instance profile";
  }

  private static Severity severity(InstanceView view) {
    boolean known = view.metadata().filter(seen -> seen.failure().isEmpty()).isPresent();
    return known && loss(view).isEmpty() ? Severity.BROKEN_NOW : Severity.WILL_BREAK;
  }

  /** Exact with the metadata at hand, else an interval; empty if the credentials have ended. */
  private static Optional<LossWindow> loss(InstanceView view) {
    Instant now = view.at();
    Optional<InstanceView.Metadata> answered =
        view.metadata().filter(seen -> seen.failure().isEmpty());
    if (answered.isEmpty()) {
      return Optional.of(new LossWindow(now, now.plus(LONGEST_SESSION)));
    }
    return answered
        .flatMap(InstanceView.Metadata::credentials)
        .flatMap(CredentialMetadata::expiration)
        .filter(now::isBefore)
        .map(expiration -> new LossWindow(expiration, expiration));
  }

  private static List<String> unknowns(InstanceView view) {
    var unknowns = new ArrayList<String>(view.unreadable());
    if (view.metadata().isEmpty()) {
      unknowns.add(
          "what the instance itself sees, because no metadata client was given; run on the"
              + " instance, or look at meta-data/iam/info there");
    }
    view.metadata()
        .flatMap(InstanceView.Metadata::failure)
        .ifPresent(
            failure ->
                unknowns.add(
                    "what the instance itself sees, because its metadata service did not answer: "
                        + failure));
    if (!view.idsComparable()) {
      unknowns.add(
          "whether the ids agree, because EC2's answer "
              + view.association().orElseThrow().profileId()
              + " or IAM's answer "
              + view.profile().orElseThrow().id()
              + " has not the form of an id that AWS issues (AIPA…)");
    }
    return unknowns;
  }
}
