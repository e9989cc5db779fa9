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
    return InstanceProfileOps.builder(ec2, iam).clock(clock).pauser(clock::advance);
  }

  private RepairTarget target() {
    return RepairTarget.forInstance(id).build();
  }

  @Test
  void another_session_of_the_same_role_may_carry_a_plan_out() {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());

    assertThat(plan.binding().orElseThrow())
        .isEqualTo(
            new PlanBinding(ACCOUNT + "assumed-role/ops", "123456789012", "aws", account.region()));
    assertThat(as(ACCOUNT + "assumed-role/ops/tuesday").execute(plan).succeeded()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:sts::123456789012:assumed-role/other/monday",
        "arn:aws:iam::123456789012:user/ops",
        "arn:aws:sts::999999999999:assumed-role/ops/monday",
        "arn:aws-cn:sts::123456789012:assumed-role/ops/monday"
      })
  void anybody_else_is_refused(String other) {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> as(other).execute(plan))
        .withMessageContaining("bound to principal " + ACCOUNT + "assumed-role/ops");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void nobody_in_particular_is_refused() {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().build().execute(plan))
        .withMessageContaining("nobody says who the caller is");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void another_region_is_refused() {
    RepairPlan plan = as(ACCOUNT + "assumed-role/ops/monday").plan(target());
    RepairPlan moved =
        RepairPlan.fromJson(
            plan.toJson()
                .replace(
                    "\"region\" : \"" + account.region() + "\"", "\"region\" : \"eu-west-3\""));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> as(ACCOUNT + "assumed-role/ops/monday").execute(moved))
        .withMessageContainingAll("Region eu-west-3", account.region());
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

    assertThatIllegalArgumentException()
        .isThrownBy(() -> as(ACCOUNT + "assumed-role/web-role/" + id).execute(plan))
        .withMessageContainingAll("could not start it again", id.value());
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void a_plan_bound_to_nobody_does_not_let_an_instance_stop_itself_either() {
    RepairPlan plan =
        builder()
            .metadata(metadata)
            .build()
            .plan(RepairTarget.forInstance(id).allowStopStart().build());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> as(ACCOUNT + "assumed-role/web-role/" + id).execute(plan))
        .withMessageContaining("could not start it again");
    assertThat(account.mutatingCalls()).isEmpty();
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

    assertThatIllegalArgumentException()
        .isThrownBy(() -> as(ACCOUNT + "assumed-role/web-role/" + id).execute(plan))
        .withMessageContaining("might have no credentials left");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void whoever_carries_out_a_plan_on_the_credentials_under_repair_is_warned_then() {
    var warnings = new ArrayList<String>();
    var listener =
        new RepairListener() {
          @Override
          public void onStep(StepOutcome outcome) {
            // Only the warning counts.
          }

          @Override
          public void onWarning(String warning) {
            warnings.add(warning);
          }
        };
    String session = ACCOUNT + "assumed-role/web-role/";
    RepairPlan plan = as(session + "i-0123456789abcdef0").plan(target());

    as(session + id).execute(plan, listener);

    assertThat(warnings).singleElement().asString().contains("the very credentials under repair");
    as(session + "i-0123456789abcdef0").execute(plan, listener);
    assertThat(warnings).hasSize(1);
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
