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
    var notes = new ArrayList<>(plan.notes());
    var obstacles = new ArrayList<>(plan.obstacles());
    warning(plan, Optional.of(caller)).ifPresent(notes::add);
    lockout(plan, caller).ifPresent(obstacles::add);
    return plan.boundTo(plan.binding().madeBy(caller), obstacles, notes);
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
   * Whether a plan may begin.
   *
   * @param refusal why not; empty if it may
   * @param warnings what should be known of it
   */
  record Admitted(Optional<String> refusal, List<String> warnings) {}

  /**
   * Refuses a plan that is for another place, or for its maker only, or by which the caller would
   * lock itself out. The sessions of all instances of a role share a principal.
   *
   * @param caller who is about to carry it out; empty if that is not known
   * @param region where
   */
  static Admitted admit(RepairPlan plan, Optional<CallerIdentity> caller, String region) {
    PlanBinding bound = plan.binding();
    Optional<String> refusal =
        caller
            .flatMap(each -> lockout(plan, each))
            .map(Obstacle::describe)
            .or(() -> elsewhere("Region", bound.region(), region))
            .or(
                () ->
                    caller.flatMap(
                        who -> elsewhere("partition", bound.partition(), who.partition())))
            .or(
                () ->
                    caller.flatMap(who -> elsewhere("account", bound.accountId(), who.accountId())))
            .or(() -> notItsMaker(plan, caller));
    var warnings = new ArrayList<String>();
    warning(plan, caller).ifPresent(warnings::add);
    otherCaller(bound, caller).ifPresent(warnings::add);
    return new Admitted(refusal, warnings);
  }

  private static Optional<String> elsewhere(String what, String bound, String actual) {
    return bound.equals(actual)
        ? Optional.empty()
        : Optional.of(
            "the plan is for " + what + " " + bound + ", and this is " + what + " " + actual);
  }

  private static Optional<String> otherCaller(PlanBinding bound, Optional<CallerIdentity> caller) {
    return caller
        .map(CallerIdentity::principal)
        .filter(who -> bound.principal().filter(maker -> !maker.equals(who)).isPresent())
        .map(who -> "the plan was made by " + bound.principal().get() + ", and this is " + who);
  }

  private static Optional<String> notItsMaker(RepairPlan plan, Optional<CallerIdentity> caller) {
    if (!plan.target().forSameCallerOnly()) {
      return Optional.empty();
    }
    Optional<String> maker = plan.binding().principal();
    return maker.isPresent() && maker.equals(caller.map(CallerIdentity::principal))
        ? Optional.empty()
        : Optional.of(
            "the plan is for its own caller only, "
                + maker.orElse("of whom it does not tell")
                + ", and this is "
                + caller.map(CallerIdentity::principal).orElse("nobody who says so")
                + "; give caller(…) when it is made and when it is carried out");
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
}
