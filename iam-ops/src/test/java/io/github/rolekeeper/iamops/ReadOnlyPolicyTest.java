package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;

/** A principal that has the read-only policy alone can diagnose and plan, and needs all of it. */
class ReadOnlyPolicyTest {
  private static final String POLICY = InstanceProfileOps.readOnlyPolicy();

  private static TreeSet<String> actions() {
    var actions = new TreeSet<String>();
    IamPolicy.fromJson(POLICY)
        .statements()
        .forEach(each -> each.actions().forEach(action -> actions.add(action.value())));
    return actions;
  }

  /** All that the library can look at, of an instance in a state. */
  private static List<Unknown> look(MatrixAccount account, InstanceProfileOps ops) {
    var unknowns = new ArrayList<>(ops.diagnose(account.id()).unknowns());
    unknowns.addAll(ops.diagnoseDeeply(account.target()).unknowns());
    ops.diagnoseProfile("web").instances().forEach(each -> unknowns.addAll(each.unknowns()));
    unknowns.addAll(ops.diagnoseRole("web-role").unknowns());
    unknowns.addAll(ops.plan(account.target()).diagnosis().unknowns());
    return unknowns;
  }

  @Test
  void it_is_all_that_diagnoses_and_plans_call_and_no_more() throws Exception {
    var called = new TreeSet<String>();
    for (MatrixState state : List.of(MatrixState.B2, MatrixState.B3, MatrixState.B4)) {
      try (var account = new MatrixAccount(state, false)) {
        look(account, account.ops(true, POLICY));
        List<ApiCall> calls = account.calls();
        assertThat(calls)
            .noneMatch(call -> call.outcome().matches("AccessDenied|UnauthorizedOperation"))
            .noneMatch(ApiCall::write);
        calls.forEach(call -> called.add(call.service() + ":" + call.operation()));
      }
    }
    assertThat(called).isEqualTo(actions());
  }

  @ParameterizedTest
  @CsvSource({
    "iam:GetRolePolicy, B3, REVOCATION",
    "iam:GetRole, B3, ROLE_ID",
    "iam:ListRoles, B2, ACCOUNT",
    "ec2:DescribeVolumes, B3, VOLUME_ENCRYPTION"
  })
  void an_optional_read_that_is_denied_is_an_unknown_and_no_failure(
      String action, MatrixState state, UnknownType type) throws Exception {
    try (var account = new MatrixAccount(state, false)) {
      List<Unknown> before = look(account, account.ops(true));
      assertThat(before).noneMatch(each -> each.type() == type);

      List<Unknown> unknowns = look(account, denied(account, action));

      assertThat(unknowns)
          .filteredOn(each -> each.type() == type)
          .isNotEmpty()
          .allSatisfy(each -> assertThat(each.describe()).contains(action));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ec2:DescribeInstanceTypes, whether its type t3.micro has instance store volumes is unknown",
    "ec2:DescribeInstanceAttribute, whether it is protected from being stopped is unknown"
  })
  void a_hazard_that_may_not_be_read_keeps_the_stop_out_of_the_plan_which_says_why(
      String action, String told) throws Exception {
    try (var account = new MatrixAccount(MatrixState.B3, false)) {
      InstanceProfileOps ops = denied(account, action);
      look(account, ops);
      RepairPlan plan = ops.plan(account.target());

      assertThat(plan.steps()).isNotEmpty();
      assertThat(plan.has(RepairAction.STOP_INSTANCES)).isFalse();
      assertThat(plan.notes()).anySatisfy(note -> assertThat(note).contains(told).contains(action));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ec2:DescribeInstances",
    "ec2:DescribeIamInstanceProfileAssociations",
    "iam:GetInstanceProfile",
    "iam:ListInstanceProfilesForRole"
  })
  void a_necessary_read_that_is_denied_is_an_error_that_names_the_action(String action)
      throws Exception {
    try (var account = new MatrixAccount(MatrixState.B3, false)) {
      InstanceProfileOps ops = denied(account, action);

      assertThatExceptionOfType(InstanceProfileOpsException.class)
          .isThrownBy(() -> look(account, ops))
          .withMessageContaining("The caller needs permission for " + action)
          .satisfies(e -> assertThat(e.kind()).isEqualTo(InstanceProfileOpsException.Kind.DENIED));
    }
  }

  private static InstanceProfileOps denied(MatrixAccount account, String action) {
    if (action.equals("ec2:DescribeVolumes")) {
      // The simulated account does not know it, and so asks for no permission.
      account
          .simulated()
          .inject(Fault.error(403, "UnauthorizedOperation", "no").on("DescribeVolumes"));
    }
    return account.ops(true, MatrixTest.without(POLICY, action));
  }
}
