package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.waiters.Ec2Waiter;
import software.amazon.awssdk.services.iam.IamClient;

/** What takes time in the account, on its own clock. */
class TransitionTest {
  private static final Duration LAG = Duration.ofSeconds(30);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private Ec2Client ec2;
  private IamClient iam;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
    iam = SdkClients.administrator(account).build(IamClient.builder());
  }

  @AfterEach
  void close() {
    ec2.close();
    iam.close();
    account.close();
  }

  @Test
  void a_launched_instance_is_pending_at_first_and_has_no_metadata() {
    account.timing(Timing.INSTANCE_START, LAG);
    String id = account.launchInstance("web").id();

    assertThat(state(id)).isEqualTo(InstanceStateName.PENDING);
    assertThatThrownBy(() -> get(account.instance(id), "/latest/meta-data/"))
        .isInstanceOf(java.io.IOException.class);
    account.clock().advance(LAG);
    assertThat(state(id)).isEqualTo(InstanceStateName.RUNNING);
  }

  @Test
  void an_instance_that_is_stopping_cannot_be_started_yet() {
    account.timing(Timing.INSTANCE_STOP, LAG);
    ec2.stopInstances(r -> r.instanceIds(instance.id()));

    assertThat(state(instance.id())).isEqualTo(InstanceStateName.STOPPING);
    assertCode(
        "IncorrectInstanceState", () -> ec2.startInstances(r -> r.instanceIds(instance.id())));
    account.clock().advance(LAG);
    ec2.startInstances(r -> r.instanceIds(instance.id()));
    assertThat(state(instance.id())).isEqualTo(InstanceStateName.RUNNING);
  }

  @Test
  void the_sdks_waiters_see_an_instance_stop_and_run() {
    account.timing(Timing.INSTANCE_STOP, Duration.ofSeconds(40));
    account.timing(Timing.INSTANCE_START, Duration.ofSeconds(40));
    // Each look takes fifteen seconds of the account's time and none of ours.
    ExecutionInterceptor clockwork =
        new ExecutionInterceptor() {
          @Override
          public void beforeExecution(
              Context.BeforeExecution context, ExecutionAttributes attributes) {
            account.clock().advance(Duration.ofSeconds(15));
          }
        };
    try (Ec2Client moving =
            SdkClients.administrator(account)
                .build(
                    Ec2Client.builder()
                        .overrideConfiguration(o -> o.addExecutionInterceptor(clockwork)));
        Ec2Waiter waiter =
            Ec2Waiter.builder()
                .client(moving)
                .overrideConfiguration(
                    o -> o.backoffStrategyV2(BackoffStrategy.retryImmediately()).maxAttempts(10))
                .build()) {
      moving.stopInstances(r -> r.instanceIds(instance.id()));
      assertThat(
              waiter
                  .waitUntilInstanceStopped(r -> r.instanceIds(instance.id()))
                  .matched()
                  .response())
          .isPresent();
      moving.startInstances(r -> r.instanceIds(instance.id()));
      assertThat(
              waiter
                  .waitUntilInstanceRunning(r -> r.instanceIds(instance.id()))
                  .matched()
                  .response())
          .isPresent();
    }
  }

  @Test
  void a_replacement_is_listed_beside_what_it_replaces_until_it_is_through() {
    account.timing(Timing.ASSOCIATION_TRANSITION, LAG);
    account.createInstanceProfile("other", "other-role");
    IamInstanceProfileAssociation old = associations().get(0);
    IamInstanceProfileAssociation coming =
        ec2.replaceIamInstanceProfileAssociation(
                r -> r.associationId(old.associationId()).iamInstanceProfile(p -> p.name("other")))
            .iamInstanceProfileAssociation();

    assertThat(coming.associationId()).isNotEqualTo(old.associationId());
    assertThat(associations())
        .extracting(
            IamInstanceProfileAssociation::associationId,
            IamInstanceProfileAssociation::stateAsString)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(old.associationId(), "disassociating"),
            org.assertj.core.groups.Tuple.tuple(coming.associationId(), "associating"));
    account.clock().advance(LAG);
    assertThat(associations())
        .singleElement()
        .satisfies(each -> assertThat(each.stateAsString()).isEqualTo("associated"));
    assertCode(
        "IncorrectState",
        () ->
            ec2.replaceIamInstanceProfileAssociation(
                r ->
                    r.associationId(old.associationId()).iamInstanceProfile(p -> p.name("other"))));
  }

  @Test
  void an_association_that_is_ending_is_in_the_way_of_the_next() {
    account.timing(Timing.ASSOCIATION_TRANSITION, LAG);
    String id = associations().get(0).associationId();
    ec2.disassociateIamInstanceProfile(r -> r.associationId(id));

    assertThat(associations())
        .singleElement()
        .satisfies(each -> assertThat(each.stateAsString()).isEqualTo("disassociating"));
    assertCode("IncorrectState", this::associate);
    account.clock().advance(LAG);
    associate();
    assertThat(associations()).hasSize(1);
  }

  @Test
  void ec2_does_not_see_a_new_profile_before_its_time() {
    account.timing(Timing.IAM_TO_EC2, LAG);
    account.createInstanceProfile("late", "web-role");
    String id = associations().get(0).associationId();

    assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("late")).instanceProfile())
        .isNotNull();
    assertThatThrownBy(() -> replaceBy(id, "late"))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e ->
                assertThat(e.awsErrorDetails().errorMessage())
                    .isEqualTo(
                        "Value (late) for parameter iamInstanceProfile.name is invalid. Invalid"
                            + " IAM Instance Profile name"));
    account.clock().advance(LAG);
    replaceBy(id, "late");
  }

  @Test
  void ec2_goes_on_seeing_a_deleted_profile_for_a_while_by_its_id() {
    account.timing(Timing.IAM_TO_EC2, LAG);
    String old = associations().get(0).iamInstanceProfile().id();
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    String fresh =
        iam.getInstanceProfile(r -> r.instanceProfileName("web"))
            .instanceProfile()
            .instanceProfileId();

    replaceBy(associations().get(0).associationId(), "web");
    assertThat(associations().get(0).iamInstanceProfile().id()).isEqualTo(old);
    account.clock().advance(LAG);
    replaceBy(associations().get(0).associationId(), "web");
    assertThat(associations().get(0).iamInstanceProfile().id()).isEqualTo(fresh).isNotEqualTo(old);
  }

  @Test
  void a_role_that_ec2_does_not_see_yet_is_missing_in_the_metadata() throws Exception {
    account.timing(Timing.IAM_TO_EC2, Duration.ofMinutes(2));
    iam.createInstanceProfile(r -> r.instanceProfileName("late"));
    account.clock().advance(Duration.ofMinutes(2));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("late").roleName("web-role"));
    SimulatedInstance other = account.launchInstance("late");

    assertThat(get(other, "/latest/meta-data/iam/info")).contains("does not contain a role");
    account.clock().advance(Duration.ofHours(1)); // the next refresh
    assertThat(get(other, "/latest/meta-data/iam/info")).doesNotContain("does not contain");
  }

  @Test
  void a_shorter_delay_lets_no_change_overtake_an_older_one() throws Exception {
    account.timing(Timing.IAM_TO_EC2, LAG);
    account.createInstanceProfile("gone", "web-role");
    account.timing(Timing.IAM_TO_EC2, Duration.ZERO);
    account.deleteInstanceProfile("gone");
    account.clock().advance(Duration.ofHours(2));

    assertInvalidProfile(() -> run("gone"));
    account.createInstanceProfile("gone", "web-role"); // nothing is on its way any more
    assertThat(get(run("gone"), "/latest/meta-data/iam/info")).contains("Success");
  }

  @Test
  void a_role_taken_out_under_a_shorter_delay_is_out_once_ec2_has_seen_it_in() {
    iam.createInstanceProfile(r -> r.instanceProfileName("bare"));
    account.timing(Timing.IAM_TO_EC2, LAG);
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("bare").roleName("web-role"));
    account.timing(Timing.IAM_TO_EC2, Duration.ofSeconds(1));
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("bare").roleName("web-role"));
    account.clock().advance(LAG);

    assertThatThrownBy(() -> run("bare")).hasMessageContaining("has no associated IAM Roles");
  }

  @Test
  void a_change_waits_for_no_older_one_that_ec2_has_seen() {
    account.timing(Timing.IAM_TO_EC2, LAG);
    account.createInstanceProfile("seen", "web-role");
    account.clock().advance(LAG);
    run("seen");
    account.clock().set(account.clock().instant().minus(Duration.ofDays(1)));
    account.timing(Timing.IAM_TO_EC2, Duration.ZERO);
    account.deleteInstanceProfile("seen");

    assertInvalidProfile(() -> run("seen"));
  }

  @Test
  void metadata_follows_a_changed_association_after_its_lag() throws Exception {
    account.createInstanceProfile("other", "other-role");
    account.launchInstance("other"); // so that EC2 has delivered the profile before
    account.timing(Timing.METADATA_LAG, LAG);
    replaceBy(associations(instance.id()).get(0).associationId(), "other");

    String roles = "/latest/meta-data/iam/security-credentials/";
    assertThat(get(instance, roles)).isEqualTo("web-role");
    account.clock().advance(LAG);
    assertThat(get(instance, roles)).isEqualTo("other-role");
  }

  @Test
  void what_is_due_happens_in_its_order_however_far_the_clock_jumps() throws Exception {
    account.timing(Timing.INSTANCE_STOP, LAG);
    account.timing(Timing.INSTANCE_START, LAG);
    ec2.stopInstances(r -> r.instanceIds(instance.id()));
    account.clock().advance(LAG);
    ec2.startInstances(r -> r.instanceIds(instance.id()));
    account.clock().advance(Duration.ofHours(5));

    // Started after thirty seconds, refreshed every hour since.
    assertThat(get(instance, "/latest/meta-data/iam/info"))
        .contains(
            "\"LastUpdated\" : \""
                + account
                    .clock()
                    .instant()
                    .minus(Duration.ofHours(1))
                    .plus(LAG)
                    .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                + "\"");
  }

  /** Launches by EC2's own view of the profiles. */
  private SimulatedInstance run(String profile) {
    String id =
        ec2.runInstances(
                r ->
                    r.minCount(1)
                        .maxCount(1)
                        .imageId("ami-1")
                        .iamInstanceProfile(p -> p.name(profile)))
            .instances()
            .get(0)
            .instanceId();
    return account.instance(id);
  }

  private static void assertInvalidProfile(Runnable call) {
    assertThatThrownBy(call::run).hasMessageContaining("Invalid IAM Instance Profile name");
  }

  private void associate() {
    ec2.associateIamInstanceProfile(
        r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web")));
  }

  private void replaceBy(String association, String profile) {
    ec2.replaceIamInstanceProfileAssociation(
        r -> r.associationId(association).iamInstanceProfile(p -> p.name(profile)));
  }

  private List<IamInstanceProfileAssociation> associations() {
    return ec2.describeIamInstanceProfileAssociations().iamInstanceProfileAssociations();
  }

  private List<IamInstanceProfileAssociation> associations(String instanceId) {
    return ec2.describeIamInstanceProfileAssociations(
            r -> r.filters(f -> f.name("instance-id").values(instanceId)))
        .iamInstanceProfileAssociations();
  }

  private InstanceStateName state(String id) {
    return ec2.describeInstances(r -> r.instanceIds(id))
        .reservations()
        .get(0)
        .instances()
        .get(0)
        .state()
        .name();
  }

  private static void assertCode(String code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
  }

  private String get(SimulatedInstance of, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(of.metadataEndpoint() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
