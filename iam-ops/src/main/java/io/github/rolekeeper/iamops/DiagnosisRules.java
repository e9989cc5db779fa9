package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.imds.IamInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What follows from what was read. Pure: ids decide, texts of AWS only illustrate. */
final class DiagnosisRules {
  // The longest session of EC2 in documents that people posted in public lives for 6:35:04; AWS
  // documents none. Without the metadata nothing narrower can be said.
  private static final Duration LONGEST_SESSION = Duration.ofHours(6).plusMinutes(36);

  private DiagnosisRules() {}

  static InstanceDiagnosis diagnose(InstanceView view, Optional<String> wantedRole) {
    var findings = new ArrayList<Finding>();
    if (!view.running() && !view.stopped()) {
      findings.add(instanceInTransition(view));
    } else if (view.association().isEmpty()) {
      findings.add(noAssociation());
      view.profile().ifPresent(profile -> hold(view, profile, wantedRole, findings));
    } else if (!view.association().get().settled()) {
      findings.add(associationInTransition(view.association().get()));
    } else {
      InstanceView.Association association = view.association().get();
      // A repair may ask IAM for another profile than the one that the instance refers to.
      boolean sameName =
          view.profileName().filter(association.profileArn().name()::equalsIgnoreCase).isPresent();
      if (!sameName) {
        view.profileName().ifPresent(name -> findings.add(wrongProfile(association, name)));
      } else if (view.profileAnswered()) {
        view.profile()
            .ifPresentOrElse(
                profile -> compare(view, association, profile, findings),
                () -> findings.add(profileDeleted(view, association)));
      }
      view.profile().ifPresent(profile -> hold(view, profile, wantedRole, findings));
      if (findings.isEmpty() && view.refersToProfile() && metadataLags(view)) {
        findings.add(LaggingMetadata.finding(view, severity(view), loss(view)));
      }
    }
    if (!view.metadataEnabled()) {
      findings.add(metadataDisabled());
    }
    List<Finding> inOrderOfCure =
        findings.stream()
            .sorted(Comparator.comparing(Finding::type))
            .map(each -> CureCosts.told(each, view))
            .toList();
    return new InstanceDiagnosis(
        view.instance(),
        view.at(),
        inOrderOfCure,
        Possibilities.of(view, inOrderOfCure),
        unknowns(view),
        view.profileAnswered() && view.idsComparable());
  }

  /** What is wrong with what the profile holds. */
  private static void hold(
      InstanceView view,
      InstanceView.Profile profile,
      Optional<String> wantedRole,
      List<Finding> findings) {
    profile
        .role()
        .ifPresentOrElse(
            role -> judge(view, role, wantedRole, findings),
            () -> findings.add(profileWithoutRole(view, profile)));
  }

  /** What is wrong with the role itself. */
  private static void judge(
      InstanceView view, InstanceView.Role role, Optional<String> wanted, List<Finding> findings) {
    // Names of roles are unique without regard to case (IAM quotas page).
    wanted
        .filter(name -> !name.equalsIgnoreCase(role.name()))
        .ifPresent(name -> findings.add(wrongRole(view, role, name)));
    view.roleNow()
        .filter(now -> !now.id().equals(Optional.of(role.id())))
        .ifPresent(now -> findings.add(roleRecreated(view, role, now)));
    Optional<Boolean> trusts = RolePolicies.trustsEc2(role.trustPolicy());
    if (!trusts.orElse(!LaggingMetadata.unauthorized(view))) {
      findings.add(trustLacksEc2(view, role, trusts.isPresent()));
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

  /**
   * @param readable false if only the metadata tells
   */
  private static Finding trustLacksEc2(
      InstanceView view, InstanceView.Role role, boolean readable) {
    var evidence = new ArrayList<Evidence>();
    if (readable) {
      evidence.add(
          new Evidence(
              "GetInstanceProfile",
              "Roles[0].AssumeRolePolicyDocument",
              "no Allow of sts:AssumeRole for ec2.amazonaws.com",
              "one"));
    }
    LaggingMetadata.refusal(view).ifPresent(evidence::add);
    return new Finding(
        FindingType.TRUST_LACKS_EC2,
        severity(view),
        "Role " + role.name() + " does not let EC2 assume it, so no credentials are issued.",
        evidence,
        readable ? Confidence.HIGH : Confidence.MEDIUM,
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

  /** Which sessions were found to be revoked, the instance's being one of them. */
  static Optional<Instant> revokedBefore(InstanceDiagnosis diagnosis) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.type() == FindingType.SESSIONS_REVOKED)
        .flatMap(finding -> finding.evidence().stream())
        .findFirst()
        .map(evidence -> Instant.parse(evidence.seen()));
  }

  private static Finding metadataDisabled() {
    return new Finding(
        FindingType.METADATA_DISABLED,
        Severity.BROKEN_NOW,
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

  private static Finding noAssociation() {
    return new Finding(
        FindingType.NO_ASSOCIATION,
        Severity.BROKEN_NOW,
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

  private static Finding wrongProfile(InstanceView.Association association, String wanted) {
    return new Finding(
        FindingType.WRONG_PROFILE,
        Severity.BROKEN_NOW,
        "The instance is associated with instance profile "
            + association.profileArn().name()
            + ", and the wanted one is "
            + wanted
            + ".",
        List.of(
            new Evidence(
                "DescribeIamInstanceProfileAssociations",
                "IamInstanceProfile.Arn of " + association.id(),
                association.profileArn().toString(),
                "one that ends with /" + wanted)),
        Confidence.HIGH,
        Optional.empty(),
        "ReplaceIamInstanceProfileAssociation once the profile exists and holds its role");
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
        association.idInInstance().equals(association.profileId()) && profile.id().issuedByAws()
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
    return loss(view).isEmpty() ? Severity.BROKEN_NOW : Severity.WILL_BREAK;
  }

  /**
   * Exact with the metadata at hand, else an interval; empty if there is nothing left to lose: the
   * credentials have ended, or the instance is stopped, and finds none when it starts.
   */
  private static Optional<LossWindow> loss(InstanceView view) {
    Instant now = view.at();
    if (view.stopped()) {
      return Optional.empty();
    }
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
    if (view.down()) {
      unknowns.add(
          "what the instance itself sees, because it is "
              + view.state()
              + " and so is its metadata service; that shows when it is started");
    } else if (view.metadata().isEmpty()) {
      unknowns.add(
          "what the instance itself sees, because no metadata client was given; run on the"
              + " instance, or look at meta-data/iam/info there");
    }
    view.metadata()
        .filter(seen -> !view.down())
        .flatMap(InstanceView.Metadata::failure)
        .ifPresent(
            failure ->
                unknowns.add(
                    "what the instance itself sees, because its metadata service did not answer: "
                        + failure));
    view.profile()
        .flatMap(InstanceView.Profile::role)
        .filter(role -> RolePolicies.trustsEc2(role.trustPolicy()).isEmpty())
        .ifPresent(
            role ->
                unknowns.add(
                    "whether EC2 may assume role "
                        + role.name()
                        + ", because GetInstanceProfile shows no trust policy that can be read"
                        + " without doubt: none, one of a form not known, or one in which conditions"
                        + " or exclusions decide; look at IAM GetRole"));
    if (!view.idsComparable()) {
      unknowns.add(
          "whether the ids agree, because EC2's answer "
              + view.association().orElseThrow().profileId()
              + " or IAM's answer "
              + view.profile().orElseThrow().id()
              + " has not the form of an id that AWS issues (AIPA…); ids from AWS itself would"
              + " settle it");
    }
    return unknowns;
  }
}
