package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** Diagnoses by the name of a profile or a role. */
class ReferrersTest {
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceProfileOps ops;

  @BeforeEach
  void open() {
    // So that every listing has several pages.
    account = SimulatedAccount.builder().clock(clock).pageLimit(2).build();
    account.createInstanceProfile("web", "web-role");
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
    iam = SdkClients.administrator(account).build(IamClient.builder());
    ops = InstanceProfileOps.builder(ec2, iam).clock(clock).build();
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  @Test
  void a_healthy_profile_is_healthy_with_all_its_instances_and_nothing_is_written() {
    List<String> ids = launch(5);
    account.createInstanceProfile("web-2", "other-role");
    account.launchInstance("web-2");
    account.clearJournal();

    ProfileDiagnosis diagnosis = ops.diagnoseProfile("web");

    assertThat(diagnosis.condition()).isEqualTo(ProfileCondition.HOLDS_ROLE);
    assertThat(diagnosis.role()).contains("web-role");
    assertThat(diagnosis.healthy()).isTrue();
    assertThat(diagnosis.instances())
        .extracting(each -> each.instance().value())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(account.calls()).noneMatch(ApiCall::write);
  }

  @Test
  void a_profile_created_again_under_another_path_tells_whom_it_lost() {
    launch(3);
    account.deleteInstanceProfile("web");
    iam.createInstanceProfile(r -> r.instanceProfileName("web").path("/moved/"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    account.launchInstance("web");
    clock.advance(Duration.ofMinutes(10));

    ProfileDiagnosis diagnosis = ops.diagnoseProfile("web");

    assertThat(diagnosis.healthy()).isFalse();
    assertThat(diagnosis.instances()).hasSize(4);
    assertThat(diagnosis.instances().stream().filter(InstanceDiagnosis::healthy)).hasSize(1);
    assertThat(
            diagnosis.instances().stream()
                .filter(each -> each.has(FindingType.PROFILE_PATH_CHANGED)))
        .hasSize(3);
    assertThat(diagnosis.describe()).contains("4 instances", "3 of them not known to be healthy");
  }

  @Test
  void a_profile_that_is_gone_is_missing_and_its_instances_are_still_found() {
    launch(1);
    account.deleteInstanceProfile("web");

    ProfileDiagnosis diagnosis = ops.diagnoseProfile("web");

    assertThat(diagnosis.condition()).isEqualTo(ProfileCondition.MISSING);
    assertThat(diagnosis.instances())
        .singleElement()
        .matches(each -> each.has(FindingType.PROFILE_DELETED));
  }

  @Test
  void a_profile_without_a_role_or_at_all_is_told_although_nobody_uses_it() {
    iam.createInstanceProfile(r -> r.instanceProfileName("orphan"));

    assertThat(ops.diagnoseProfile("orphan"))
        .satisfies(
            each -> {
              assertThat(each.condition()).isEqualTo(ProfileCondition.WITHOUT_ROLE);
              assertThat(each.instances()).isEmpty();
              assertThat(each.healthy()).isFalse();
            });
    assertThat(ops.diagnoseProfile("never").condition()).isEqualTo(ProfileCondition.MISSING);
  }

  @Test
  void instances_that_have_ended_do_not_count() {
    List<String> ids = launch(2);
    ec2.terminateInstances(r -> r.instanceIds(ids.get(0)));
    clock.advance(Duration.ofMinutes(10));

    assertThat(ops.diagnoseProfile("web").instances())
        .extracting(each -> each.instance().value())
        .containsExactly(ids.get(1));
  }

  @Test
  void a_role_leads_to_every_profile_that_holds_it() {
    launch(1);
    for (String name : List.of("web-a", "web-b", "web-c")) {
      iam.createInstanceProfile(r -> r.instanceProfileName(name));
      iam.addRoleToInstanceProfile(r -> r.instanceProfileName(name).roleName("web-role"));
    }

    RoleDiagnosis diagnosis = ops.diagnoseRole("web-role");

    assertThat(diagnosis.exists()).isTrue();
    assertThat(diagnosis.healthy()).isTrue();
    assertThat(diagnosis.profiles())
        .extracting(ProfileDiagnosis::profile)
        .containsExactlyInAnyOrder("web", "web-a", "web-b", "web-c");
    assertThat(diagnosis.describe()).contains("4 instance profiles", "CloudTrail");
  }

  @Test
  void a_role_that_lost_the_profile_of_its_own_name_leads_to_its_instances() {
    account.createInstanceProfile("app", "app");
    String id = account.launchInstance("app").id();
    account.deleteInstanceProfile("app");

    RoleDiagnosis diagnosis = ops.diagnoseRole("app");

    assertThat(diagnosis.healthy()).isFalse();
    assertThat(diagnosis.profiles())
        .singleElement()
        .satisfies(
            profile -> {
              assertThat(profile.condition()).isEqualTo(ProfileCondition.MISSING);
              assertThat(profile.instances().get(0).instance().value()).isEqualTo(id);
            });
  }

  @Test
  void a_role_that_does_not_exist_is_told() {
    RoleDiagnosis diagnosis = ops.diagnoseRole("never");

    assertThat(diagnosis.exists()).isFalse();
    assertThat(diagnosis.healthy()).isFalse();
    assertThat(diagnosis.profiles()).isEmpty();
  }

  @Test
  void a_listing_that_is_denied_is_a_failure_and_not_an_empty_list() {
    account.inject(Fault.error(403, "AccessDenied", "no").on("ListInstanceProfilesForRole"));

    assertThatThrownBy(() -> ops.diagnoseRole("web-role"))
        .isInstanceOfSatisfying(
            InstanceProfileOpsException.class,
            e -> assertThat(e.operation()).isEqualTo("ListInstanceProfilesForRole"))
        .hasMessageContaining("iam:ListInstanceProfilesForRole");
  }

  private List<String> launch(int count) {
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      ids.add(account.launchInstance("web").id());
    }
    return ids;
  }
}
