package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** A plan can be stored, approved, and carried out later by another process. */
class PlanJsonTest {
  private final MutableClock clock = MutableClock.atRealTime();
  private SimulatedAccount account;
  private SimulatedInstance instance;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    id = InstanceId.of(instance.id());
    ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder());
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
  }

  @AfterEach
  void close() {
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

  private RepairPlan plan() {
    account.deleteInstanceProfile("web");
    try (var metadata = Metadata.client(instance.metadataEndpoint())) {
      return builder()
          .metadata(metadata)
          .caller(() -> new CallerIdentity("arn:aws:sts::123456789012:assumed-role/ops/me"))
          .build()
          .plan(RepairTarget.forInstance(id).role("web-role").allowStopStart().build());
    }
  }

  @Test
  void a_plan_written_and_read_is_the_same_plan() {
    RepairPlan plan = plan();

    assertThat(plan.steps()).hasSize(5);
    assertThat(plan.binding().principal()).isPresent();
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);
  }

  @Test
  void a_plan_with_obstacles_and_one_with_nothing_to_do_are_too() {
    RepairPlan healthy = builder().build().plan(RepairTarget.forInstance(id).build());
    account.deleteInstanceProfile("web");
    RepairPlan blocked = builder().build().plan(RepairTarget.forInstance(id).build());

    assertThat(healthy.nothingToDo()).isTrue();
    assertThat(RepairPlan.fromJson(healthy.toJson())).isEqualTo(healthy);
    assertThat(blocked.obstacles()).isNotEmpty();
    assertThat(RepairPlan.fromJson(blocked.toJson())).isEqualTo(blocked);
  }

  @Test
  void a_plan_with_nothing_to_do_tells_what_is_not_known_and_what_would_settle_it() {
    RepairPlan plan =
        InstanceProfileOps.create(ec2, iam).plan(RepairTarget.forInstance(id).build());

    assertThat(plan.nothingToDo()).isTrue();
    assertThat(plan.describe())
        .contains(
            "Nothing to do, as far as is known.",
            "not known    what the instance itself sees",
            "meta-data/iam/info");
    assertThat(plan.toJson())
        .contains("\"type\" : \"INSTANCE_METADATA\"", "\"settledBy\" : \"run on");
  }

  @Test
  void a_plan_that_was_stored_is_carried_out_by_another_process() {
    account.deleteInstanceProfile("web");
    String stored =
        builder().build().plan(RepairTarget.forInstance(id).role("web-role").build()).toJson();

    assertThat(builder().build().execute(RepairPlan.fromJson(stored)).verdict())
        .isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
  }

  @Test
  void an_older_plan_is_refused_when_the_ids_have_moved() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    account.createInstanceProfile("other", "other-role");
    String stored =
        builder()
            .build()
            .plan(RepairTarget.forInstance(id).instanceProfile("web").build())
            .toJson();
    String association =
        ec2.describeIamInstanceProfileAssociations()
            .iamInstanceProfileAssociations()
            .get(0)
            .associationId();
    ec2.replaceIamInstanceProfileAssociation(
        r -> r.associationId(association).iamInstanceProfile(p -> p.name("other")));
    account.clearJournal();

    RepairReport report = builder().build().execute(RepairPlan.fromJson(stored));

    assertThat(report.succeeded()).isFalse();
    assertThat(report.outcomes().get(0).detail()).contains("the plan is out of date");
    assertThat(account.mutatingCalls()).isEmpty();
  }

  @Test
  void members_that_nobody_knows_are_ignored() {
    RepairPlan plan = plan();
    String json =
        plan.toJson()
            .replaceFirst("\\{", "{\"later\":{\"x\":[1]},")
            .replaceFirst("\"number\" : 1", "\"number\" : 1, \"later\" : true");

    assertThat(RepairPlan.fromJson(json)).isEqualTo(plan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\" : 2 | \"version\" : 1 | version is 1 | version 2",
        "\"version\" : 2 | \"was\" : 2 | version is missing | whole number",
        "\"createdAt\" : \" | \"createdAt\" : \"on | createdAt is | instant",
        "\"operation\" : \"CreateInstanceProfile\" | \"operation\" : \"DeleteInstanceProfile\""
            + " | steps[0].operation | ReplaceIamInstanceProfileAssociation",
        "\"number\" : 2 | \"number\" : 7 | steps[1].number | its place",
        "\"RoleName\" : \"web-role\" | \"x\" : \"y\" | steps[1].parameters.RoleName is missing | text",
        "\"stopStartAllowed\" : true | \"stopStartAllowed\" : \"yes\" | target.stopStartAllowed | true",
        "\"severity\" : \"WILL_BREAK\" | \"severity\" : \"BAD\" | diagnosis.findings[0].severity | RISK",
        "\"obstacles\" : [ ] | \"obstacles\" : {} | obstacles is | array",
        "\"obstacles\" : [ ] | \"obstacles\" : [ { \"type\" : \"X\" } ] | obstacles[0].type is | ROLE_NEEDED",
        "\"Effect\" : \"Allow\" | \"Effect\" : [] | policy is | an IAM policy",
      })
  void what_is_wrong_is_told_with_its_place_and_the_rule(
      String member, String wrong, String place, String rule) {
    String json = plan().toJson();
    assertThat(json).contains(member);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepairPlan.fromJson(json.replace(member, wrong)))
        .withMessageContaining(place)
        .withMessageContaining(rule);
  }

  @Test
  void a_step_that_the_target_does_not_permit_is_refused() {
    String json = plan().toJson();
    assertThat(json).contains("StopInstances");

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RepairPlan.fromJson(
                    json.replace("\"stopStartAllowed\" : true", "\"stopStartAllowed\" : false")))
        .withMessageContaining("operation is StopInstances")
        .withMessageContaining("target.stopStartAllowed is false")
        .withMessageContaining("make a new plan");
  }

  @Test
  void a_step_for_another_instance_than_the_target_is_refused() {
    String json =
        plan().toJson().replace("\"InstanceId.1\" : \"" + id, "\"InstanceId.1\" : \"i-0123abcd");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepairPlan.fromJson(json))
        .withMessageContaining("steps[3].parameters.InstanceId.1")
        .withMessageContaining(id.value());
  }

  /** Of a plan that exchanges a role and lets EC2 assume the one that comes. */
  private String exchange() {
    iam.createRole(
        r ->
            r.roleName("job-role")
                .assumeRolePolicyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                    "Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"""));
    RepairPlan plan =
        builder()
            .build()
            .plan(
                RepairTarget.forInstance(id)
                    .instanceProfile("web")
                    .role("job-role")
                    .allowRoleRemoval()
                    .allowTrustPolicyChange()
                    .build());
    assertThat(plan.steps())
        .extracting(RepairStep::action)
        .containsExactly(
            RepairAction.REMOVE_ROLE_FROM_INSTANCE_PROFILE,
            RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE,
            RepairAction.UPDATE_ASSUME_ROLE_POLICY,
            RepairAction.REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION);
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);
    return plan.toJson();
  }

  private static void set(JsonNode document, String pointer, String value) {
    int last = pointer.lastIndexOf('/');
    var parent = (ObjectNode) document.at(pointer.substring(0, last));
    String name = pointer.substring(last + 1);
    if (value.equals("-")) {
      parent.remove(name);
    } else {
      parent.put(name, value);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/target/role | third-role | steps[0].expects.nextRoleName is job-role: third-role, the",
        "/target/role | - | steps[1].parameters.RoleName is job-role, and target.role is missing",
        "/target/instanceProfile | db | steps[0].parameters.InstanceProfileName is web: db, the",
        "/diagnosis/instance | i-0123abcd | diagnosis.instance is \"i-0123abcd\": the instance of",
        "/steps/0/parameters/InstanceProfileName | db | steps[0].parameters.InstanceProfileName is db",
        "/steps/1/parameters/InstanceProfileName | db | steps[1].parameters.InstanceProfileName is db",
        "/steps/1/parameters/RoleName | admin | steps[1].parameters.RoleName is admin: job-role",
        "/steps/2/parameters/RoleName | admin | steps[2].parameters.RoleName is admin: job-role",
        "/steps/3/parameters/IamInstanceProfile.Name | db | IamInstanceProfile.Name is db: web",
        "/steps/2/parameters/PolicyDocument | {} | steps[2].parameters.PolicyDocument is {}:",
        "/steps/2/expects/replacedPolicyDocument | {} | steps[2].parameters.PolicyDocument is {",
        "/steps/3/parameters/Force | true | steps[3].parameters.Force is \"true\": no parameter",
        "/steps/0/expects/instanceProfileId | - | steps[0].expects.instanceProfileId is missing",
        "/steps/1/expects/instanceProfileId | - | steps[1].expects.instanceProfileId is missing",
        "/steps/3/expects/instanceProfileId | AIPA1 | steps[3].expects.instanceProfileId is AIPA1",
        "/steps/3/expects/associatedProfileId | - | steps[3].expects.associatedProfileId is missing",
        "/steps/1/expects/roleId | AROA1 | steps[2].expects.roleId is AROA",
        "/steps/1/expects/replacedRoleId | AROA1 | steps[1].expects.replacedRoleId is AROA1",
        "/steps/1/expects/replacedRoleId | - | steps[1].expects.replacedRoleId is missing",
        "/steps/3/expects/roleId | '' | steps[3].expects.roleId is \"\"",
      })
  void steps_that_do_not_agree_are_refused_by_member_value_and_remedy(
      String pointer, String value, String told) throws Exception {
    JsonNode document = new ObjectMapper().readTree(exchange());
    set(document, pointer, value);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepairPlan.fromJson(document.toString()))
        .withMessageContaining(told)
        .withMessageMatching("(?s).*expected; (make a new plan|pass what RepairPlan.toJson).*");
  }

  @ParameterizedTest
  @CsvSource({
    "0, steps[0].expects.replacedRoleId is AROA",
    "1, steps[0].operation is RemoveRoleFromInstanceProfile: AddRoleToInstanceProfile as the step"
  })
  void half_of_a_pair_is_refused(int removed, String told) throws Exception {
    JsonNode document = new ObjectMapper().readTree(exchange());
    ((ArrayNode) document.get("steps")).remove(removed);
    for (int i = 0; i < 3; i++) {
      ((ObjectNode) document.at("/steps/" + i)).put("number", i + 1);
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepairPlan.fromJson(document.toString()))
        .withMessageContaining(told);
  }

  @Test
  void steps_in_an_order_that_makes_no_sense_are_refused() throws Exception {
    JsonNode document = new ObjectMapper().readTree(exchange());
    var steps = (ArrayNode) document.get("steps");
    steps.insert(0, steps.remove(3));
    for (int i = 0; i < 4; i++) {
      ((ObjectNode) document.at("/steps/" + i)).put("number", i + 1);
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RepairPlan.fromJson(document.toString()))
        .withMessageContaining(
            "steps[1].operation is RemoveRoleFromInstanceProfile after"
                + " ReplaceIamInstanceProfileAssociation");
  }

  @Test
  void what_a_person_reads_is_what_is_checked_whatever_the_texts_say() {
    String json = exchange();
    RepairPlan read =
        RepairPlan.fromJson(
            json.replaceAll(
                "(\"(?:why|precondition|postcondition|undo)\" : )\"[^\"]*\"", "$1\"x\""));

    assertThat(read).isEqualTo(RepairPlan.fromJson(json));
    assertThat(read.describe()).contains("holds role AROA").doesNotContain("  x\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "[]", "null", "{\"version\":1} {}", "{\"version\":1"})
  void what_is_no_plan_is_refused(String json) {
    assertThatIllegalArgumentException().isThrownBy(() -> RepairPlan.fromJson(json));
  }
}
