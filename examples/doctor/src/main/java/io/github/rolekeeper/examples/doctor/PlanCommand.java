package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.RepairPlan;
import picocli.CommandLine.Command;

@Command(
    name = "plan",
    sortOptions = false,
    description = "Prints what a repair would do, in order, and what it needs. Only reads.")
final class PlanCommand extends PlanningCommand {
  PlanCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int run(Connection open) {
    RepairPlan plan = open.ops().plan(target.target(allowances));
    print(plan.describe(), plan.toJson());
    return exit(plan);
  }

  private static int exit(RepairPlan plan) {
    return plan.steps().isEmpty() ? DiagnoseCommand.exit(plan.diagnosis()) : Exit.FINDINGS;
  }
}
