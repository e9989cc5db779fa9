package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** A plan knows who may carry it out, and the library who must not. */
class CallerTest {
  private static final String ACCOUNT = "arn:aws:sts::123456789012:";

  private final MutableClock clock = MutableClock.atRealTime();
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
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    metadata = Metadata.client(instance.metadataEndpoint());
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    account.clearJournal();
  }

  @AfterEach
  void close() {
    metadata.close();
    ec2.close();
    iam.close();
    account.close();
  }

  private InstanceProfileOps as(String arn) {
    return builder().caller(() -> new CallerIdentity(arn)).build();
  }

  private InstanceProfileOps.Builder builder() {
    return InstanceProfileOps.builder(ec2, iam)
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(new KeptJournal());
  }

  private RepairTarget target() {
    return RepairTarget.forInstance(id).build();
  }

  @Test
  void another_session_of_the_same_role_may_carry_a_plan_out() {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());

    assertThat(plan.binding())
        .isEqualTo(
            new PlanBinding(
                "123456789012",
                "aws",
                account.region(),
                Optional.of(ACCOUNT + "assumed-role/ops")));
    assertThat(as(ACCOUNT + "assumed-role/ops/tuesday").execute(plan).verdict())
        .isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:sts::123456789012:assumed-role/other/monday",
        "arn:aws:iam::123456789012:user/ops"
      })
  void another_caller_is_pointed_out_and_may_carry_a_plan_out(String other) {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());
    var warnings = new Warnings();

    RepairReport report = as(other).execute(plan, warnings);

    assertThat(report.verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
    assertThat(warnings.told)
        .singleElement()
        .asString()
        .contains("was made by " + ACCOUNT + "assumed-role/ops");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:sts::123456789012:assumed-role/other/monday",
        "arn:aws:iam::123456789012:user/ops"
      })
  void another_caller_is_refused_where_the_plan_is_for_its_own_caller_only(String other) {
    RepairPlan plan =
        as(ACCOUNT + "assumed-role/ops/monday")
            .plan(RepairTarget.forInstance(id).sameCallerOnly().build());

    refused(
        as(other),
        RepairPlan.fromJson(plan.toJson()),
        "its own caller only",
        new CallerIdentity(other).principal());
    refused(builder().build(), plan, "its own caller only", "nobody who says so");
    assertThat(as(ACCOUNT + "assumed-role/ops/tuesday").execute(plan).verdict())
        .isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:sts::999999999999:assumed-role/ops/monday, account 123456789012",
    "arn:aws-cn:sts::123456789012:assumed-role/ops/monday, partition aws"
  })
  void a_caller_of_another_account_or_partition_is_refused(String other, String bound) {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());

    refused(as(other), plan, "the plan is for " + bound);
  }

  @Test
  void another_region_is_refused_whoever_calls() {
    RepairPlan plan = builder().build().plan(target());
    RepairPlan moved =
        RepairPlan.fromJson(
            plan.toJson()
                .replace(
                    "\"region\" : \"" + account.region() + "\"", "\"region\" : \"eu-west-3\""));

    refused(builder().build(), moved, "Region eu-west-3", account.region());
  }

  private void refused(InstanceProfileOps ops, RepairPlan plan, String... because) {
    RepairReport report = ops.execute(plan);

    assertThat(report.verdict()).isEqualTo(RepairVerdict.INCOMPLETE);
    StepOutcome outcome = report.outcomes().get(0);
    assertThat(outcome.failure().orElseThrow().kind()).isEqualTo(StepFailure.Kind.REFUSED_BY_GUARD);
    assertThat(outcome.detail()).contains("Nothing was done by this run").contains(because);
    assertThat(account.mutatingCalls()).isEmpty();
  }

  private static final class Warnings implements RepairListener {
    private final List<String> told = new ArrayList<>();

    @Override
    public void onStep(StepOutcome outcome) {
      // Only the warnings count.
    }

    @Override
    public void onWarning(String warning) {
      told.add(warning);
    }
  }

  @Test
  void whoever_runs_on_the_credentials_under_repair_is_warned() {
    RepairPlan own = as(ACCOUNT + "assumed-role/web-role/" + id).plan(target());

    assertThat(own.steps()).isNotEmpty();
    assertThat(own.notes())
        .anySatisfy(note -> assertThat(note).contains("the very credentials under repair"));
    assertThat(as(ACCOUNT + "assumed-role/web-role/i-0123456789abcdef0").plan(target()).notes())
        .noneSatisfy(note -> assertThat(note).contains("the very credentials"));
  }

  @Test
  void whoever_runs_on_the_instance_cannot_stop_it() {
    RepairTarget stop = RepairTarget.forInstance(id).allowStopStart().build();

    RepairPlan plan =
        builder()
            .metadata(metadata)
            .caller(() -> new CallerIdentity(ACCOUNT + "assumed-role/web-role/" + id))
            .build()
            .plan(stop);

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.obstacles()).singleElement().asString().contains("could not start it again");
  }

  @Test
  void a_plan_of_another_session_of_the_role_does_not_let_an_instance_stop_itself() {
    RepairTarget stop = RepairTarget.forInstance(id).allowStopStart().build();
    String elsewhere = ACCOUNT + "assumed-role/web-role/i-0123456789abcdef0";
    RepairPlan plan =
        builder().metadata(metadata).caller(() -> new CallerIdentity(elsewhere)).build().plan(stop);
    assertThat(plan.steps())
        .extracting(RepairStep::operation)
        .contains("StopInstances", "StartInstances");

    refused(
        as(ACCOUNT + "assumed-role/web-role/" + id), plan, "could not start it again", id.value());
  }

  @Test
  void a_plan_bound_to_nobody_does_not_let_an_instance_stop_itself_either() {
    RepairPlan plan =
        builder()
            .metadata(metadata)
            .build()
            .plan(RepairTarget.forInstance(id).allowStopStart().build());

    refused(as(ACCOUNT + "assumed-role/web-role/" + id), plan, "could not start it again");
  }

  @Test
  void nobody_ends_the_association_that_its_own_session_rests_on() {
    ec2.stopInstances(r -> r.instanceIds(id.value()));
    clock.advance(Duration.ofMinutes(1));
    account.clearJournal();
    RepairPlan plan = builder().build().plan(target());
    assertThat(plan.steps())
        .extracting(RepairStep::operation)
        .contains("DisassociateIamInstanceProfile");

    refused(as(ACCOUNT + "assumed-role/web-role/" + id), plan, "might have no credentials left");
  }

  @Test
  void whoever_carries_out_a_plan_on_the_credentials_under_repair_is_warned_then() {
    var warnings = new Warnings();
    String session = ACCOUNT + "assumed-role/web-role/";
    RepairPlan plan = as(session + "i-0123456789abcdef0").plan(target());

    as(session + id).execute(plan, warnings);

    assertThat(warnings.told)
        .singleElement()
        .asString()
        .contains("the very credentials under repair");
    as(session + "i-0123456789abcdef0").execute(plan, warnings);
    assertThat(warnings.told).hasSize(1);
  }

  @Test
  void nobody_revokes_its_own_sessions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> as(ACCOUNT + "assumed-role/web-role/me").revokeSessions("Web-Role"))
        .withMessageContaining("lock itself out");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:sts::123456789012:assumed-role/ops/a, arn:aws:sts::123456789012:assumed-role/ops, ops",
    "arn:aws-cn:iam::123456789012:user/team/alice, arn:aws-cn:iam::123456789012:user/team/alice,",
    "arn:aws-us-gov:iam::123456789012:root, arn:aws-us-gov:iam::123456789012:root,",
    "arn:aws:sts::123456789012:federated-user/bob, arn:aws:sts::123456789012:federated-user/bob,",
  })
  void a_caller_is_taken_apart(String arn, String principal, String role) {
    var caller = new CallerIdentity(arn);

    assertThat(caller.principal()).isEqualTo(principal);
    assertThat(caller.roleName().orElse(null)).isEqualTo(role);
    assertThat(arn).startsWith("arn:" + caller.partition() + ":");
    assertThat(caller.accountId()).isEqualTo("123456789012");
  }

  @Test
  void what_is_no_caller_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CallerIdentity("alice"))
        .withMessageContainingAll("alice", "GetCallerIdentity");
  }
}
