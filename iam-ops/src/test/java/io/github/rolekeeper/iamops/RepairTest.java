package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.InstanceOptions;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Rule;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.Timing;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.Ec2ClientBuilder;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.IamClientBuilder;

/** Diagnosis, plan and repair through the AWS SDK against a simulated account. */
class RepairTest {
  /** Whether a stop and a start would be allowed is asked first. */
  private static final int[] AFTER_THE_QUESTION = IntStream.rangeClosed(2, 500).toArray();

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceMetadataClient metadata;

  @BeforeEach
  void launch() {
    launch(SimulatedAccount.builder());
  }

  private void launch(SimulatedAccount.Builder builder) {
    if (account != null) {
      close();
    }
    account = builder.clock(clock).build();
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
  void a_healthy_instance_has_no_findings_and_nothing_to_do() {
    assertThat(ops().diagnose(id).healthy()).isTrue();
    assertThat(ops().plan(target().build()).nothingToDo()).isTrue();
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_diagnosis_of_a_deleted_profile_takes_four_calls_of_the_api() {
    account.deleteInstanceProfile("web");

    ops().diagnose(id);

    assertThat(apiCalls())
        .containsExactlyInAnyOrder(
            "DescribeInstances",
            "DescribeIamInstanceProfileAssociations",
            "GetInstanceProfile",
            "ListRoles");
  }

  @Test
  void a_deleted_profile_is_told_with_the_instant_of_the_loss() {
    account.deleteInstanceProfile("web");

    Finding finding = only(ops().diagnose(id));

    assertThat(finding.type()).isEqualTo(FindingType.PROFILE_DELETED);
    assertThat(finding.severity()).isEqualTo(Severity.WILL_BREAK);
    assertThat(finding.loss()).contains(LossWindow.at(clock.instant().plus(Duration.ofHours(6))));
  }

  @Test
  void without_metadata_only_the_latest_end_is_known_and_the_rest_unknown() {
    account.deleteInstanceProfile("web");

    InstanceDiagnosis diagnosis = InstanceProfileOps.create(ec2, iam).diagnose(id);

    LossWindow loss = only(diagnosis).loss().orElseThrow();
    assertThat(loss.earliest()).as("it may have ended already").isEmpty();
    assertThat(Duration.between(diagnosis.at(), loss.latest()))
        .isEqualTo(Duration.ofHours(6).plusMinutes(36));
    assertThat(diagnosis.unknowns()).singleElement().asString().contains("meta-data/iam/info");
  }

  @Test
  void a_metadata_service_that_does_not_answer_is_unknown_and_not_without_a_profile() {
    account.deleteInstanceProfile("web");
    var silent =
        Metadata.builder(account.endpoint().resolve("/_instances/i-00000000"))
            .timeout(Duration.ofMillis(200))
            .build();

    InstanceDiagnosis diagnosis =
        InstanceProfileOps.builder(ec2, iam).metadata(silent).clock(clock).build().diagnose(id);

    assertThat(only(diagnosis).type()).isEqualTo(FindingType.PROFILE_DELETED);
    assertThat(diagnosis.unknowns()).singleElement().asString().contains("could not be read");
  }

  @Test
  void a_profile_created_again_under_its_name_is_told_by_its_id() {
    recreateProfile();

    Finding finding = only(ops().diagnose(id));

    assertThat(finding.type()).isEqualTo(FindingType.STALE_PROFILE_ID);
    assertThat(finding.evidence())
        .allSatisfy(
            fact -> {
              assertThat(fact.seen()).startsWith("AIPA");
              assertThat(fact.expected()).startsWith("AIPA").isNotEqualTo(fact.seen());
            });
  }

  @Test
  void a_profile_without_a_role_is_told() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    assertThat(only(ops().diagnose(id)).type()).isEqualTo(FindingType.PROFILE_WITHOUT_ROLE);
  }

  @Test
  void a_deleted_profile_is_made_whole_before_the_instance_is_moved_to_it() {
    launch(SimulatedAccount.builder().without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    account.deleteInstanceProfile("web");

    RepairReport report = ops().execute(ops().plan(target().role("web-role").build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(account.mutatingCalls())
        .containsExactly(
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "ReplaceIamInstanceProfileAssociation");
    assertThat(ops().diagnose(id).healthy()).isTrue();
  }

  @Test
  void a_second_run_only_reads() {
    launch(SimulatedAccount.builder().without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    account.deleteInstanceProfile("web");
    RepairTarget target = target().role("web-role").build();
    RepairPlan plan = ops().plan(target);
    ops().execute(plan);
    int writes = account.mutatingCalls().size();

    assertThat(ops().plan(target).nothingToDo()).isTrue();
    assertThat(ops().execute(plan).outcomes())
        .extracting(StepOutcome::status)
        .containsOnly(StepStatus.ALREADY_DONE);
    assertThat(account.mutatingCalls()).hasSize(writes);
  }

  @Test
  void the_new_profile_stands_under_the_path_of_the_old_one() {
    iam.createInstanceProfile(r -> r.instanceProfileName("deep").path("/teams/web/"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("deep").roleName("web-role"));
    instance = account.launchInstance("deep");
    account.deleteInstanceProfile("deep");

    InstanceId deep = InstanceId.of(instance.id());
    RepairPlan plan =
        InstanceProfileOps.create(ec2, iam)
            .plan(RepairTarget.forInstance(deep).role("web-role").build());

    assertThat(plan.steps().get(0).parameters()).containsEntry("Path", "/teams/web/");
  }

  @Test
  void a_stale_association_of_a_running_instance_is_replaced_in_one_call() {
    launch(SimulatedAccount.builder().without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    recreateProfile();
    int before = account.mutatingCalls().size();

    RepairReport report = ops().execute(ops().plan(target().build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(account.mutatingCalls().subList(before, account.mutatingCalls().size()))
        .containsExactly("ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void the_association_of_a_stopped_instance_is_ended_and_made_again() {
    recreateProfile();
    ec2.stopInstances(r -> r.instanceIds(instance.id()));
    int before = account.mutatingCalls().size();

    RepairReport report = ops().execute(ops().plan(target().build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
    assertThat(account.mutatingCalls().subList(before, account.mutatingCalls().size()))
        .containsExactly("DisassociateIamInstanceProfile", "AssociateIamInstanceProfile");
  }

  @Test
  void an_instance_without_a_profile_gets_the_one_that_the_target_names() {
    RepairPlan plan = ops().plan(target().build());
    String association =
        ec2.describeIamInstanceProfileAssociations()
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    ec2.disassociateIamInstanceProfile(r -> r.associationId(association));
    assertThat(plan.nothingToDo()).isTrue();

    assertThat(only(ops().diagnose(id)).type()).isEqualTo(FindingType.NO_ASSOCIATION);
    assertThat(ops().plan(target().build()).obstacles())
        .singleElement()
        .asString()
        .contains("Pass instanceProfile(name)");
    assertThat(ops().execute(ops().plan(target().instanceProfile("web").build())).verdict())
        .isEqualTo(RepairVerdict.HEALTHY);
  }

  @Test
  void a_role_that_was_taken_out_is_put_back() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    RepairReport report = ops().execute(ops().plan(target().role("web-role").build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(report.outcomes())
        .extracting(outcome -> outcome.step().operation())
        .containsExactly("AddRoleToInstanceProfile", "ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void a_role_is_never_guessed() {
    account.deleteInstanceProfile("web");

    RepairPlan plan = ops().plan(target().build());

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.obstacles()).singleElement().asString().contains("Pass role(name)");
    assertThat(ops().execute(plan).verdict()).isEqualTo(RepairVerdict.NOTHING_DONE);
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void another_role_in_the_profile_is_not_removed() {
    RepairPlan plan = ops().plan(target().role("other-role").build());

    assertThat(plan.obstacles()).singleElement().asString().contains("holds role web-role");
  }

  @Test
  void an_instance_is_not_stopped_without_permission() {
    recreateProfile();

    RepairReport report = ops().execute(ops().plan(target().build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_METADATA_LAGS);
    assertThat(report.advice()).contains("allowStopStart()");
    assertThat(account.mutatingCalls()).doesNotContain("StopInstances", "StartInstances");
  }

  @Test
  void with_permission_it_is_stopped_and_started_when_the_metadata_does_not_follow() {
    recreateProfile();

    RepairReport report = ops().execute(ops().plan(target().allowStopStart().build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(account.mutatingCalls()).endsWith("StopInstances", "StartInstances");
  }

  @Test
  void a_stop_whose_effect_nobody_saw_is_not_told_as_one() {
    recreateProfile();
    RepairPlan plan = ops().plan(target().allowStopStart().build());
    account.inject(Fault.internalError().on("StopInstances").atCalls(AFTER_THE_QUESTION));

    RepairReport report = ops().execute(plan);

    assertThat(report.outcomes())
        .extracting(StepOutcome::status)
        .containsExactly(StepStatus.DONE, StepStatus.FAILED, StepStatus.ALREADY_DONE);
    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    assertThat(report.advice()).contains("the call to stop the instance failed", "plan again");
    assertThat(ops().plan(target().build()).steps()).isNotEmpty();
  }

  @Test
  void an_instance_that_was_stopped_and_does_not_start_is_told_to_be_down() {
    recreateProfile();
    RepairPlan plan = ops().plan(target().allowStopStart().build());
    account.inject(Fault.internalError().on("StartInstances").atCalls(AFTER_THE_QUESTION));

    RepairReport report = ops().execute(plan);

    assertThat(report.verdict()).isEqualTo(RepairVerdict.INSTANCE_DOWN);
    assertThat(report.succeeded()).isFalse();
    assertThat(report.advice()).contains("STOPPED THE INSTANCE AND IT IS DOWN");
  }

  @Test
  void with_permission_it_is_not_stopped_when_the_metadata_follows() {
    launch(SimulatedAccount.builder().without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    recreateProfile();

    RepairReport report = ops().execute(ops().plan(target().allowStopStart().build()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(account.mutatingCalls()).doesNotContain("StopInstances", "StartInstances");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Auto Scaling", "Spot", "public IPv4"})
  void an_instance_that_stopping_would_harm_is_not_offered_a_stop(String hazard) {
    InstanceOptions options =
        switch (hazard) {
          case "Auto Scaling" -> InstanceOptions.of().withTag("aws:autoscaling:groupName", "fleet");
          case "Spot" -> InstanceOptions.of(InstanceOptions.Trait.SPOT);
          default -> InstanceOptions.of(InstanceOptions.Trait.PUBLIC_IP);
        };
    instance = account.launchInstance("web", options);
    metadata.close();
    metadata = Metadata.client(instance.metadataEndpoint());
    recreateProfile();

    RepairPlan plan =
        ops().plan(RepairTarget.forInstance(InstanceId.of(instance.id())).allowStopStart().build());

    assertThat(plan.steps())
        .extracting(RepairStep::operation)
        .containsExactly("ReplaceIamInstanceProfileAssociation");
    assertThat(plan.notes()).singleElement().asString().contains(hazard);
  }

  @Test
  void a_plan_is_refused_when_the_association_has_moved() {
    recreateProfile();
    RepairPlan plan = ops().plan(target().build());
    account.createInstanceProfile("other", "other-role");
    String association =
        ec2.describeIamInstanceProfileAssociations()
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    ec2.replaceIamInstanceProfileAssociation(
        r -> r.associationId(association).iamInstanceProfile(p -> p.name("other")));
    int before = account.mutatingCalls().size();

    RepairReport report =
        ops()
            .execute(
                new RepairPlan(
                    plan.id(),
                    plan.createdAt(),
                    target().instanceProfile("web").build(),
                    plan.diagnosis(),
                    plan.steps(),
                    plan.obstacles(),
                    plan.notes(),
                    plan.alsoAffected(),
                    plan.policy(),
                    plan.wayBackPolicy(),
                    plan.binding()));

    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    assertThat(report.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.detail()).contains("out of date"));
    assertThat(account.mutatingCalls()).hasSize(before);
  }

  @Test
  void an_instance_whose_metadata_does_not_answer_is_not_stopped_for_that() {
    recreateProfile();
    RepairPlan plan = ops().plan(target().allowStopStart().build());
    assertThat(plan.steps()).extracting(RepairStep::operation).contains("StopInstances");
    account.inject(Fault.status(503).on("imds:*"));

    RepairReport report;
    // The pauses between attempts are real time.
    try (var once = Metadata.builder(instance.metadataEndpoint()).attempts(1).build()) {
      report =
          InstanceProfileOps.builder(ec2, iam)
              .metadata(once)
              .clock(clock)
              .pauser(clock::advance)
              .ownHost(id -> false)
              .journal(new KeptJournal())
              .build()
              .execute(plan);
    }

    assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
    assertThat(account.mutatingCalls()).doesNotContain("StopInstances");
  }

  @Test
  void a_profile_that_somebody_else_associates_does_not_count_as_the_wanted_one() {
    recreateProfile();
    account.createInstanceProfile("other", "other-role");
    RepairPlan plan = ops().plan(target().build());
    String association =
        ec2.describeIamInstanceProfileAssociations()
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    ec2.replaceIamInstanceProfileAssociation(
        r -> r.associationId(association).iamInstanceProfile(p -> p.name("other")));

    RepairReport report = ops().execute(plan);

    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    assertThat(report.outcomes().get(0).detail())
        .contains("is in force now, to", "Nothing was done");
  }

  @Test
  void a_run_can_be_driven_without_sleeping_and_cancelled_before_its_first_call() {
    recreateProfile();
    RepairRun run = ops().start(ops().plan(target().build()), step -> {});
    run.cancel();

    assertThat(run.advance())
        .isInstanceOfSatisfying(
            RepairProgress.Finished.class,
            finished ->
                assertThat(finished.report().verdict()).isEqualTo(RepairVerdict.INCOMPLETE));
    assertThat(account.mutatingCalls()).doesNotContain("ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void a_replacement_by_the_old_profile_that_EC2_still_sees_is_repeated_until_the_id_is_new() {
    launch(
        SimulatedAccount.builder()
            .without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE)
            .timing(Timing.IAM_TO_EC2, Duration.ofSeconds(40)));
    clock.advance(Duration.ofMinutes(1));
    recreateProfile();

    RepairReport report = ops().execute(ops().plan(target().build()));

    assertThat(Repaired.by(report)).as(report.describe()).isTrue();
    assertThat(report.outcomes().get(0).calls()).isGreaterThan(1);
  }

  @Test
  void an_asynchronous_run_comes_to_the_same_report() throws Exception {
    launch(SimulatedAccount.builder().without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    recreateProfile();
    var scheduler = java.util.concurrent.Executors.newSingleThreadScheduledExecutor();
    try {
      RepairReport report =
          ops()
              .executeAsync(ops().plan(target().build()), step -> {}, scheduler)
              .get(1, java.util.concurrent.TimeUnit.MINUTES);

      assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    } finally {
      scheduler.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CreateInstanceProfile",
        "AddRoleToInstanceProfile",
        "ReplaceIamInstanceProfileAssociation"
      })
  void an_answer_that_is_lost_after_the_effect_is_settled_by_looking(String operation) {
    launch(SimulatedAccount.builder().without(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE));
    account.deleteInstanceProfile("web");
    var loss = new LosesAnswer(operation);
    loseAnswers(loss);

    RepairReport report = ops().execute(ops().plan(target().role("web-role").build()));

    assertThat(loss.lost.get()).isEqualTo(1);
    assertThat(report.verdict()).isEqualTo(RepairVerdict.HEALTHY);
    assertThat(apiCalls()).containsOnlyOnce(operation);
  }

  @Test
  void a_write_that_fails_goes_out_once_whatever_the_clients_retry_policy() {
    recreateProfile();
    var failure = new FailsWith500("ReplaceIamInstanceProfileAssociation");
    ec2.close();
    ec2 =
        SdkClients.administrator(account)
            .build(
                Ec2Client.builder().overrideConfiguration(o -> o.addExecutionInterceptor(failure)));
    RepairPlan plan = ops().plan(target().build());

    new AwsWriterProbe(ec2, iam).callOnce(plan);

    assertThat(apiCalls()).containsOnlyOnce("ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void a_denied_write_names_the_permission_that_is_missing() {
    recreateProfile();
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName("administrator")
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":{"Effect":"Allow",
                     "Action":["ec2:Describe*","iam:Get*"],"Resource":"*"}}"""));
    RepairPlan plan = ops().plan(target().build());
    ec2.close();
    ec2 = SdkClients.using(account, credentialsOfInstance()).build(Ec2Client.builder());

    RepairReport report = ops().execute(plan);

    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    assertThat(report.outcomes().get(0).detail())
        .contains("UnauthorizedOperation")
        .contains("ec2:ReplaceIamInstanceProfileAssociation and iam:PassRole");
  }

  @Test
  void where_there_may_be_no_more_profiles_those_that_could_go_are_named_and_left() {
    for (String name : List.of("empty", "used", "spare")) {
      iam.createInstanceProfile(r -> r.instanceProfileName(name));
    }
    account.launchInstance("used");
    account.deleteInstanceProfile("web");
    account.inject(
        Fault.error(
                409, "LimitExceeded", "Cannot exceed quota for InstanceProfilesPerAccount: 1000")
            .on("CreateInstanceProfile"));

    RepairReport report = ops().execute(ops().plan(target().role("web-role").build()));

    assertThat(report.outcomes().get(0).detail())
        .contains(
            "3 profiles hold no role",
            "no instance refers in us-east-1: empty, spare.",
            "a repair deletes none")
        .doesNotContain("used");
    assertThat(account.mutatingCalls()).doesNotContain("DeleteInstanceProfile");
    iam.deleteInstanceProfile(r -> r.instanceProfileName("empty"));
    iam.deleteInstanceProfile(r -> r.instanceProfileName("spare"));
    assertThat(
            ops().execute(ops().plan(target().role("web-role").build())).outcomes().get(0).detail())
        .contains("1 profile holds no role; instances refer to each");
  }

  @Test
  void what_is_printed_holds_no_secret() throws Exception {
    account.deleteInstanceProfile("web");
    var credentials =
        (software.amazon.awssdk.auth.credentials.AwsSessionCredentials)
            credentialsOfInstance().resolveCredentials();
    RepairPlan plan = ops().plan(target().role("web-role").build());
    RepairReport report = ops().execute(plan);

    assertThat(plan + plan.describe() + report + report.describe() + ops().diagnose(id))
        .doesNotContain(credentials.secretAccessKey())
        .doesNotContain(credentials.sessionToken())
        .doesNotContain(credentials.accessKeyId());
  }

  private InstanceProfileOps ops() {
    return InstanceProfileOps.builder(ec2, iam)
        .metadata(metadata)
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(new KeptJournal())
        .build();
  }

  private RepairTarget.Builder target() {
    return RepairTarget.forInstance(id);
  }

  private void recreateProfile() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
  }

  private List<String> apiCalls() {
    return account.calls().stream()
        .filter(call -> !call.service().equals("imds"))
        .map(ApiCall::operation)
        .toList();
  }

  private static Finding only(InstanceDiagnosis diagnosis) {
    assertThat(diagnosis.findings()).hasSize(1);
    return diagnosis.findings().get(0);
  }

  private software.amazon.awssdk.auth.credentials.AwsCredentialsProvider credentialsOfInstance() {
    try (var provider =
        software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider.builder()
            .endpoint(instance.metadataEndpoint().toString())
            .build()) {
      return software.amazon.awssdk.auth.credentials.StaticCredentialsProvider.create(
          provider.resolveCredentials());
    }
  }

  private void loseAnswers(ExecutionInterceptor interceptor) {
    ec2.close();
    iam.close();
    Ec2ClientBuilder ec2Builder =
        Ec2Client.builder().overrideConfiguration(o -> o.addExecutionInterceptor(interceptor));
    IamClientBuilder iamBuilder =
        IamClient.builder().overrideConfiguration(o -> o.addExecutionInterceptor(interceptor));
    ec2 = SdkClients.administrator(account).build(ec2Builder);
    iam = SdkClients.administrator(account).build(iamBuilder);
  }

  /** Calls the write of a plan's first step, and nothing else. */
  private record AwsWriterProbe(Ec2Client ec2, IamClient iam) {
    void callOnce(RepairPlan plan) {
      assertThatThrownBy(
              () -> new AwsWriter(ec2, iam, message -> "").call(plan.steps().get(0), plan.id()))
          .isInstanceOf(software.amazon.awssdk.core.exception.SdkException.class);
    }
  }

  /** The request reaches AWS and takes effect, the first answer does not come back. */
  private static final class LosesAnswer implements ExecutionInterceptor {
    private final String operation;
    private final AtomicInteger lost = new AtomicInteger();

    LosesAnswer(String operation) {
      this.operation = operation;
    }

    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes attributes) {
      if (context.request().getClass().getSimpleName().startsWith(operation)
          && lost.getAndIncrement() == 0) {
        throw SdkClientException.create("the connection was reset");
      }
    }
  }

  private record FailsWith500(String operation) implements ExecutionInterceptor {
    @Override
    public SdkHttpResponse modifyHttpResponse(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return context.request().getClass().getSimpleName().startsWith(operation)
          ? context.httpResponse().toBuilder().statusCode(500).build()
          : context.httpResponse();
    }
  }
}
