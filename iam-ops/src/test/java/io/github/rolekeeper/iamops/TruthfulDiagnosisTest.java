package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsResponse;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * A diagnosis never contradicts what the metadata shows, takes for known only what was seen, and
 * says the rest.
 */
class TruthfulDiagnosisTest {
  private static final Duration LONGEST = Duration.ofHours(6).plusMinutes(36);

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private final ScriptedMetadata scripted = new ScriptedMetadata();
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
    scripted.close();
    metadata.close();
    ec2.close();
    iam.close();
    account.close();
  }

  private InstanceProfileOps.Builder builder() {
    return InstanceProfileOps.builder(ec2, iam)
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(new KeptJournal());
  }

  private InstanceProfileOps with(InstanceMetadataClient client) {
    return builder().metadata(client).build();
  }

  private InstanceProfileOps fromOutside() {
    return builder().build();
  }

  private static Finding only(InstanceDiagnosis diagnosis) {
    assertThat(diagnosis.findings()).hasSize(1);
    return diagnosis.findings().get(0);
  }

  private String profileId() {
    return iam.getInstanceProfile(r -> r.instanceProfileName("web"))
        .instanceProfile()
        .instanceProfileId();
  }

  private void revoke(String date) {
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName(RolePolicies.REVOCATION)
                .policyDocument(RolePolicies.revoking(Instant.parse(date))));
  }

  private void disassociate() {
    String association =
        ec2.describeIamInstanceProfileAssociations()
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    ec2.disassociateIamInstanceProfile(r -> r.associationId(association));
    clock.advance(Duration.ofMinutes(1));
  }

  // What the metadata shows.

  @Test
  void metadata_that_cannot_be_read_is_no_reason_to_stop_and_the_report_says_why() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    try (var nobody = Metadata.builder(URI.create("http://127.0.0.1:9")).attempts(1).build()) {
      InstanceProfileOps ops = with(nobody);
      RepairPlan plan = ops.plan(RepairTarget.forInstance(id).allowStopStart().build());

      assertThat(plan.steps())
          .extracting(RepairStep::operation)
          .containsExactly("ReplaceIamInstanceProfileAssociation");
      assertThat(plan.notes())
          .anySatisfy(note -> assertThat(note).contains("could not be read", "127.0.0.1:9"));
      RepairReport report = ops.execute(plan);
      assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
      assertThat(report.advice()).contains("could not be read", "127.0.0.1:9");
    }
    assertThat(account.mutatingCalls()).doesNotContain("StopInstances");
  }

  @Test
  void metadata_of_another_instance_counts_as_not_given_and_the_diagnosis_says_so() {
    SimulatedInstance db = account.launchInstance("web");
    InstanceId other = InstanceId.of(db.id());
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    fromOutside().execute(fromOutside().plan(RepairTarget.forInstance(other).build()));
    clock.advance(Duration.ofHours(2));

    InstanceProfileOps ops = with(metadata);
    InstanceDiagnosis diagnosis = ops.diagnose(other);
    RepairPlan plan = ops.plan(RepairTarget.forInstance(other).allowStopStart().build());

    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.unknowns())
        .singleElement()
        .asString()
        .contains("of another instance", id.value());
    assertThat(plan.steps()).isEmpty();
  }

  @Test
  void a_function_gives_each_instance_its_own_metadata() {
    SimulatedInstance db = account.launchInstance("web");
    InstanceId other = InstanceId.of(db.id());
    try (var ofDb = Metadata.client(db.metadataEndpoint())) {
      InstanceProfileOps ops =
          builder()
              .metadata(asked -> asked.equals(id) ? Optional.of(metadata) : Optional.of(ofDb))
              .build();

      assertThat(ops.diagnose(id).unknowns()).isEmpty();
      assertThat(ops.diagnose(other).unknowns()).isEmpty();
      InstanceProfileOps forOne =
          builder().metadata(asked -> Optional.of(metadata).filter(x -> asked.equals(id))).build();
      assertThat(forOne.diagnose(other).unknowns())
          .singleElement()
          .asString()
          .contains("no metadata client");
    }
  }

  @Test
  void a_function_that_throws_makes_the_metadata_unreadable_and_no_more() {
    InstanceProfileOps ops =
        builder()
            .metadata(
                asked -> {
                  throw new IllegalStateException("no tunnel");
                })
            .build();

    assertThat(ops.diagnose(id).findings()).isEmpty();
    assertThat(ops.diagnose(id).unknowns()).singleElement().asString().contains("no tunnel");
  }

  @Test
  void credentials_without_iam_info_are_one_unknown_and_nothing_is_done_for_that() {
    scripted.credentials(
        "web-role",
        "\"LastUpdated\":\"2023-03-07T15:00:53Z\",\"Expiration\":\"2023-03-07T21:00:53Z\"");
    InstanceProfileOps ops = with(scripted.client);

    assertThat(ops.diagnose(id).findings()).isEmpty();
    assertThat(ops.diagnose(id).unknowns()).singleElement().asString().contains("iam/info");
    assertThat(ops.plan(RepairTarget.forInstance(id).allowStopStart().build()).steps()).isEmpty();
  }

  @Test
  void a_role_that_the_metadata_cannot_assume_for_a_condition_is_no_lag() {
    iam.updateAssumeRolePolicy(
        r ->
            r.roleName("web-role")
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                     "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole",
                     "Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}"""));
    scripted.info(profileId()).refusal("web-role", "AssumeRoleUnauthorizedAccess");
    InstanceProfileOps ops = with(scripted.client);

    Finding finding = only(ops.diagnose(id));

    assertThat(finding.type()).isEqualTo(FindingType.TRUST_LACKS_EC2);
    assertThat(finding.evidence())
        .extracting(Evidence::seen)
        .anySatisfy(seen -> assertThat(seen).startsWith("AssumeRoleUnauthorizedAccess"))
        .anySatisfy(seen -> assertThat(seen).contains("conditions"));
    assertThat(ops.plan(RepairTarget.forInstance(id).allowStopStart().build()).steps()).isEmpty();
  }

  @Test
  void a_disassociated_instance_that_still_serves_a_session_breaks_when_that_ends() {
    disassociate();
    scripted.credentials(
        "web-role",
        "\"LastUpdated\":\"2023-03-07T15:00:53Z\",\"Expiration\":\"2023-03-07T21:00:53Z\"");

    Finding finding = only(with(scripted.client).diagnose(id));

    assertThat(finding.type()).isEqualTo(FindingType.NO_ASSOCIATION);
    assertThat(finding.severity()).isEqualTo(Severity.WILL_BREAK);
    assertThat(finding.loss()).contains(LossWindow.at(Instant.parse("2023-03-07T21:00:53Z")));
    assertThat(finding.explanation()).doesNotContain("offers no role");
  }

  @Test
  void of_credentials_without_an_expiration_it_is_unknown_whether_they_still_work() {
    account.deleteInstanceProfile("web");
    scripted
        .serve("meta-data/iam/info", "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"gone\"}")
        .credentials("web-role", "\"LastUpdated\":\"2023-03-07T15:00:53Z\"");

    InstanceDiagnosis diagnosis = with(scripted.client).diagnose(id);

    assertThat(only(diagnosis).severity()).isEqualTo(Severity.BROKEN_OR_WILL_BREAK);
    assertThat(only(diagnosis).loss())
        .contains(new LossWindow(Optional.empty(), clock.instant().plus(LONGEST)));
    assertThat(diagnosis.unknowns())
        .singleElement()
        .satisfies(
            unknown -> {
              assertThat(unknown.type()).isEqualTo(UnknownType.INSTANCE_METADATA);
              assertThat(unknown.describe())
                  .contains("could not be read", "Expiration")
                  .doesNotContain("did not answer");
            });
    assertThat(diagnosis.lossSignal()).isPresent();
  }

  @Test
  void where_no_credentials_are_served_nothing_is_said_to_go_on_working() {
    account.deleteInstanceProfile("web");
    scripted.serve(
        "meta-data/iam/info", "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"gone\"}");

    assertThat(only(with(scripted.client).diagnose(id)))
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.BROKEN_NOW);
              assertThat(finding.explanation()).doesNotContain("go on working");
            });
  }

  @Test
  void nothing_of_a_policy_that_is_not_understood_stands_in_the_diagnosis() {
    iam.updateAssumeRolePolicy(
        r ->
            r.roleName("web-role")
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Sid":"MARKER","Effect":"Allow",
                     "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole",
                     "Condition":{"StringEquals":{"aws:MARKER":"MARKER"}}}]}"""));
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName(RolePolicies.REVOCATION)
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":{"Sid":"MARKER","Effect":"Deny",
                     "Action":"*","Resource":"*","Condition":{"DateLessThan":
                     {"aws:TokenIssueTime":"2023-03-07T16:00:53Z"},
                     "StringEquals":{"aws:MARKER":"MARKER"}}}}"""));

    InstanceDiagnosis diagnosis = with(metadata).diagnose(id);

    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.unknowns()).hasSize(2);
    assertThat(diagnosis.toJson()).doesNotContain("MARKER");
    assertThat(diagnosis.describe()).doesNotContain("MARKER");
  }

  // When credentials end.

  @Test
  void a_month_after_the_loss_nothing_says_that_it_is_still_to_come() {
    account.deleteInstanceProfile("web");
    clock.advance(Duration.ofDays(30));

    InstanceDiagnosis diagnosis = fromOutside().diagnose(id);

    assertThat(only(diagnosis).severity()).isEqualTo(Severity.BROKEN_OR_WILL_BREAK);
    assertThat(only(diagnosis).loss())
        .contains(new LossWindow(Optional.empty(), clock.instant().plus(LONGEST)));
    assertThat(diagnosis.describe()).contains("at the latest; may be broken already");
    assertThat(only(with(metadata).diagnose(id)).severity()).isEqualTo(Severity.BROKEN_NOW);
  }

  @Test
  void a_stopped_instance_has_no_session_to_lose_or_to_revoke() {
    revoke("2023-03-07T15:00:54Z");
    ec2.stopInstances(r -> r.instanceIds(id.value()));
    clock.advance(Duration.ofMinutes(5));
    assertThat(fromOutside().diagnose(id).findings()).as("a start brings a new one").isEmpty();

    account.deleteInstanceProfile("web");

    assertThat(only(fromOutside().diagnose(id)).explanation())
        .contains("will have no role when it is started");
    account.createInstanceProfile("web", "web-role");
    assertThat(only(fromOutside().diagnose(id)))
        .satisfies(
            finding -> {
              assertThat(finding.type()).isEqualTo(FindingType.STALE_PROFILE_ID);
              assertThat(finding.explanation()).contains("will have no role when it is started");
            });
  }

  @Test
  void a_revocation_that_is_to_come_has_its_own_text_and_no_step_against_it() {
    revoke("2023-03-08T15:00:53Z");
    InstanceProfileOps ops = with(metadata);

    Finding finding = only(ops.diagnose(id));
    RepairPlan plan = ops.plan(RepairTarget.forInstance(id).allowStopStart().build());

    assertThat(finding.type()).isEqualTo(FindingType.SESSIONS_REVOKED);
    assertThat(finding.explanation()).contains("still to come");
    assertThat(finding.cure()).contains("no new session helps before");
    assertThat(plan.steps()).isEmpty();
    assertThat(ops.execute(plan).succeeded()).isFalse();
  }

  @Test
  void a_revocation_that_cannot_be_judged_is_unknown() {
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName(RolePolicies.REVOCATION)
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*",
                     "Resource":"*","Condition":{"DateLessThan":
                     {"aws:TokenIssueTime":"2023-03-08"},"Bool":
                     {"aws:SecureTransport":"true"}}}}"""));

    InstanceDiagnosis diagnosis = with(metadata).diagnose(id);

    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.unknowns())
        .singleElement()
        .asString()
        .contains("whether sessions of role web-role were revoked");
  }

  @Test
  void a_revocation_of_this_very_session_by_its_user_id_applies_and_another_s_does_not() {
    String role = iam.getRole(r -> r.roleName("web-role")).role().roleId();
    for (String user : List.of(role + ":" + id, role + ":i-0123456789abcdef0")) {
      iam.putRolePolicy(
          r ->
              r.roleName("web-role")
                  .policyName(RolePolicies.REVOCATION)
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
                       "Resource":["*"],"Condition":{"DateLessThan":
                       {"aws:TokenIssueTime":"2023-03-07T15:00:54Z"},"StringEquals":
                       {"aws:userid":"%s"}}}]}"""
                          .formatted(user)));

      assertThat(with(metadata).diagnose(id).has(FindingType.SESSIONS_REVOKED))
          .as(user)
          .isEqualTo(user.endsWith(id.value()));
    }
  }

  // The wanted profile.

  @Test
  void where_another_profile_is_wanted_the_associated_one_is_looked_at_all_the_same() {
    account.createInstanceProfile("other", "web-role2");
    account.deleteInstanceProfile("web");

    assertThat(
            fromOutside()
                .diagnoseDeeply(
                    RepairTarget.forInstance(id).instanceProfile("other").role("web-role2").build())
                .findings())
        .extracting(Finding::type)
        .containsExactly(FindingType.PROFILE_DELETED, FindingType.WRONG_PROFILE);
  }

  @Test
  void a_wanted_profile_that_does_not_exist_is_a_finding() {
    assertThat(
            fromOutside()
                .diagnoseDeeply(
                    RepairTarget.forInstance(id)
                        .instanceProfile("nonesuch")
                        .role("web-role")
                        .build())
                .findings())
        .extracting(Finding::type)
        .containsExactly(FindingType.WANTED_PROFILE_MISSING, FindingType.WRONG_PROFILE);
    disassociate();
    assertThat(
            fromOutside()
                .diagnoseDeeply(RepairTarget.forInstance(id).instanceProfile("nonesuch").build())
                .findings())
        .extracting(Finding::type)
        .containsExactly(FindingType.WANTED_PROFILE_MISSING, FindingType.NO_ASSOCIATION);
  }

  @Test
  void a_name_in_another_case_is_no_other_path() {
    account.createInstanceProfile("Team", "team-role");
    InstanceId other = InstanceId.of(account.launchInstance("Team").id());
    account.deleteInstanceProfile("Team");
    account.createInstanceProfile("team", "team-role");

    assertThat(only(fromOutside().diagnose(other)))
        .satisfies(
            finding -> {
              assertThat(finding.type()).isEqualTo(FindingType.STALE_PROFILE_ID);
              assertThat(finding.explanation()).contains("upper and lower case only");
            });
  }

  // Answers that disagree.

  /** The list of associations is empty, this many times. */
  private static final class Behind implements ExecutionInterceptor {
    private final AtomicInteger left;

    Behind(int times) {
      left = new AtomicInteger(times);
    }

    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes attributes) {
      return context.response() instanceof DescribeIamInstanceProfileAssociationsResponse answer
              && left.getAndDecrement() > 0
          ? answer.toBuilder().iamInstanceProfileAssociations(List.of()).build()
          : context.response();
    }
  }

  private InstanceProfileOps behind(int times) {
    Ec2Client late =
        SdkClients.administrator(account)
            .build(
                Ec2Client.builder()
                    .overrideConfiguration(o -> o.addExecutionInterceptor(new Behind(times))));
    return InstanceProfileOps.builder(late, iam).clock(clock).metadata(metadata).build();
  }

  @Test
  void a_list_of_associations_behind_the_instance_is_read_again() {
    InstanceDiagnosis diagnosis = behind(1).diagnose(id);

    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.unknowns()).isEmpty();
  }

  @Test
  void where_the_two_answers_of_ec2_go_on_to_disagree_nothing_is_sure() {
    account.deleteInstanceProfile("web");

    InstanceDiagnosis diagnosis = behind(9).diagnose(id);

    assertThat(only(diagnosis).type()).isEqualTo(FindingType.PROFILE_DELETED);
    assertThat(only(diagnosis).confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(diagnosis.unknowns()).singleElement().asString().contains("id of the association");
  }

  // Two accounts.

  private SimulatedAccount another() {
    return SimulatedAccount.builder().clock(clock).accountId("210987654321").build();
  }

  private static void assertThatDifferentAccounts(String where, ThrowingCallable call) {
    assertThatThrownBy(call)
        .as(where)
        .hasMessageContaining("different accounts")
        .hasMessageContaining("210987654321")
        .asInstanceOf(type(InstanceProfileOpsException.class))
        .returns(
            InstanceProfileOpsException.Kind.DIFFERENT_ACCOUNTS, InstanceProfileOpsException::kind);
  }

  @Test
  void an_iam_client_of_another_account_is_told_apart_before_anything_is_concluded() {
    try (SimulatedAccount b = another();
        IamClient iamOfB = SdkClients.administrator(b).build(IamClient.builder())) {
      b.createInstanceProfile("apps", "web-role");
      InstanceProfileOps ops = InstanceProfileOps.builder(ec2, iamOfB).clock(clock).build();

      for (String there : List.of("without a profile web", "with one")) {
        assertThatDifferentAccounts(there, () -> ops.diagnose(id));
        assertThatDifferentAccounts(
            there, () -> ops.plan(RepairTarget.forInstance(id).role("web-role").build()));
        if (there.equals("without a profile web")) {
          b.createInstanceProfile("web", "other-role");
        }
      }
      assertThat(b.calls()).isNotEmpty();
    }
  }

  @Test
  void a_step_that_meets_an_iam_client_of_another_account_calls_nothing_and_blames_no_aws() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    RepairPlan plan = fromOutside().plan(RepairTarget.forInstance(id).build());
    account.clearJournal();
    try (SimulatedAccount b = another();
        IamClient iamOfB = SdkClients.administrator(b).build(IamClient.builder())) {
      b.createInstanceProfile("web", "web-role");
      b.clearJournal();
      InstanceProfileOps ops =
          InstanceProfileOps.builder(ec2, iamOfB).clock(clock).pauser(clock::advance).build();

      StepOutcome outcome = ops.execute(plan).outcomes().get(0);

      assertThat(outcome.detail()).contains("different accounts");
      assertThat(outcome.failure())
          .contains(new Values.Failure(StepFailure.Kind.REFUSED_BY_GUARD, Optional.empty(), false));
      assertThat(account.mutatingCalls()).isEmpty();
      assertThat(b.mutatingCalls()).isEmpty();
    }
  }

  @Test
  void where_nothing_tells_the_account_of_the_iam_client_the_confidence_is_less() {
    account.deleteInstanceProfile("web");
    assertThat(only(fromOutside().diagnose(id)).confidence()).isEqualTo(Confidence.HIGH);
    account.inject(Fault.error(403, "AccessDenied", "no").on("ListRoles"));

    InstanceDiagnosis diagnosis = with(metadata).diagnose(id);

    assertThat(only(diagnosis).confidence()).isEqualTo(Confidence.MEDIUM);
    assertThat(diagnosis.unknowns())
        .singleElement()
        .asString()
        .contains("whether the IAM client is of the instance's account", "iam:ListRoles");
  }

  @Test
  void a_caller_of_another_account_makes_no_plan() {
    InstanceProfileOps ops =
        builder().caller(() -> new CallerIdentity("arn:aws:iam::210987654321:user/me")).build();

    assertThatDifferentAccounts(
        "by its caller", () -> ops.plan(RepairTarget.forInstance(id).build()));
  }
}
