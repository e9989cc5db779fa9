package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a step stands, by what is true now. Pure. It trusts what AWS shows, not what the run has
 * done, so that a second run, or another process, finds its place.
 */
final class StepCheck {
  enum Standing {
    /** The precondition holds: the call may be made. */
    READY,
    /** The postcondition holds. */
    DONE,
    /** The call took effect, on what EC2 held for true before: it may be made again. */
    AGAIN,
    /** The call took effect, and its effect did not last: it may be made again. */
    FELL_BACK,
    /** Neither yet: look again later. */
    WAIT,
    /** Not needed. */
    NOT_NEEDED,
    /** What would tell whether it is needed gives no answer. */
    UNKNOWN,
    /** Somebody changed what the plan rests on. */
    OUTDATED,
    /** The instance is gone. */
    GONE,
    /** It would do harm now. */
    HARMFUL
  }

  record Result(Standing standing, String detail) {}

  /**
   * What AWS does not show.
   *
   * @param called whether this run has made the call of the step
   * @param restarted whether the instance was started after the call
   * @param startOwed whether a repair has stopped the instance, by the journal and EC2
   * @param fellBack why the instance stopped again after the call to start it; empty if it did not
   * @param stopAccepted whether AWS accepted this run's call to stop the instance, as it ran since
   *     its last start that is known
   * @param mayYetStop whether this run has called for a stop whose effect may be on its way
   * @param claimed whether another run is making the call of the step, by the journal
   * @param undisturbed for how long the instance has run since the step began, without a stop or a
   *     start by anybody
   * @param fresh whether the metadata is of after the swap, if the plan has one
   * @param revokedBefore the sessions that the repair shall replace, by the plan; empty if none
   */
  record Past(
      boolean called,
      boolean restarted,
      boolean startOwed,
      Optional<String> fellBack,
      boolean stopAccepted,
      boolean mayYetStop,
      boolean claimed,
      Duration undisturbed,
      boolean fresh,
      Optional<Instant> revokedBefore) {
    boolean metadataHealthy(InstanceView view) {
      return view.metadataHealthy(revokedBefore);
    }
  }

  private StepCheck() {}

  static Result of(RepairStep step, InstanceView view, Past past) {
    return switch (step.action()) {
      case CREATE_INSTANCE_PROFILE -> create((RepairStep.CreateInstanceProfile) step, view);
      case ADD_ROLE_TO_INSTANCE_PROFILE ->
          addRole((RepairStep.AddRoleToInstanceProfile) step, view);
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE ->
          removeRole((RepairStep.RemoveRoleFromInstanceProfile) step, view);
      case UPDATE_ASSUME_ROLE_POLICY -> updateTrust((RepairStep.UpdateAssumeRolePolicy) step, view);
      case MODIFY_INSTANCE_METADATA_OPTIONS -> switchMetadataOn(view);
      case REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION ->
          replace((RepairStep.ReplaceIamInstanceProfileAssociation) step, view, past);
      case DISASSOCIATE_IAM_INSTANCE_PROFILE ->
          disassociate((RepairStep.DisassociateIamInstanceProfile) step, view);
      case ASSOCIATE_IAM_INSTANCE_PROFILE ->
          associate((RepairStep.AssociateIamInstanceProfile) step, view);
      case STOP_INSTANCES -> stop(view, past);
      case START_INSTANCES -> start(view, past);
    };
  }

  private static Result create(RepairStep.CreateInstanceProfile step, InstanceView view) {
    if (view.profile().isEmpty()) {
      return new Result(Standing.READY, "");
    }
    InstanceView.Profile profile = view.profile().get();
    return profile.arn().path().equals(step.path())
        ? new Result(
            Standing.DONE,
            profile.id()
                + " under path "
                + profile.arn().path()
                + (profile.tags().entrySet().containsAll(step.tags().entrySet())
                    ? ""
                    : ", without the tags of the plan"))
        : outdated(
            "profile "
                + profile.name()
                + " exists under path "
                + profile.arn().path()
                + ", not "
                + step.path());
  }

