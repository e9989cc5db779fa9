package io.github.rolekeeper.iamops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What it means for a plan who carries it out. Pure. */
final class CallerRules {
  private CallerRules() {}

  /** The plan for this caller: bound to it, and with what the caller should know of itself. */
  static RepairPlan bind(RepairPlan plan, InstanceView view, CallerIdentity caller) {
    AccountRef account = view.account();
    if (!caller.accountId().equals(account.accountId())) {
      throw new InstanceProfileOpsException(
          InstanceProfileOpsException.Kind.DIFFERENT_ACCOUNTS,
          "GetCallerIdentity",
          "",
          "the clients belong to different accounts: the caller "
              + caller.arn()
              + " is of account "
              + caller.accountId()
              + ", and EC2 shows the instance in account "
              + account.accountId()
              + "; pass clients of the instance's account, or its own caller",
          null);
    }
    var binding =
        new PlanBinding(
            caller.principal(), account.accountId(), account.partition(), account.region());
    var notes = new ArrayList<>(plan.notes());
    var obstacles = new ArrayList<>(plan.obstacles());
    warning(plan, Optional.of(caller)).ifPresent(notes::add);
    lockout(plan, caller).ifPresent(obstacles::add);
    boolean blocked = !obstacles.isEmpty();
    return new RepairPlan(
        plan.id(),
        plan.createdAt(),
        plan.target(),
        plan.diagnosis(),
        blocked ? List.of() : plan.steps(),
        obstacles,
        notes,
        blocked ? "" : plan.policy(),
        Optional.of(binding));
  }

  /** EC2 names a session that it delivers after the instance. */
  private static boolean runsOn(CallerIdentity caller, RepairPlan plan) {
    return caller.sessionName().equals(Optional.of(plan.target().instance().value()));
  }

  /** What a caller should know that runs on what it repairs; empty if it does not. */
  static Optional<String> warning(RepairPlan plan, Optional<CallerIdentity> caller) {
    return caller
        .filter(each -> runsOn(each, plan) && !plan.steps().isEmpty())
        .map(
            each ->
                "the caller "
                    + each.arn()
                    + " runs on the very credentials under repair, which may end before it is"
                    + " through: better carry this out as another principal");
  }

  /** Why the caller would take from itself what it needs to give it back. */
  private static Optional<Obstacle> lockout(RepairPlan plan, CallerIdentity caller) {
    if (!runsOn(caller, plan)) {
      return Optional.empty();
    }
    String self = "The caller " + caller.arn() + " runs on " + plan.target().instance();
    if (has(plan, RepairAction.STOP_INSTANCES)) {
      return Optional.of(
          new Values.Hindrance(
              ObstacleType.CALLER_LOCKED_OUT,
              self + ", which this plan stops, and could not start it again.",
              "Carry it out from elsewhere, or without allowStopStart()."));
    }
    return has(plan, RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE)
        ? Optional.of(
            new Values.Hindrance(
                ObstacleType.CALLER_LOCKED_OUT,
                self
                    + ", whose association this plan ends, and might have no credentials left to"
                    + " make it again.",
                "Carry it out from elsewhere."))
        : Optional.empty();
  }

  private static boolean has(RepairPlan plan, RepairAction action) {
    return plan.steps().stream().anyMatch(step -> step.action() == action);
  }

  /**
   * Refuses a plan that is for somebody else, or by which the caller would lock itself out. A plan
   * is bound to a principal, which the sessions of all instances of a role share, so the session
   * that carries it out need not be the one that made it.
   *
   * @param caller who is about to carry it out; empty if that is not known
   * @param region where
   * @throws IllegalArgumentException if the plan is bound otherwise, or takes from the caller
   *     itself
   */
  static void check(RepairPlan plan, Optional<CallerIdentity> caller, String region) {
    caller
        .flatMap(each -> lockout(plan, each))
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(
                  "plan " + plan.id() + " cannot be carried out: " + why.describe());
            });
    if (plan.binding().isEmpty()) {
      return;
    }
    PlanBinding bound = plan.binding().get();
    if (caller.isEmpty()) {
      throw refused(plan, "principal " + bound.principal(), "nobody says who the caller is");
    }
    same(plan, "principal", bound.principal(), caller.get().principal());
    same(plan, "partition", bound.partition(), caller.get().partition());
    same(plan, "Region", bound.region(), region);
  }

  /** Refuses to take the caller's own permissions away. */
  static void checkRevocation(String role, Optional<CallerIdentity> caller) {
    if (caller.flatMap(CallerIdentity::roleName).filter(role::equalsIgnoreCase).isPresent()) {
      throw new IllegalArgumentException(
          "the caller "
              + caller.get().arn()
              + " is itself a session of role "
              + role
              + " and would lock itself out; revoke as another principal");
    }
  }

  private static void same(RepairPlan plan, String what, String bound, String actual) {
    if (!bound.equals(actual)) {
      throw refused(plan, what + " " + bound, "this is " + actual);
    }
  }

  private static IllegalArgumentException refused(RepairPlan plan, String bound, String actual) {
    return new IllegalArgumentException(
        "plan "
            + plan.id()
            + " is bound to "
            + bound
            + ", and "
            + actual
            + ": carry it out as and where it was made, with caller(…) given, or plan again");
  }
}
