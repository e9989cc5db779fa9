package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.Timing;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;

/** What is done to a role, its trust or the metadata service only by named permission. */
class RoleRepairTest {
  private static final String LAMBDA_TRUST =
      """
      {"Version":"2012-10-17","Id":"kept","Statement":{"Sid":"Kept","Effect":"Allow",
       "Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}""";
  private static final String DELETED = "AROADELETEDDELETEDDEL";

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    account.createInstanceProfile("other", "other-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
  }

  @AfterEach
  void close() {
    ec2.close();
    iam.close();
    account.close();
  }

  @Test
  void another_role_is_not_removed_unless_that_is_permitted_by_name() {
    RepairPlan plan = ops().plan(target().role("other-role").build());

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.obstacles())
        .singleElement()
        .asString()
        .contains("instanceProfile(name) with the name of a new profile", "allowRoleRemoval()");
  }

  @Test
  void the_usual_cure_of_a_wrong_role_is_a_new_profile_of_the_caller_s_name() {
    RepairPlan plan = ops().plan(target().role("other-role").instanceProfile("web-other").build());
    account.clearJournal();

    assertThat(Repaired.by(ops().execute(plan))).isTrue();

    assertThat(account.mutatingCalls())
        .containsExactly(
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation");
    assertThat(ops().roleOf(id)).contains("other-role");
    assertThat(roleIn("web")).isEqualTo("web-role");
  }

  @Test
  void a_role_is_exchanged_in_place_and_the_plan_says_who_is_without_one_meanwhile() {
    RepairPlan plan = ops().plan(target().role("other-role").allowRoleRemoval().build());
    assertThat(plan.describe())
        .contains("EVERY INSTANCE ON PROFILE web IS WITHOUT A ROLE")
        .contains("also touched every other instance on profile");
    account.clearJournal();

    RepairReport report = ops().execute(plan);

    assertThat(Repaired.by(report)).as(report.describe()).isTrue();
    assertThat(account.mutatingCalls())
        .containsExactly(
            "RemoveRoleFromInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation");
    assertThat(roleIn("web")).isEqualTo("other-role");
    account.clearJournal();
    assertThat(ops().plan(target().role("other-role").allowRoleRemoval().build()).nothingToDo())
        .isTrue();
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void the_role_that_was_taken_out_may_still_show_for_a_while() {
    RepairPlan plan = ops().plan(target().role("other-role").allowRoleRemoval().build());
    RepairRun run = ops().start(plan, outcome -> {});
    advanceToTheEndOfAStep(run);
    // As IAM shows it where a read comes from a part that is behind.
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    for (int look = 0; look < 6; look++) {
      RepairProgress progress = run.advance();
      assertThat(progress).isInstanceOf(RepairProgress.RetryAfter.class);
      clock.advance(((RepairProgress.RetryAfter) progress).delay());
    }
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    assertThat(advanceToTheEndOfAStep(run).status()).isEqualTo(StepStatus.DONE);
    assertThat(roleIn("web")).isEqualTo("other-role");
  }

  private StepOutcome advanceToTheEndOfAStep(RepairRun run) {
    RepairProgress progress = run.advance();
    while (progress instanceof RepairProgress.RetryAfter wait) {
      clock.advance(wait.delay());
      progress = run.advance();
    }
    return ((RepairProgress.StepEnded) progress).outcome();
  }

  @Test
  void nothing_is_removed_for_a_role_that_does_not_exist_or_that_ec2_may_not_assume() {
    RepairPlan missing = ops().plan(target().role("no-such").allowRoleRemoval().build());
    iam.updateAssumeRolePolicy(r -> r.roleName("other-role").policyDocument(LAMBDA_TRUST));
    RepairPlan untrusting = ops().plan(target().role("other-role").allowRoleRemoval().build());

    assertThat(missing.steps()).isEmpty();
    assertThat(missing.obstacles()).singleElement().asString().contains("no-such", "iam:GetRole");
    assertThat(untrusting.steps()).isEmpty();
    assertThat(untrusting.obstacles()).singleElement().asString().contains("trust policy");
  }

  @Test
  void only_the_very_role_that_was_seen_is_removed() {
    RepairPlan plan = ops().plan(target().role("other-role").allowRoleRemoval().build());
    account.createInstanceProfile("third", "third-role");
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("third-role"));
    account.clearJournal();

    RepairReport report = ops().execute(RepairPlan.fromJson(plan.toJson()));

    assertThat(report.succeeded()).isFalse();
    assertThat(report.describe()).contains("out of date", "third-role");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_run_that_is_cancelled_does_not_leave_the_profile_without_a_role() {
    RepairPlan plan = ops().plan(target().role("other-role").allowRoleRemoval().build());
    RepairRun[] run = new RepairRun[1];
    run[0] = ops().start(plan, outcome -> run[0].cancel());

    RepairReport report = run[0].drive();

    assertThat(report.outcomes())
        .extracting(outcome -> outcome.step().operation())
        .containsExactly("RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile");
    assertThat(roleIn("web")).isEqualTo("other-role");
  }

  @Test
  void where_the_role_cannot_be_put_in_the_one_that_was_taken_out_is_put_back() {
    RepairTarget target = target().role("other-role").allowRoleRemoval().build();
    RepairPlan plan = ops().plan(target);
    account.inject(Fault.error(403, "AccessDenied", "no").on("AddRoleToInstanceProfile").times(1));

    RepairReport report = ops().execute(plan);

    assertThat(report.succeeded()).isFalse();
    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    assertThat(report.advice()).contains("what the instance had is put back", "step 2");
    assertThat(roleIn("web")).isEqualTo("web-role");
  }

  @Test
  void a_role_that_could_neither_be_put_in_nor_put_back_is_told_and_the_next_run_puts_it_in() {
    RepairTarget target = target().role("other-role").allowRoleRemoval().build();
    RepairPlan plan = ops().plan(target);
    account.inject(Fault.error(403, "AccessDenied", "no").on("AddRoleToInstanceProfile").times(2));

    RepairReport report = ops().execute(plan);

    assertThat(report.succeeded()).isFalse();
    assertThat(report.advice()).contains("TOOK THE ROLE OUT OF THE PROFILE", "role(name)");
    assertThat(Repaired.by(ops().execute(ops().plan(target)))).isTrue();
    assertThat(roleIn("web")).isEqualTo("other-role");
  }

  @Test
  void reads_that_still_show_the_old_role_are_waited_for() {
    account.timing(Timing.IAM_READ_AFTER_WRITE, Duration.ofSeconds(20));
    RepairPlan plan = ops().plan(target().role("other-role").allowRoleRemoval().build());
    account.clearJournal();

    RepairReport report = ops().execute(plan);

    assertThat(Repaired.by(report)).as(report.describe()).isTrue();
    assertThat(account.mutatingCalls()).hasSize(3);
  }

  @Test
  void a_role_created_again_is_put_in_by_its_new_id() {
    try (IamClient odd =
        SdkClients.administrator(account)
            .inProcess()
            .build(
                IamClient.builder()
                    .overrideConfiguration(
                        o -> o.addExecutionInterceptor(new HoldsTheDeletedRole())))) {
      InstanceProfileOps ops =
          InstanceProfileOps.builder(ec2, odd)
              .clock(clock)
              .pauser(clock::advance)
              .ownHost(id -> false)
              .journal(new KeptJournal())
              .build();
      RepairPlan left = ops.plan(target().build());
      assertThat(left.steps()).isEmpty();
      assertThat(left.notes()).anySatisfy(note -> assertThat(note).contains("allowRoleRemoval()"));

      RepairPlan plan = ops.plan(target().allowRoleRemoval().build());
      assertThat(plan.steps().get(0).precondition()).contains(DELETED);
      RepairReport report = ops.execute(RepairPlan.fromJson(plan.toJson()));

      assertThat(Repaired.by(report)).as(report.describe()).isTrue();
      assertThat(report.outcomes())
          .extracting(outcome -> outcome.step().operation())
          .containsExactly(
              "RemoveRoleFromInstanceProfile",
              "AddRoleToInstanceProfile",
              "ReplaceIamInstanceProfileAssociation");
      assertThat(ops.diagnoseDeeply(target().build()).findings()).isEmpty();
    }
  }

  /** DeleteRole refuses while a profile holds the role, so the state is told, not made. */
  private static final class HoldsTheDeletedRole implements ExecutionInterceptor {
    private boolean removed;

    @Override
    public void beforeExecution(
        Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
      removed |= context.request() instanceof RemoveRoleFromInstanceProfileRequest;
    }

    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes executionAttributes) {
      if (removed || !(context.response() instanceof GetInstanceProfileResponse answer)) {
        return context.response();
      }
      var profile = answer.instanceProfile();
      var role = profile.roles().get(0).toBuilder().roleId(DELETED).build();
      return answer.toBuilder().instanceProfile(profile.toBuilder().roles(role).build()).build();
    }
  }

  @Test
  void a_trust_policy_is_shown_as_a_diff_and_left_unless_permitted() {
    distrust();

    RepairPlan plan = ops().plan(target().build());

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.describe())
        .contains("allowTrustPolicyChange()")
        .contains("+     \"Principal\" : {", "+       \"Service\" : \"ec2.amazonaws.com\"")
        .contains("\"Sid\" : \"Kept\"")
        .doesNotContain("- \"");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_trust_policy_gets_one_statement_and_keeps_the_rest() {
    distrust();
    RepairPlan plan = ops().plan(target().allowTrustPolicyChange().build());

    RepairReport report = ops().execute(RepairPlan.fromJson(plan.toJson()));

    assertThat(Repaired.by(report)).as(report.describe()).isTrue();
    assertThat(account.mutatingCalls()).containsExactly("UpdateAssumeRolePolicy");
    assertThat(trust()).contains("lambda.amazonaws.com", "\"Kept\"", "\"kept\"");
    assertThat(trust()).contains("ec2.amazonaws.com");
    assertThat(ops().plan(target().allowTrustPolicyChange().build()).nothingToDo()).isTrue();
  }

  @Test
  void a_trust_policy_that_somebody_changed_meanwhile_is_not_overwritten() {
    distrust();
    RepairPlan plan = ops().plan(target().allowTrustPolicyChange().build());
    iam.updateAssumeRolePolicy(
        r ->
            r.roleName("web-role")
                .policyDocument(LAMBDA_TRUST.replace("lambda.amazonaws", "ecs-tasks.amazonaws")));
    account.clearJournal();

    RepairReport report = ops().execute(plan);

    assertThat(report.describe()).contains("somebody else has changed the trust policy");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void the_metadata_service_is_switched_on_only_if_permitted() {
    ec2.modifyInstanceMetadataOptions(
        r -> r.instanceId(id.value()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));
    account.clearJournal();
    RepairPlan plan = ops().plan(target().allowMetadataOptionsChange().build());

    assertThat(Repaired.by(ops().execute(plan))).isTrue();

    assertThat(account.mutatingCalls()).containsExactly("ModifyInstanceMetadataOptions");
    assertThat(ops().diagnose(id).healthy()).isTrue();
  }

  @Test
  void several_findings_stand_in_the_order_of_their_cure_and_each_is_whole() {
    account.deleteInstanceProfile("web");
    iam.createInstanceProfile(r -> r.instanceProfileName("web"));
    ec2.modifyInstanceMetadataOptions(
        r -> r.instanceId(id.value()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));

    List<Finding> findings = ops().diagnose(id).findings();

    assertThat(findings)
        .extracting(Finding::type)
        .containsExactly(
            FindingType.PROFILE_WITHOUT_ROLE,
            FindingType.METADATA_DISABLED,
            FindingType.STALE_PROFILE_ID);
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.evidence()).isNotEmpty();
              assertThat(finding.cure()).isNotBlank();
              assertThat(finding.disruption()).isNotBlank();
              assertThat(finding.permissions()).isNotEmpty();
            });
  }

  @Test
  void what_cannot_be_seen_is_possible_and_does_not_make_an_instance_unhealthy() {
    clock.advance(Duration.ofMinutes(10));
    account.deleteInstanceProfile("web");
    assertThat(ops().diagnose(id).possibilities())
        .extracting(Finding::type)
        .containsExactly(FindingType.PROFILE_QUOTA_REACHED);

    ops().execute(ops().plan(target().role("web-role").build()));

    InstanceDiagnosis young = ops().diagnose(id);
    assertThat(young.healthy()).isTrue();
    assertThat(young.possibilities())
        .extracting(Finding::type)
        .containsExactly(FindingType.CONSUMERS_MAY_LAG);
    clock.advance(Duration.ofMinutes(30));
    assertThat(ops().diagnose(id).possibilities()).isEmpty();
  }

  private void distrust() {
    iam.updateAssumeRolePolicy(r -> r.roleName("web-role").policyDocument(LAMBDA_TRUST));
    account.clearJournal();
  }

  private String trust() {
    return URLDecoder.decode(
        iam.getRole(r -> r.roleName("web-role")).role().assumeRolePolicyDocument(),
        StandardCharsets.UTF_8);
  }

  private String roleIn(String profile) {
    return iam.getInstanceProfile(r -> r.instanceProfileName(profile))
        .instanceProfile()
        .roles()
        .get(0)
        .roleName();
  }

  private RepairTarget.Builder target() {
    return RepairTarget.forInstance(id);
  }

  private InstanceProfileOps ops() {
    return InstanceProfileOps.builder(ec2, iam)
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(new KeptJournal())
        .build();
  }
}