  private static Result addRole(RepairStep.AddRoleToInstanceProfile step, InstanceView view) {
    if (view.profile().isEmpty()) {
      return new Result(Standing.WAIT, "IAM does not show the profile yet");
    }
    Optional<String> held = view.profile().get().roleName();
    String wanted = step.roleName();
    if (held.isEmpty()) {
      return moved(step.instanceProfileId(), step.roleId(), view)
          .map(StepCheck::outdated)
          .orElseGet(() -> new Result(Standing.READY, ""));
    }
    String id = view.profile().get().role().map(InstanceView.Role::id).orElse("");
    if (step.replacedRoleId().equals(Optional.of(id))) {
      return new Result(Standing.WAIT, "IAM still shows role " + id + ", which was taken out");
    }
    String expected = step.roleId().orElse(id);
    return IamName.same(held.get(), wanted) && expected.equals(id)
        ? new Result(Standing.DONE, view.profile().get().id() + " holds " + wanted)
        : outdated(
            "the profile holds role "
                + held.get()
                + " ("
                + id
                + "), not "
                + wanted
                + (expected.equals(id) ? "" : " (" + expected + ")"));
  }

  /** Only the very role that was seen is taken out, and only of the very profile. */
  private static Result removeRole(
      RepairStep.RemoveRoleFromInstanceProfile step, InstanceView view) {
    if (view.profile().isEmpty()) {
      return outdated("IAM has no profile " + step.instanceProfileName());
    }
    InstanceView.Profile profile = view.profile().get();
    if (!profile.id().equals(step.instanceProfileId())) {
      return outdated(
          "profile "
              + profile.name()
              + " is "
              + profile.id()
              + " now, not "
              + step.instanceProfileId());
    }
    if (profile.role().isEmpty()) {
      return new Result(Standing.DONE, profile.id() + " holds no role");
    }
    InstanceView.Role held = profile.role().get();
    if (held.id().equals(step.roleId())) {
      return new Result(Standing.READY, "");
    }
    // What comes next tells whether it is the right one.
    return new Result(
        Standing.NOT_NEEDED,
        profile.id() + " does not hold " + step.roleId() + ", but " + held.id());
  }

  private static Result updateTrust(RepairStep.UpdateAssumeRolePolicy step, InstanceView view) {
    Optional<InstanceView.Role> held = view.profile().flatMap(InstanceView.Profile::role);
    if (!held.map(InstanceView.Role::id).equals(Optional.of(step.roleId()))) {
      return outdated(
          "the profile holds "
              + held.map(InstanceView.Role::id).orElse("no role")
              + ", not "
              + step.roleId());
    }
    String trust = held.get().trustPolicy();
    if (RolePolicies.trustsEc2(trust, view.account()).equals(Optional.of(true))) {
      return new Result(Standing.DONE, held.get().id() + " lets EC2 assume it");
    }
    return TrustPolicyChange.canonical(trust).equals(Optional.of(step.replacedPolicyDocument()))
        ? new Result(Standing.READY, "")
        : outdated("somebody else has changed the trust policy of role " + held.get().name());
  }

  private static Result switchMetadataOn(InstanceView view) {
    if (view.metadataEnabled()) {
      return new Result(Standing.DONE, "the metadata service is on");
    }
    return switch (view.state()) {
      case "running", "stopped" -> new Result(Standing.READY, "");
      case "pending", "stopping" -> new Result(Standing.WAIT, "the instance is " + view.state());
      default -> gone(view);
    };
  }

