package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** What a plan says of the way back, and of the role that the instance leaves, is so. */
class UndoTest {
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceMetadataClient metadata;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    account.createInstanceProfile("db", "db-role");
    SimulatedInstance instance = account.launchInstance("web");
    id = InstanceId.of(instance.id());
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    metadata = Metadata.client(instance.metadataEndpoint());
  }

  @AfterEach
  void close() {
    metadata.close();
    iam.close();
    ec2.close();
    account.close();
  }

  private InstanceProfileOps.Builder builder() {
    return InstanceProfileOps.builder(ec2, iam).clock(clock).pauser(clock::advance);
  }

  private RepairPlan plan(RepairTarget.Builder target) {
    return builder().build().plan(target.build());
  }

  private RepairTarget.Builder target() {
    return RepairTarget.forInstance(id);
  }

  private RepairTarget.Builder toDb() {
    return target().instanceProfile("db");
  }

  private static RepairStep step(RepairPlan plan, RepairAction action) {
    return plan.steps().stream().filter(each -> each.action() == action).findFirst().orElseThrow();
  }

  private String profileId(String name) {
    return iam.getInstanceProfile(r -> r.instanceProfileName(name))
        .instanceProfile()
        .instanceProfileId();
  }

  private String association() {
    return ec2.describeIamInstanceProfileAssociations()
        .iamInstanceProfileAssociations()
        .get(0)
        .associationId();
  }

  @Test
  void a_healthy_instance_that_is_moved_goes_back_by_one_replacement_with_the_old_name() {
    RepairPlan plan = plan(toDb());

    RepairStep swap = step(plan, RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION);
    assertThat(swap.undo())
        .isEqualTo(
            "ReplaceIamInstanceProfileAssociation of the association that is in force then with"
                + " profile web, while that is "
                + profileId("web")
                + "; if the instance is stopped by then, DisassociateIamInstanceProfile and"
                + " AssociateIamInstanceProfile instead");
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);

    assertThat(Repaired.by(builder().build().execute(plan))).isTrue();
    ec2.replaceIamInstanceProfileAssociation(
        r -> r.associationId(association()).iamInstanceProfile(p -> p.name("web")));
    assertThat(builder().build().roleOf(id)).contains("web-role");
  }

  @Test
  void an_instance_that_is_moved_on_request_is_told_from_which_role_to_which() {
    assertThat(plan(toDb()).notes())
        .contains(
            "the role of the instance changes by this, from role web-role to role db-role: what it"
                + " may do is what the policies of the latter say");
  }

  @Test
  void a_profile_with_the_same_role_changes_no_role() {
    account.createInstanceProfile("web-2", "web-role");

    RepairPlan plan = plan(target().instanceProfile("web-2"));

    assertThat(plan.steps()).isNotEmpty();
    assertThat(plan.notes()).noneMatch(note -> note.contains("changes by this"));
  }

  @Test
  void a_stopped_instance_goes_back_by_the_pair() {
    ec2.stopInstances(r -> r.instanceIds(id.value()));

    RepairPlan plan = plan(toDb());

    assertThat(step(plan, RepairAction.ASSOCIATE_IAM_INSTANCE_PROFILE).undo())
        .isEqualTo("DisassociateIamInstanceProfile");
    assertThat(step(plan, RepairAction.DISASSOCIATE_IAM_INSTANCE_PROFILE).undo())
        .isEqualTo(
            "AssociateIamInstanceProfile with profile web, while that is " + profileId("web"));
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);
  }

  @Test
  void there_is_no_way_back_to_a_profile_that_is_gone() {
    String gone = profileId("web");
    account.deleteInstanceProfile("web");
    RepairPlan again = plan(target().role("web-role"));
    RepairPlan moved = plan(toDb());
    account.createInstanceProfile("web", "web-role");
    RepairPlan stale = plan(target());
    RepairPlan movedFromStale = plan(toDb());

    for (RepairPlan plan : new RepairPlan[] {again, moved, stale, movedFromStale}) {
      assertThat(step(plan, RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION).undo())
          .isEqualTo("not possible: IAM has no profile " + gone + " any more");
    }
  }

  @Test
  void the_same_profile_again_needs_no_way_back() {
    clock.advance(Duration.ofMinutes(10));
    builder().build().revokeSessions("web-role");

    assertThat(step(plan(target()), RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION).undo())
        .isEqualTo("not needed: it is the same profile");
  }

  @Test
  void a_profile_that_could_not_be_read_is_named_with_the_id_that_it_must_have() {
    String web = profileId("web");
    // The wanted profile is asked for first.
    account.inject(Fault.error(403, "AccessDenied", "no").on("GetInstanceProfile").atCalls(2));

    RepairPlan plan = plan(toDb());

    assertThat(step(plan, RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION).undo())
        .contains("with profile web, while that is " + web);
    assertThat(plan.diagnosis().unknowns()).anyMatch(each -> each.type() == UnknownType.PROFILE);
  }

  @Test
  void a_role_that_comes_for_the_one_which_the_metadata_still_serves_is_a_change() {
    account.deleteInstanceProfile("web");

    RepairPlan plan = builder().metadata(metadata).build().plan(target().role("db-role").build());

    assertThat(plan.notes())
        .anyMatch(note -> note.contains("changes by this, from role web-role to role db-role"));
  }

  @Test
  void a_role_that_was_created_again_is_another_one_by_its_id() throws Exception {
    try (var recreated = new MatrixAccount(MatrixState.B7, false)) {
      assertThat(recreated.ops(false).plan(recreated.target()).notes())
          .anyMatch(
              note ->
                  note.matches(".* from role web-role \\(AROADEL\\w+\\) to role web-role \\(AR.*"));
    }
  }

  @Test
  void a_repair_that_gives_back_the_role_changes_none() {
    account.deleteInstanceProfile("web");

    RepairPlan plan = builder().metadata(metadata).build().plan(target().role("WEB-role").build());

    assertThat(plan.steps()).isNotEmpty();
    assertThat(plan.notes()).noneMatch(note -> note.contains("changes by this"));
  }
}
