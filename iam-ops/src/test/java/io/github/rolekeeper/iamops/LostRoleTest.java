package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.cloudtrail.CloudTrailRoleHistory;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.Event;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.Tag;

/** The role that went with its profile is sought and offered, and never written by itself. */
class LostRoleTest {
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:53Z");
  private final Journal journal = new KeptJournal();
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private CloudTrailClient trail;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    trail = SdkClients.administrator(account).inProcess().build(CloudTrailClient.builder());
  }

  @AfterEach
  void close() {
    ec2.close();
    iam.close();
    trail.close();
    account.close();
  }

  @Test
  void without_any_trace_the_caller_is_asked() {
    account.deleteInstanceProfile("web");

    assertThat(obstacle(List.of())).contains("Pass role(name)").doesNotContain("may have been");
  }

  @Test
  void cloudtrail_offers_the_role_with_the_event() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    iam.deleteInstanceProfile(r -> r.instanceProfileName("web"));
    clock.advance(Duration.ofMinutes(10));

    String obstacle = obstacle(new CloudTrailRoleHistory(trail).rolesOf("web"));

    assertThat(obstacle)
        .contains("It may have been: web-role (CloudTrail RemoveRoleFromInstanceProfile ");
    assertThat(account.mutatingCalls())
        .containsExactly("RemoveRoleFromInstanceProfile", "DeleteInstanceProfile");
  }

  @Test
  void a_call_that_was_refused_is_no_trace() {
    account.createInstanceProfile("other", "other-role");
    assertThatThrownBy(
            () ->
                iam.addRoleToInstanceProfile(
                    r -> r.instanceProfileName("web").roleName("other-role")))
        .isInstanceOf(LimitExceededException.class);
    clock.advance(Duration.ofMinutes(10));

    assertThat(trail.lookupEvents(r -> r.maxResults(50)).events())
        .extracting(Event::eventName)
        .containsExactly("AddRoleToInstanceProfile");
    assertThat(new CloudTrailRoleHistory(trail).rolesOf("web")).isEmpty();
  }

  @Test
  void the_journal_of_a_repair_before_offers_the_role() {
    assertThat(
            journal.put(
                new JournalEntry(
                    id,
                    1,
                    clock.instant(),
                    "plan-before",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(
                        new JournalEntry.Call(
                            "RemoveRoleFromInstanceProfile",
                            Map.of("InstanceProfileName", "web", "RoleName", "web-role"),
                            JournalEntry.CallState.ACCEPTED)))))
        .isTrue();
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    assertThat(obstacle(List.of())).contains("web-role (the journal, plan-before, ");
  }

  @Test
  void a_role_of_the_same_name_is_offered_as_a_convention() {
    account.createInstanceProfile("batch", "batch");
    InstanceId batch = InstanceId.of(account.launchInstance("batch").id());
    account.deleteInstanceProfile("batch");

    assertThat(plan(RepairTarget.forInstance(batch).build(), profile -> List.of()).obstacles())
        .singleElement()
        .asString()
        .contains("batch (a role of the same name as the profile, by convention)");
  }

  @Test
  void a_history_that_fails_is_told_and_does_not_end_the_plan() {
    account.deleteInstanceProfile("web");

    RepairPlan plan =
        plan(
            RepairTarget.forInstance(id).build(),
            profile -> {
              throw new IllegalStateException("no trail");
            });

    assertThat(plan.obstacles()).singleElement().asString().contains("no trail");
  }

  @Test
  void the_history_is_not_asked_if_the_caller_knows() {
    account.deleteInstanceProfile("web");

    RepairPlan plan =
        plan(
            RepairTarget.forInstance(id).role("web-role").build(),
            profile -> {
              throw new AssertionError("asked for " + profile);
            });

    assertThat(plan.obstacles()).isEmpty();
  }

  @Test
  void a_profile_is_made_again_with_the_tags_that_cloudtrail_tells() {
    InstanceId tagged = launchTagged();
    iam.tagInstanceProfile(
        r ->
            r.instanceProfileName("tagged")
                .tags(t -> t.key("Owner").value("ops"), t -> t.key("Old").value("x")));
    iam.untagInstanceProfile(r -> r.instanceProfileName("tagged").tagKeys("Old"));
    account.deleteInstanceProfile("tagged");
    clock.advance(Duration.ofMinutes(10));
    RepairTarget target = RepairTarget.forInstance(tagged).role("web-role").build();

    RepairPlan plan = plan(target, new CloudTrailRoleHistory(trail));

    assertThat(plan.steps().get(0).parameters())
        .containsEntry("Tags.member.1.Key", "Owner")
        .containsEntry("Tags.member.1.Value", "ops")
        .containsEntry("Tags.member.2.Key", "Team")
        .doesNotContainValue("Old");
    assertThat(plan.policy()).contains("\"iam:TagInstanceProfile\"");
    assertThat(plan.notes())
        .anySatisfy(
            note -> assertThat(note).contains("gets back the tags", "CloudTrail CreateInstance"));
    InstanceProfileOps ops = ops(new CloudTrailRoleHistory(trail));
    assertThat(Repaired.by(ops.execute(RepairPlan.fromJson(plan.toJson())))).isTrue();
    assertThat(tags()).containsExactlyInAnyOrderEntriesOf(Map.of("Team", "web", "Owner", "ops"));
  }

  @Test
  void the_journal_of_a_repair_before_tells_the_tags_of_the_very_profile() {
    InstanceId tagged = launchTagged();
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("tagged").roleName("web-role"));
    RepairTarget target = RepairTarget.forInstance(tagged).role("web-role").build();
    InstanceProfileOps ops = ops(profile -> List.of());
    assertThat(Repaired.by(ops.execute(ops.plan(target)))).isTrue();
    account.deleteInstanceProfile("tagged");

    RepairPlan plan = ops.plan(target);

    assertThat(plan.steps().get(0).parameters()).containsEntry("Tags.member.1.Value", "web");
    assertThat(plan.notes())
        .anySatisfy(note -> assertThat(note).contains("gets back the tags", "the journal, plan-"));
    assertThat(Repaired.by(ops.execute(plan))).isTrue();
    assertThat(tags()).containsExactlyEntriesOf(Map.of("Team", "web"));
  }

  @Test
  void tags_of_another_profile_that_had_the_name_before_are_not_given_to_this_one() {
    assertThat(
            journal.put(
                new JournalEntry(
                    id,
                    1,
                    clock.instant(),
                    "plan-before",
                    Optional.of(
                        new JournalEntry.Prior(
                            "iip-assoc-0123456789abcdef0",
                            "arn:aws:iam::" + account.accountId() + ":instance-profile/web",
                            "AIPAIOSFODNN7EXAMPLE1",
                            Optional.of("web-role"),
                            Map.of("Team", "other"))),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())))
        .isTrue();
    account.deleteInstanceProfile("web");

    RepairPlan plan =
        plan(RepairTarget.forInstance(id).role("web-role").build(), profile -> List.of());

    assertThat(plan.steps().get(0).parameters()).doesNotContainValue("Team");
  }

  @Test
  void tags_that_nothing_tells_are_told_to_be_unknown_and_need_no_permission() {
    account.deleteInstanceProfile("web");

    RepairPlan plan =
        plan(RepairTarget.forInstance(id).role("web-role").build(), profile -> List.of());

    assertThat(plan.notes())
        .anySatisfy(note -> assertThat(note).contains("whether profile web had tags is not known"));
    assertThat(plan.policy()).doesNotContain("iam:TagInstanceProfile");
  }

  @Test
  void tags_that_only_aws_may_set_are_left_out() {
    account.deleteInstanceProfile("web");
    RoleHistory history =
        new RoleHistory() {
          @Override
          public List<Entry> rolesOf(String instanceProfile) {
            return List.of();
          }

          @Override
          public Optional<Tags> tagsOf(String instanceProfile) {
            return Optional.of(
                new Tags(Map.of("aws:cloudformation:stack-name", "a", "Team", "web"), "a list"));
          }
        };

    RepairPlan plan = plan(RepairTarget.forInstance(id).role("web-role").build(), history);

    assertThat(plan.steps().get(0).parameters())
        .containsEntry("Tags.member.1.Key", "Team")
        .doesNotContainKey("Tags.member.2.Key");
  }

  @Test
  void a_history_that_fails_to_tell_the_tags_does_not_end_the_plan() {
    account.deleteInstanceProfile("web");
    RoleHistory history =
        new RoleHistory() {
          @Override
          public List<Entry> rolesOf(String instanceProfile) {
            return List.of();
          }

          @Override
          public Optional<Tags> tagsOf(String instanceProfile) {
            throw new IllegalStateException("no trail");
          }
        };

    RepairPlan plan = plan(RepairTarget.forInstance(id).role("web-role").build(), history);

    assertThat(plan.steps()).isNotEmpty();
    assertThat(plan.diagnosis().unknowns())
        .anySatisfy(
            unknown ->
                assertThat(unknown.describe()).contains("tags of the lost profile", "no trail"));
  }

  private InstanceId launchTagged() {
    iam.createInstanceProfile(
        r -> r.instanceProfileName("tagged").tags(t -> t.key("Team").value("web")));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("tagged").roleName("web-role"));
    return InstanceId.of(account.launchInstance("tagged").id());
  }

  private Map<String, String> tags() {
    return iam
        .getInstanceProfile(r -> r.instanceProfileName("tagged"))
        .instanceProfile()
        .tags()
        .stream()
        .collect(Collectors.toMap(Tag::key, Tag::value));
  }

  private String obstacle(List<RoleHistory.Entry> history) {
    RepairPlan plan = plan(RepairTarget.forInstance(id).build(), profile -> history);
    assertThat(plan.steps()).isEmpty();
    assertThat(plan.obstacles()).hasSize(1);
    return plan.obstacles().get(0).describe();
  }

  private RepairPlan plan(RepairTarget target, RoleHistory history) {
    return ops(history).plan(target);
  }

  private InstanceProfileOps ops(RoleHistory history) {
    return InstanceProfileOps.builder(ec2, iam)
        .clock(clock)
        .pauser(clock::advance)
        .ownHost(id -> false)
        .journal(journal)
        .roleHistory(history)
        .build();
  }
}
