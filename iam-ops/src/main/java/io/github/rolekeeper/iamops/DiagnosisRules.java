package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.Confidence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What follows from what was read. Pure: ids decide, texts of AWS only illustrate. */
final class DiagnosisRules {
  private DiagnosisRules() {}

  static InstanceDiagnosis diagnose(InstanceView view, Optional<String> wantedRole) {
    return diagnose(view, wantedRole, Optional.empty());
  }

  /**
   * Concludes.
   *
   * @param claim whose the stop is that the instance is down by; empty if no repair meant to stop
   *     it
   */
  static InstanceDiagnosis diagnose(
      InstanceView view, Optional<String> wantedRole, Optional<StopClaim> claim) {
    var findings = new ArrayList<Finding>();
    claim
        .filter(each -> view.down() && each.owner() == StopClaim.Owner.REPAIR)
        .map(each -> stoppedByRepair(view, each))
        .ifPresent(findings::add);
    if (!view.running() && !view.stopped()) {
      findings.add(instanceInTransition(view));
    } else if (view.association().isEmpty()) {
      findings.add(noAssociation(view));
      view.profile().ifPresent(profile -> hold(view, profile, wantedRole, findings));
      wantedMissing(view).ifPresent(findings::add);
    } else if (!view.association().get().settled()) {
      findings.add(associationInTransition(view.association().get()));
    } else {
      InstanceView.Association association = view.association().get();
      // A repair may ask IAM for another profile than the one that the instance refers to.
      boolean sameName =
          view.profileName()
              .filter(name -> IamName.same(name, association.profileArn().name()))
              .isPresent();
      if (!sameName) {
        view.profileName().ifPresent(name -> findings.add(wrongProfile(view, association, name)));
        wantedMissing(view).ifPresent(findings::add);
        view.associatedProfile()
            .ifPresent(beside -> compare(view, association, beside.profile(), findings));
      } else if (view.profileAnswered()) {
        compare(view, association, view.profile(), findings);
      }
      view.profile().ifPresent(profile -> hold(view, profile, wantedRole, findings));
      if (findings.isEmpty() && view.refersToProfile() && LaggingMetadata.lags(view)) {
        findings.add(LaggingMetadata.finding(view, Outlook.of(view)));
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

  private static Finding stoppedByRepair(InstanceView view, StopClaim claim) {
    return new Finding(
        FindingType.STOPPED_BY_REPAIR,
        Severity.BROKEN_NOW,
        "A repair has stopped the instance and not started it again: " + claim.why() + ".",
        List.of(
            new Evidence(
                "DescribeInstances", "State.Name", view.state(), "running, as before the repair")),
        Confidence.HIGH,
        Optional.empty(),
        "plan and execute again, which starts it; or StartInstances");
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
        .filter(name -> !IamName.same(name, role.name()))
        .ifPresent(name -> findings.add(wrongRole(view, role, name)));
    view.roleNow()
        .filter(now -> !now.id().equals(Optional.of(role.id())))
        .ifPresent(now -> findings.add(roleRecreated(view, role, now)));
    Optional<Boolean> trusts = RolePolicies.trustsEc2(role.trustPolicy(), view.account());
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
    Outlook outlook = Outlook.of(view);
    return new Finding(
        FindingType.ROLE_RECREATED,
        outlook.severity(),
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
        outlook.loss(),
        "RemoveRoleFromInstanceProfile and AddRoleToInstanceProfile by the name, then associate the"
            + " profile again");
  }

  /**
   * @param readable false if only the metadata tells
   */
  private static Finding trustLacksEc2(
      InstanceView view, InstanceView.Role role, boolean readable) {
    Outlook outlook = Outlook.of(view);
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
    if (!readable && !role.trustPolicy().isEmpty()) {
      evidence.add(
          new Evidence(
              "GetInstanceProfile",
              "Roles[0].AssumeRolePolicyDocument",
              "one of a form not known, or in which conditions or exclusions decide",
              "an Allow of sts:AssumeRole for ec2.amazonaws.com that EC2 meets"));
    }
    return new Finding(
        FindingType.TRUST_LACKS_EC2,
        outlook.severity(),
        "Role " + role.name() + " does not let EC2 assume it, so no credentials are issued.",
        evidence,
        readable ? Confidence.HIGH : Confidence.MEDIUM,
        outlook.loss(),
        "UpdateAssumeRolePolicy with a statement that allows ec2.amazonaws.com sts:AssumeRole"
            + view.account().assumedPrincipal()
            + "; then wait for the next refresh, within an hour");
  }

  /** A session issued after the cut-off is not affected; without metadata its age decides. */
  private static Optional<Finding> sessionsRevoked(
      InstanceView view, InstanceView.Role role, Instant cutOff) {
    if (view.stopped() || view.servedOtherRole().isPresent()) {
      // It has no session of the role, and gets a new one.
      return Optional.empty();
    }
    boolean toCome = cutOff.isAfter(view.at());
    Optional<Instant> issued = view.issued();
    boolean sure = issued.isPresent();
    // A new association brings a new session, as a new start does.
    Optional<Instant> atLeast =
        issued.or(() -> view.association().flatMap(InstanceView.Association::since));
    if (atLeast.map(instant -> !instant.isBefore(cutOff)).orElse(false)
        || view.at().minus(Outlook.LONGEST_SESSION).compareTo(cutOff) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            FindingType.SESSIONS_REVOKED,
            sure || toCome ? Severity.BROKEN_NOW : Severity.RISK,
            "Sessions of role "
                + role.name()
                + " that were issued before "
                + cutOff
                + " are denied everything"
                + (sure
                    ? ", and the instance's is one of them."
                    : toCome
                        ? ", and so is every one that the instance has."
                        : "; whether the instance's is one of them only its metadata tells.")
                + (toCome
                    ? " That is still to come: until then every new session is denied, too."
                    : ""),
            List.of(
                new Evidence(
                    "GetRolePolicy",
                    RolePolicies.REVOCATION + ", DateLessThan aws:TokenIssueTime",
                    cutOff.toString(),
                    issued.map(instant -> "not after " + instant).orElse("no such policy"))),
            sure || toCome ? Confidence.HIGH : Confidence.MEDIUM,
            Optional.empty(),
            toCome
                ? "put the policy again with a date that is not to come (PutRolePolicy), or wait"
                    + " until then; no new session helps before"
                : "new credentials: associate the profile again, else stop and start the instance."
                    + " Keep the policy: without it the revoked sessions work again"));
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

  /** The association and what IAM has under the name of its profile. */
  private static void compare(
      InstanceView view,
      InstanceView.Association association,
      Optional<InstanceView.Profile> found,
      List<Finding> findings) {
    found.ifPresentOrElse(
        profile -> {
          if (!association.profileId().equals(profile.id())
              && InstanceView.comparable(association.profileId(), profile.id())) {
            findings.add(staleProfileId(view, association, profile));
          }
        },
        () -> findings.add(profileDeleted(view, association)));
  }

  private static Optional<Finding> wantedMissing(InstanceView view) {
    if (!view.profileAnswered() || view.profile().isPresent()) {
      return Optional.empty();
    }
    return view.profileName()
        .map(
            name ->
                new Finding(
                    FindingType.WANTED_PROFILE_MISSING,
                    Severity.BROKEN_NOW,
                    "The wanted instance profile " + name + " does not exist in IAM.",
                    List.of(
                        new Evidence(
                            "GetInstanceProfile",
                            "InstanceProfileName=" + name,
                            "NoSuchEntity",
                            "a profile")),
                    Confidence.HIGH,
                    Optional.empty(),
                    "CreateInstanceProfile and AddRoleToInstanceProfile, or check the name"));
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
    // What was taken away may still be served; where nobody looked, nothing is there to last.
    boolean served = view.running() && view.workingSession().isPresent();
    Outlook outlook = Outlook.of(view);
    return new Finding(
        FindingType.NO_ASSOCIATION,
        served ? outlook.severity() : Severity.BROKEN_NOW,
        "No instance profile is associated with the instance"
            + (served
                ? ", and its metadata still serves credentials. " + outlook.inWords()
                : ": its metadata offers no role."),
        List.of(
            new Evidence(
                "DescribeIamInstanceProfileAssociations",
                "IamInstanceProfileAssociations[]",
                "none for this instance",
                "one that is associated")),
        Confidence.HIGH,
        served ? outlook.loss() : Optional.empty(),
        "AssociateIamInstanceProfile");
  }

  private static Finding wrongProfile(
      InstanceView view, InstanceView.Association association, String wanted) {
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
        view.ec2Agrees() ? Confidence.HIGH : Confidence.MEDIUM,
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
    Outlook outlook = Outlook.of(view);
    boolean sameAccount =
        view.unreadable().stream().noneMatch(each -> each.type() == UnknownType.ACCOUNT);
    return new Finding(
        FindingType.PROFILE_DELETED,
        outlook.severity(),
        "Instance profile "
            + association.profileArn().name()
            + " was deleted while the instance uses it. "
            + outlook.inWords(),
        List.of(
            new Evidence(
                "GetInstanceProfile",
                "InstanceProfileName=" + association.profileArn().name(),
                "NoSuchEntity",
                association.profileId().value())),
        sameAccount && view.ec2Agrees() ? Confidence.HIGH : Confidence.MEDIUM,
        outlook.loss(),
        "CreateInstanceProfile and AddRoleToInstanceProfile, then"
            + " ReplaceIamInstanceProfileAssociation: a new profile has a new id, even under the"
            + " same name");
  }

  private static Finding staleProfileId(
      InstanceView view, InstanceView.Association association, InstanceView.Profile profile) {
    String name = profile.name();
    Outlook outlook = Outlook.of(view);
    boolean samePath = association.profileArn().path().equals(profile.arn().path());
    boolean sameName = association.profileArn().name().equals(name);
    return new Finding(
        samePath ? FindingType.STALE_PROFILE_ID : FindingType.PROFILE_PATH_CHANGED,
        outlook.severity(),
        "Instance profile "
            + name
            + (samePath
                ? " was deleted and created again. "
                    + (sameName
                        ? "Name and ARN are the same, the ids are not"
                        : "The name differs from "
                            + association.profileArn().name()
                            + " in upper and lower case only, and the ids differ")
                    + ": the instance still refers to the deleted one."
                : " was deleted and created again under path "
                    + profile.arn().path()
                    + " instead of "
                    + association.profileArn().path()
                    + ": the instance still refers to the deleted one, and whatever holds the old"
                    + " ARN stays broken.")
            + whenStarted(view, outlook),
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
        view.ec2Agrees() && profile.id().issuedByAws() ? Confidence.HIGH : Confidence.MEDIUM,
        outlook.loss(),
        view.stopped()
            ? "DisassociateIamInstanceProfile, then AssociateIamInstanceProfile"
            : "ReplaceIamInstanceProfileAssociation");
  }

  private static String whenStarted(InstanceView view, Outlook outlook) {
    return view.stopped() ? " " + outlook.inWords() : "";
  }

  private static Finding profileWithoutRole(InstanceView view, InstanceView.Profile profile) {
    Outlook outlook = Outlook.of(view);
    return new Finding(
        FindingType.PROFILE_WITHOUT_ROLE,
        outlook.severity(),
        "Instance profile "
            + profile.name()
            + " holds no role, so it gives no permissions."
            + whenStarted(view, outlook),
        List.of(
            new Evidence("GetInstanceProfile", "Roles[] of " + profile.id(), "empty", "one role")),
        Confidence.HIGH,
        outlook.loss(),
        "AddRoleToInstanceProfile; the metadata follows at its next refresh, within an hour");
  }

  private static List<Unknown> unknowns(InstanceView view) {
    var unknowns = new ArrayList<Unknown>(view.unreadable());
    MetadataSight metadata = view.metadata();
    if (view.down()) {
      unknowns.add(
          unseen(
              "it is " + view.state() + " and so is its metadata service",
              "that shows when it is started"));
    } else {
      switch (metadata.kind()) {
        case NOT_ASKED ->
            unknowns.add(
                unseen(
                    metadata.inWords(),
                    "run on the instance, or look at meta-data/iam/info there"));
        case OF_ANOTHER_INSTANCE ->
            unknowns.add(
                unseen(
                    metadata.inWords(),
                    "a client of this instance's, given with metadata(…), would settle it"));
        case UNREADABLE ->
            unknowns.add(
                unseen(
                    metadata.inWords(),
                    "look again, or look at meta-data/iam/info on the instance"));
        case CREDENTIALS_ONLY ->
            unknowns.add(
                new Values.Gap(
                    UnknownType.INSTANCE_METADATA,
                    "which instance profile the instance itself sees, because its metadata serves"
                        + " credentials and no meta-data/iam/info",
                    "look whether something on the instance keeps that path from its programs"));
        case SHOWS_PROFILE, SHOWS_ANOTHER_PROFILE, WITHOUT_ROLE, NO_PROFILE, REFUSES -> {}
      }
      if (metadata.session().filter(each -> each.expiration().isEmpty()).isPresent()) {
        unknowns.add(
            new Values.Gap(
                UnknownType.SESSION_END,
                "when the instance's credentials end, because the metadata serves them without an"
                    + " Expiration",
                "look at the role's document on the instance"));
      }
    }
    view.profile()
        .flatMap(InstanceView.Profile::role)
        .filter(role -> RolePolicies.trustsEc2(role.trustPolicy(), view.account()).isEmpty())
        .ifPresent(
            role ->
                unknowns.add(
                    new Values.Gap(
                        UnknownType.TRUST,
                        "whether EC2 may assume role "
                            + role.name()
                            + ", because GetInstanceProfile shows no trust policy that can be read"
                            + " without doubt: none, one of a form not known, or one in which"
                            + " conditions or exclusions decide",
                        "look at IAM GetRole")));
    if (!view.idsComparable()) {
      unknowns.add(
          new Values.Gap(
              UnknownType.PROFILE_ID,
              "whether the ids agree, because EC2's answer "
                  + view.association().orElseThrow().profileId()
                  + " or IAM's answer "
                  + view.profile().orElseThrow().id()
                  + " has not the form of an id that AWS issues (AIPA…)",
              "ids from AWS itself would settle it"));
    }
    return unknowns;
  }

  private static Unknown unseen(String because, String settledBy) {
    return new Values.Gap(
        UnknownType.INSTANCE_METADATA,
        "what the instance itself sees, because " + because,
        settledBy);
  }
}