  private static Result replace(
      RepairStep.ReplaceIamInstanceProfileAssociation step, InstanceView view, Past past) {
    if (view.association().isEmpty()) {
      return outdated("the instance has no association any more");
    }
    InstanceView.Association association = view.association().get();
    if (association.id().equals(step.associationId())) {
      if (!view.running()) {
        return outdated("the instance is " + view.state() + "; only a running one can be replaced");
      }
      return association.state().equals("disassociating")
          ? new Result(Standing.WAIT, association.id() + " is ending")
          : swappable(step.instanceProfileId(), step.roleId(), view);
    }
    // EC2 has taken its own, outdated view of the profile: the call must be made again.
    boolean outdatedView =
        past.called()
            && view.running()
            && !view.refersToProfile()
            && association.profileArn().name().equalsIgnoreCase(step.instanceProfileName());
    return outdatedView
            && swappable(step.instanceProfileId(), step.roleId(), view).standing() == Standing.READY
        ? new Result(
            Standing.AGAIN,
            association.id() + " still refers to the old profile " + association.profileId())
        : attached(step.instanceProfileId(), step.roleId(), view, association);
  }

  /** Nothing is taken from an instance before what it shall have is whole, and is what was seen. */
  private static Result swappable(
      Optional<InstanceProfileId> profileId, Optional<String> roleId, InstanceView view) {
    if (view.profile().isEmpty()) {
      return outdated("IAM has no profile " + view.profileName().orElse("of that name"));
    }
    if (view.profile().get().role().isEmpty()) {
      return outdated("profile " + view.profile().get().id() + " holds no role");
    }
    return moved(profileId, roleId, view)
        .map(StepCheck::outdated)
        .orElseGet(() -> new Result(Standing.READY, ""));
  }

  /** What is another thing now, on the side of what the instance shall have, than was planned. */
  private static Optional<String> moved(
      Optional<InstanceProfileId> profileId, Optional<String> roleId, InstanceView view) {
    InstanceView.Profile profile = view.profile().orElseThrow();
    return profileId
        .filter(planned -> !planned.equals(profile.id()))
        .map(
            planned -> "profile " + profile.name() + " is " + profile.id() + " now, not " + planned)
        .or(() -> profile.role().flatMap(role -> movedRole(roleId, profile, role)));
  }

  private static Optional<String> movedRole(
      Optional<String> roleId, InstanceView.Profile profile, InstanceView.Role held) {
    return roleId
        .filter(planned -> !planned.equals(held.id()))
        .filter(planned -> InstanceView.comparableRoles(planned, held.id()))
        .map(
            planned ->
                "profile "
                    + profile.name()
                    + " holds role "
                    + held.name()
                    + " ("
                    + held.id()
                    + "), not "
                    + planned);
  }

  private static Result disassociate(
      RepairStep.DisassociateIamInstanceProfile step, InstanceView view) {
    if (view.association().isEmpty() || view.refersToProfile()) {
      return new Result(Standing.DONE, step.associationId() + " has ended");
    }
    InstanceView.Association association = view.association().get();
    if (!association.id().equals(step.associationId())) {
      return outdated(association.id() + " is in force now, to " + association.profileId());
    }
    if (association.state().equals("disassociating")) {
      return new Result(Standing.WAIT, association.id() + " is ending");
    }
    return view.stopped()
        ? swappable(step.instanceProfileId(), step.roleId(), view)
        : outdated("the instance is " + view.state() + ", where the association can be replaced");
  }

  private static Result associate(RepairStep.AssociateIamInstanceProfile step, InstanceView view) {
    if (view.association().isPresent()) {
      InstanceView.Association association = view.association().get();
      return association.state().equals("disassociating")
          ? new Result(Standing.WAIT, association.id() + " is ending")
          : attached(step.instanceProfileId(), step.roleId(), view, association);
    }
    return switch (view.state()) {
      case "running", "stopped" -> swappable(step.instanceProfileId(), step.roleId(), view);
      case "pending", "stopping" -> new Result(Standing.WAIT, "the instance is " + view.state());
      default -> gone(view);
    };
  }

