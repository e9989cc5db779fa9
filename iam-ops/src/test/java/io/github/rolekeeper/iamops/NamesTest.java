package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** IAM's names are unique whatever their case, and are compared so. */
class NamesTest {
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  private InstanceProfileOps ops() {
    return InstanceProfileOps.builder(ec2, iam).clock(clock).pauser(clock::advance).build();
  }

  private RepairTarget.Builder target() {
    return RepairTarget.forInstance(id);
  }

  @Test
  void a_role_in_another_case_is_put_in_by_the_name_that_iam_has() {
    account.deleteInstanceProfile("web");

    RepairPlan plan = ops().plan(target().role("WEB-ROLE").build());

    assertThat(plan.steps().get(1).parameters()).containsEntry("RoleName", "web-role");
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);
    assertThat(Repaired.by(ops().execute(plan))).isTrue();
    assertThat(ops().roleOf(id)).contains("web-role");
  }

  @Test
  void a_healthy_instance_stays_so_whatever_the_case_it_is_asked_for_in() {
    RepairTarget target = target().instanceProfile("Web").role("Web-Role").build();

    assertThat(ops().diagnoseDeeply(target).findings()).isEmpty();
    assertThat(ops().plan(target).nothingToDo()).isTrue();
  }

  @Test
  void a_profile_that_is_asked_for_in_another_case_is_swapped_to_by_the_name_that_iam_has() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");

    RepairPlan plan = ops().plan(target().instanceProfile("WEB").build());

    assertThat(plan.steps())
        .singleElement()
        .satisfies(
            step -> assertThat(step.parameters()).containsEntry("IamInstanceProfile.Name", "web"));
    assertThat(Repaired.by(ops().execute(RepairPlan.fromJson(plan.toJson())))).isTrue();
  }

  @Test
  void a_profile_made_again_keeps_its_path_if_only_the_case_of_its_name_differs() {
    iam.createInstanceProfile(r -> r.instanceProfileName("Team").path("/team/"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("Team").roleName("web-role"));
    id = InstanceId.of(account.launchInstance("Team").id());
    account.deleteInstanceProfile("Team");

    RepairPlan plan = ops().plan(target().instanceProfile("team").role("web-role").build());

    assertThat(plan.steps().get(0).parameters())
        .isEqualTo(Map.of("InstanceProfileName", "team", "Path", "/team/"));
    assertThat(Repaired.by(ops().execute(plan))).isTrue();
  }

  @Test
  void a_stored_plan_agrees_in_its_names_without_case_and_in_its_ids_with_it() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    account.createInstanceProfile("db", "db-role");
    RepairPlan plan =
        ops().plan(target().instanceProfile("web").role("db-role").allowRoleRemoval().build());
    String json = plan.toJson();
    String profile =
        ((RepairStep.RemoveRoleFromInstanceProfile) plan.steps().get(0))
            .instanceProfileId()
            .value();

    assertThat(
            RepairPlan.fromJson(
                    json.replaceFirst("\"role\" : \"db-role\"", "\"role\" : \"DB-Role\""))
                .steps())
        .isEqualTo(plan.steps());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RepairPlan.fromJson(
                    json.replaceFirst(
                        "\"instanceProfileId\" : \"" + profile,
                        "\"instanceProfileId\" : \"" + profile.toLowerCase(Locale.ROOT))))
        .withMessageContaining("expects.instanceProfileId is");
  }
}
