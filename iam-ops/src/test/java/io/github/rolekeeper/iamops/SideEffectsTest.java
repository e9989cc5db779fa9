package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** A plan tells what it changes beside its own instance. */
class SideEffectsTest {
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.builder().clock(clock).pageLimit(5).build();
    account.createInstanceProfile("web", "web-role");
    account.createInstanceProfile("db", "db-role");
    id = launch("web");
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  private InstanceId launch(String profile) {
    return InstanceId.of(account.launchInstance(profile).id());
  }

  private List<InstanceId> launch(String profile, int count) {
    var launched = new ArrayList<InstanceId>();
    for (int i = 0; i < count; i++) {
      launched.add(launch(profile));
    }
    return launched;
  }

  private void removeRole() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
  }

  private RepairTarget.Builder target() {
    return RepairTarget.forInstance(id);
  }

  private RepairPlan plan(RepairTarget.Builder target) {
    return InstanceProfileOps.builder(ec2, iam)
        .clock(clock)
        .pauser(clock::advance)
        .build()
        .plan(target.build());
  }

  private long listings() {
    return account.calls().stream()
        .map(ApiCall::operation)
        .filter(each -> each.equals("DescribeInstances"))
        .count();
  }

  @ParameterizedTest
  @CsvSource({"0, none;", "1, i-", "10, i-", "13, and 3 more;"})
  void a_role_put_into_a_profile_reaches_every_instance_on_it_which_are_named(
      int count, String told) {
    List<InstanceId> others = launch("web", count);
    launch("db");
    removeRole();

    RepairPlan plan = plan(target().role("web-role"));

    assertThat(plan.alsoAffected()).containsExactlyInAnyOrderElementsOf(others);
    assertThat(plan.describe())
        .contains("gets the role with this one: in this Region " + (count == 0 ? "none" : "i-"))
        .contains(told, "those of other Regions are unknown")
        .contains("; every instance that is not on profile AIPA");
    assertThat(others)
        .filteredOn(other -> plan.describe().contains(other.value()))
        .hasSize(Math.min(count, 10));
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);
  }

  @Test
  void a_role_that_is_exchanged_in_place_is_exchanged_for_each_of_them() {
    List<InstanceId> others = launch("web", 2);

    RepairPlan plan = plan(target().role("db-role").allowRoleRemoval());

    assertThat(plan.alsoAffected()).containsExactlyInAnyOrderElementsOf(others);
    assertThat(plan.describe()).contains("and is without one for a moment before: in this Region");
  }

  @Test
  void an_instance_that_has_ended_is_not_named() {
    InstanceId ended = launch("web");
    removeRole();
    ec2.terminateInstances(r -> r.instanceIds(ended.value()));

    assertThat(plan(target().role("web-role")).alsoAffected()).isEmpty();
  }

  @Test
  void who_only_gets_another_profile_or_a_new_one_affects_nobody_and_does_not_ask() {
    launch("web", 2);
    account.clearJournal();

    RepairPlan moved = plan(target().instanceProfile("db").role("db-role"));
    account.deleteInstanceProfile("web");
    RepairPlan made = plan(target().role("web-role"));

    for (RepairPlan plan : List.of(moved, made)) {
      assertThat(plan.steps()).isNotEmpty();
      assertThat(plan.alsoAffected()).isEmpty();
      assertThat(plan.describe())
          .contains("untouched    every role, its policies and its trust; every other profile;")
          .contains("every other instance\n")
          .doesNotContain("also touched");
    }
    assertThat(listings()).isEqualTo(2);
  }

  @Test
  void a_trust_policy_that_lets_ec2_in_does_so_for_whoever_has_the_role() {
    iam.updateAssumeRolePolicy(
        r ->
            r.roleName("web-role")
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                     "Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}"""));

    assertThat(plan(target().allowTrustPolicyChange()).describe())
        .contains("every other instance, but that EC2 may give credentials of role web-role to");
  }

  @Test
  void others_that_may_not_be_listed_are_an_unknown_and_no_failure() {
    launch("web", 2);
    removeRole();
    // The first is for the instance itself.
    account.inject(
        Fault.error(403, "UnauthorizedOperation", "no").on("DescribeInstances").atCalls(2));

    RepairPlan plan = plan(target().role("web-role"));

    assertThat(plan.steps()).isNotEmpty();
    assertThat(plan.alsoAffected()).isEmpty();
    assertThat(plan.diagnosis().unknowns())
        .filteredOn(each -> each.type() == UnknownType.OTHER_INSTANCES)
        .singleElement()
        .satisfies(each -> assertThat(each.describe()).contains("ec2:DescribeInstances"));
    assertThat(plan.describe()).contains("in this Region they could not be listed; those of other");
  }

  @Test
  void ids_in_a_stored_plan_that_are_none_are_refused() {
    launch("web");
    removeRole();
    RepairPlan plan = plan(target().role("web-role"));
    String other = plan.alsoAffected().get(0).value();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepairPlan.fromJson(plan.toJson().replace(other, "x")))
        .withMessageContaining("alsoAffected is wrong");
  }
}