  private static Result attached(
      Optional<InstanceProfileId> profileId,
      Optional<String> roleId,
      InstanceView view,
      InstanceView.Association association) {
    if (!view.refersToProfile()) {
      return outdated(
          association.id()
              + " is in force now, to "
              + association.profileId()
              + ", which is not the wanted profile");
    }
    Optional<String> moved = moved(profileId, roleId, view);
    if (moved.isPresent()) {
      return outdated(moved.get());
    }
    InstanceProfileId id = association.profileId();
    return association.settled()
        ? new Result(Standing.DONE, association.id() + " refers to " + id)
        : new Result(Standing.WAIT, association.id() + " is " + association.state());
  }

  private static Result stop(InstanceView view, Past past) {
    return switch (view.state()) {
      case "running" -> past.called() ? calledToStop(view, past) : mayStop(view, past);
      case "stopped" -> new Result(Standing.DONE, "the instance is stopped");
      // Pending, it is started by somebody who has stopped it meanwhile.
      case "stopping", "pending" -> new Result(Standing.WAIT, "the instance is " + view.state());
      default -> gone(view);
    };
  }

  /**
   * Once the metadata is healthy no call is repeated, but the one that went out may take effect.
   */
  private static Result calledToStop(InstanceView view, Past past) {
    if (past.restarted()) {
      return new Result(Standing.DONE, "the instance was stopped, and is started again");
    }
    return past.metadataHealthy(view)
        ? new Result(Standing.WAIT, "the call to stop the instance may yet take effect")
        : new Result(Standing.READY, "");
  }

  private static Result mayStop(InstanceView view, Past past) {
    boolean healthy = past.metadataHealthy(view);
    if (healthy && past.fresh()) {
      return new Result(Standing.NOT_NEEDED, "the metadata shows the role");
    }
    if (past.claimed()) {
      return new Result(Standing.WAIT, "another run is about to stop it, as the journal says");
    }
    if (past.undisturbed().compareTo(StepRunner.METADATA_PATIENCE) < 0) {
      return new Result(Standing.WAIT, "the metadata may follow yet");
    }
    if (healthy) {
      // It works; what it will show at its refresh is no reason to take it down.
      return new Result(
          Standing.NOT_NEEDED, "the metadata shows the role, as it did before the swap");
    }
    if (!view.stopHazards().isEmpty()) {
      return new Result(
          Standing.HARMFUL,
          "the instance must not be stopped: " + String.join("; ", view.stopHazards()));
    }
    return view.metadata().kind().witnesses()
        ? new Result(Standing.READY, "")
        : new Result(
            Standing.UNKNOWN,
            "whether the metadata follows is unknown, so the instance is not stopped for that: "
                + view.metadata().inWords());
  }

  private static Result start(InstanceView view, Past past) {
    if (!past.called() && !past.startOwed()) {
      return new Result(
          Standing.NOT_NEEDED, "the instance was not stopped by a repair, or is started already");
    }
    return switch (view.state()) {
      case "stopped" -> stopped(past);
      case "running" -> started(past);
      case "stopping", "pending" -> new Result(Standing.WAIT, "the instance is " + view.state());
      default -> gone(view);
    };
  }

  private static Result stopped(Past past) {
    if (past.fellBack().isPresent()) {
      return new Result(Standing.FELL_BACK, past.fellBack().get());
    }
    return past.claimed()
        ? new Result(Standing.WAIT, "another run is starting it, as the journal says")
        : new Result(Standing.READY, "");
  }

  /** A stop that AWS accepted takes effect, whatever an outdated look shows. */
  private static Result started(Past past) {
    if (past.called()) {
      return new Result(Standing.DONE, "the instance runs");
    }
    if (past.mayYetStop()) {
      return new Result(Standing.WAIT, "the call to stop the instance may yet take effect");
    }
    return past.stopAccepted()
        ? new Result(Standing.READY, "")
        : new Result(Standing.DONE, "the instance runs");
  }

  private static Result outdated(String what) {
    return new Result(Standing.OUTDATED, "the plan is out of date: " + what);
  }

  /** In no state from which it comes back. */
  private static Result gone(InstanceView view) {
    return new Result(Standing.GONE, "the plan is out of date: the instance is " + view.state());
  }
}
