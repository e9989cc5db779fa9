package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceProfileId;
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
    /** Neither yet: look again later. */
    WAIT,
    /** Not needed. */
    NOT_NEEDED,
    /** Somebody changed what the plan rests on. */
    OUTDATED
  }

  record Result(Standing standing, String detail) {}

  private StepCheck() {}

  static Result of(RepairStep step, InstanceView view, boolean stoppedByUs) {
    return switch (step.action()) {
      case CREATE_INSTANCE_PROFILE -> create(step, view);
      case ADD_ROLE_TO_INSTANCE_PROFILE -> addRole(step, view);
      case REPLACE_ASSOCIATION -> replace(step, view);
      case DISASSOCIATE -> disassociate(step, view);
      case ASSOCIATE -> associate(view);
      case STOP_INSTANCES -> stop(view);
      case START_INSTANCES -> start(view, stoppedByUs);
    };
  }

  private static Result create(RepairStep step, InstanceView view) {
    if (view.profile().isEmpty()) {
      return new Result(Standing.READY, "");
    }
    InstanceView.Profile profile = view.profile().get();
    return profile.arn().path().equals(step.parameter("Path"))
        ? new Result(Standing.DONE, profile.id() + " under path " + profile.arn().path())
        : outdated(
            "profile "
                + profile.name()
                + " exists under path "
                + profile.arn().path()
                + ", not "
                + step.parameter("Path"));
  }

  private static Result addRole(RepairStep step, InstanceView view) {
    if (view.profile().isEmpty()) {
      return new Result(Standing.WAIT, "IAM does not show the profile yet");
    }
    Optional<String> held = view.profile().get().roleName();
    String wanted = step.parameter("RoleName");
    if (held.isEmpty()) {
      return new Result(Standing.READY, "");
    }
    return held.get().equals(wanted)
        ? new Result(Standing.DONE, view.profile().get().id() + " holds " + wanted)
        : outdated("the profile holds role " + held.get() + ", not " + wanted);
  }

  private static Result replace(RepairStep step, InstanceView view) {
    if (view.association().isEmpty()) {
      return outdated("the instance has no association any more");
    }
    InstanceView.Association association = view.association().get();
    if (association.id().equals(step.parameter("AssociationId"))) {
      return view.running()
          ? new Result(Standing.READY, "")
          : outdated("the instance is " + view.state() + "; only a running one can be replaced");
    }
    return attached(view, association);
  }

  private static Result disassociate(RepairStep step, InstanceView view) {
    if (view.association().isEmpty() || view.refersToProfile()) {
      return new Result(Standing.DONE, step.parameter("AssociationId") + " has ended");
    }
    InstanceView.Association association = view.association().get();
    if (!association.id().equals(step.parameter("AssociationId"))) {
      return outdated(association.id() + " is in force now, to " + association.profileId());
    }
    return association.state().equals("disassociating")
        ? new Result(Standing.WAIT, association.id() + " is ending")
        : new Result(Standing.READY, "");
  }

  private static Result associate(InstanceView view) {
    return view.association()
        .map(association -> attached(view, association))
        .orElse(new Result(Standing.READY, ""));
  }

  private static Result attached(InstanceView view, InstanceView.Association association) {
    if (!view.refersToProfile()) {
      return outdated(
          association.id()
              + " is in force now, to "
              + association.profileId()
              + ", which is not the wanted profile");
    }
    InstanceProfileId id = association.profileId();
    return association.settled()
        ? new Result(Standing.DONE, association.id() + " refers to " + id)
        : new Result(Standing.WAIT, association.id() + " is " + association.state());
  }

  private static Result stop(InstanceView view) {
    if (view.metadataHealthy()) {
      return new Result(Standing.NOT_NEEDED, "the metadata shows the role");
    }
    return switch (view.state()) {
      case "running" -> new Result(Standing.READY, "");
      case "stopped" -> new Result(Standing.DONE, "the instance is stopped");
      case "stopping" -> new Result(Standing.WAIT, "the instance is stopping");
      default -> outdated("the instance is " + view.state());
    };
  }

  private static Result start(InstanceView view, boolean stoppedByUs) {
    if (!stoppedByUs) {
      return new Result(Standing.NOT_NEEDED, "the instance was not stopped");
    }
    return switch (view.state()) {
      case "stopped" -> new Result(Standing.READY, "");
      case "running" -> new Result(Standing.DONE, "the instance runs");
      case "stopping", "pending" -> new Result(Standing.WAIT, "the instance is " + view.state());
      default -> outdated("the instance is " + view.state());
    };
  }

  private static Result outdated(String what) {
    return new Result(
        Standing.OUTDATED, "the plan is out of date: " + what + ". Nothing was done; plan again");
  }
}
