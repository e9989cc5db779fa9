package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.iam.IamClient;

/** The broken states that lie in the role and not in the association. */
class BrokenStatesTest {
  private static final String TRUSTS_LAMBDA =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"lambda.amazonaws.com"}}]}""";

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceMetadataClient metadata;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    id = InstanceId.of(instance.id());
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
    iam = SdkClients.administrator(account).build(IamClient.builder());
    metadata = Metadata.client(instance.metadataEndpoint());
  }

  @AfterEach
  void close() {
    metadata.close();
    ec2.close();
    iam.close();
    account.close();
  }

  @Test
  void revoked_sessions_are_told_by_the_policy_and_the_age_of_the_session() {
    revokeSessionsBeforeNow();

    assertThat(only(onInstance().diagnose(id)))
        .satisfies(
            finding -> {
              assertThat(finding.type()).isEqualTo(FindingType.SESSIONS_REVOKED);
              assertThat(finding.severity()).isEqualTo(Severity.BROKEN_NOW);
              assertThat(finding.confidence()).isEqualTo(Confidence.HIGH);
            });
  }

  @Test
  void without_metadata_revoked_sessions_are_a_risk_until_all_must_have_ended() {
    revokeSessionsBeforeNow();

    assertThat(only(fromOutside().diagnose(id)).severity()).isEqualTo(Severity.RISK);
    clock.advance(Duration.ofHours(6).plusMinutes(36));
    assertThat(fromOutside().diagnose(id).findings()).isEmpty();
  }

  @Test
  void a_session_issued_after_the_revocation_is_healthy() {
    revokeSessionsBeforeNow();
    clock.advance(Duration.ofHours(1)); // the next refresh

    assertThat(onInstance().diagnose(id).findings()).isEmpty();
  }

  @Test
  void revoked_sessions_are_renewed_by_associating_again_and_the_policy_stays() {
    revokeSessionsBeforeNow();
    RepairPlan plan = fromOutside().plan(RepairTarget.forInstance(id).build());

    assertThat(plan.steps())
        .extracting(RepairStep::operation)
        .containsExactly("ReplaceIamInstanceProfileAssociation");
    assertThat(plan.notes())
        .anySatisfy(note -> assertThat(note).contains("AWSRevokeOlderSessions"));
    fromOutside().execute(plan);

    assertThat(fromOutside().plan(RepairTarget.forInstance(id).build()).nothingToDo()).isTrue();
    assertThat(onInstance().diagnose(id).findings()).isEmpty();
    assertThat(account.mutatingCalls())
        .containsExactly("PutRolePolicy", "ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void a_policy_that_may_not_be_read_is_unknown_and_the_rest_is_told() {
    account.inject(Fault.error(403, "AccessDenied", "no").on("GetRolePolicy"));
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");

    InstanceDiagnosis diagnosis = onInstance().diagnose(id);

    assertThat(only(diagnosis).type()).isEqualTo(FindingType.STALE_PROFILE_ID);
    assertThat(diagnosis.unknowns())
        .singleElement()
        .asString()
        .contains("sessions of role web-role were revoked", "iam:GetRolePolicy");
  }

  @Test
  void a_role_that_does_not_trust_ec2_is_told() {
    iam.createRole(r -> r.roleName("stranger").assumeRolePolicyDocument(TRUSTS_LAMBDA));
    iam.createInstanceProfile(r -> r.instanceProfileName("odd"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("odd").roleName("stranger"));
    InstanceId odd = InstanceId.of(account.launchInstance("odd").id());

    assertThat(fromOutside().diagnose(odd).findings())
        .extracting(Finding::type)
        .containsExactly(FindingType.TRUST_LACKS_EC2);
  }

  @Test
  void a_profile_with_another_role_than_the_wanted_one_is_told_if_one_is_wanted() {
    assertThat(
            only(fromOutside()
                    .diagnoseDeeply(RepairTarget.forInstance(id).role("admin-role").build()))
                .type())
        .isEqualTo(FindingType.WRONG_ROLE);
    assertThat(
            fromOutside()
                .diagnoseDeeply(RepairTarget.forInstance(id).role("WEB-ROLE").build())
                .findings())
        .isEmpty();
  }

  @Test
  void a_profile_created_again_under_another_path_is_told_apart_from_a_stale_id() {
    account.deleteInstanceProfile("web");
    iam.createInstanceProfile(r -> r.instanceProfileName("web").path("/moved/"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    Finding finding = only(onInstance().diagnose(id));
    assertThat(finding.type()).isEqualTo(FindingType.PROFILE_PATH_CHANGED);
    assertThat(finding.explanation()).contains("under path /moved/ instead of /");
    RepairPlan plan = onInstance().plan(RepairTarget.forInstance(id).build());
    assertThat(plan.notes()).anySatisfy(note -> assertThat(note).contains("launch templates"));
    assertThat(Repaired.by(fromOutside().execute(plan))).isTrue();
  }

  @Test
  void a_metadata_service_that_is_off_is_told_and_left() {
    ec2.modifyInstanceMetadataOptions(
        r -> r.instanceId(id.value()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));

    assertThat(only(fromOutside().diagnose(id)).type()).isEqualTo(FindingType.METADATA_DISABLED);
    RepairPlan plan = fromOutside().plan(RepairTarget.forInstance(id).build());
    assertThat(plan.steps()).isEmpty();
    assertThat(plan.nothingToDo()).isFalse();
    assertThat(plan.describe())
        .contains("METADATA_DISABLED", "No steps", "This plan leaves it")
        .contains("allowMetadataOptionsChange()");
  }

  @Test
  void a_diagnosis_takes_four_calls_and_a_deep_one_five() {
    fromOutside().diagnose(id);
    assertThat(apiCalls())
        .containsExactlyInAnyOrder(
            "DescribeInstances",
            "DescribeIamInstanceProfileAssociations",
            "GetInstanceProfile",
            "GetRolePolicy");
    account.clearJournal();

    fromOutside().diagnoseDeeply(RepairTarget.forInstance(id).build());
    assertThat(apiCalls()).hasSize(5).contains("GetRole");
  }

  private List<String> apiCalls() {
    return account.calls().stream().map(ApiCall::operation).toList();
  }

  private void revokeSessionsBeforeNow() {
    clock.advance(Duration.ofMinutes(1));
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName("AWSRevokeOlderSessions")
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
                     "Resource":["*"],"Condition":{"DateLessThan":
                     {"aws:TokenIssueTime":"%s"}}}]}"""
                        .formatted(clock.instant())));
  }

  private static Finding only(InstanceDiagnosis diagnosis) {
    assertThat(diagnosis.findings()).hasSize(1);
    return diagnosis.findings().get(0);
  }

  private InstanceProfileOps onInstance() {
    return builder().metadata(metadata).build();
  }

  private InstanceProfileOps fromOutside() {
    return builder().build();
  }

  private InstanceProfileOps.Builder builder() {
    return InstanceProfileOps.builder(ec2, iam).clock(clock).pauser(clock::advance);
  }
}
