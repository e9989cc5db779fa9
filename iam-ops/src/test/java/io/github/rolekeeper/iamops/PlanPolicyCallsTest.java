package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.ApiCall;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;

/** A plan's policy holds what making the plan and carrying it out calls, and nothing else. */
class PlanPolicyCallsTest {
  static Stream<MatrixTest.Line> repairs() {
    return MatrixTest.lines().stream()
        .filter(line -> !line.steps().isEmpty())
        .filter(line -> line.place().state() != MatrixState.B15);
  }

  @ParameterizedTest
  @MethodSource("repairs")
  void whoever_has_the_policy_can_plan_repair_and_plan_again(MatrixTest.Line line)
      throws Exception {
    MatrixTest.Place place = line.place();
    try (var account = new MatrixAccount(place.state(), place.stopped())) {
      RepairPlan before = account.ops(place.metadata()).plan(account.target());
      InstanceProfileOps ops = account.ops(place.metadata(), before.policy());

      RepairPlan plan = ops.plan(account.target());
      assertThat(plan.steps()).isEqualTo(before.steps());
      assertThat(Repaired.by(ops.execute(plan))).isTrue();
      assertThat(ops.plan(account.target()).nothingToDo()).isTrue();

      List<ApiCall> calls = account.calls();
      assertThat(calls)
          .noneMatch(call -> call.outcome().matches("AccessDenied|UnauthorizedOperation"));
      TreeSet<String> allowed = actions(before.policy());
      var called = new TreeSet<String>();
      calls.forEach(call -> called.add(call.service() + ":" + call.operation()));
      assertThat(allowed).containsAll(called);
      allowed.removeAll(called);
      assertThat(allowed)
          .as("what is allowed and was not called: no call of its own, or the last rung")
          .isSubsetOf("iam:PassRole", "ec2:StopInstances", "ec2:StartInstances");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"iam:GetRole", "iam:GetRolePolicy"})
  void who_may_not_read_the_role_is_told_what_stays_unknown_for_that(String action)
      throws Exception {
    try (var account = new MatrixAccount(MatrixState.B3, false)) {
      String policy = account.ops(false).plan(account.target()).policy();
      assertThat(actions(policy)).contains(action);

      RepairPlan plan =
          account.ops(false, MatrixTest.without(policy, action)).plan(account.target());

      assertThat(plan.diagnosis().unknowns())
          .anySatisfy(unknown -> assertThat(unknown.describe()).contains(action));
    }
  }

  @Test
  void a_plan_that_only_starts_the_instance_has_no_statement_without_a_resource() throws Exception {
    try (var account = new MatrixAccount(MatrixState.B5, false)) {
      InstanceProfileOps ops = account.ops(true);
      RepairRun run = ops.start(ops.plan(account.target()), outcome -> {});
      while (!account.isStopped()) {
        if (run.advance() instanceof RepairProgress.RetryAfter wait) {
          account.clock().advance(wait.delay());
        }
      }
      // The run is dropped here; and somebody takes the profile off meanwhile.
      account.ec2().disassociateIamInstanceProfile(r -> r.associationId(account.association()));

      RepairPlan plan = ops.plan(RepairTarget.forInstance(account.id()).build());

      assertThat(plan.steps()).extracting(RepairStep::operation).containsExactly("StartInstances");
      assertThat(IamPolicy.fromJson(plan.policy()).statements())
          .isNotEmpty()
          .allSatisfy(statement -> assertThat(statement.resources()).isNotEmpty());
    }
  }

  private static TreeSet<String> actions(String policy) {
    var actions = new TreeSet<String>();
    IamPolicy.fromJson(policy)
        .statements()
        .forEach(each -> each.actions().forEach(action -> actions.add(action.value())));
    return actions;
  }
}
