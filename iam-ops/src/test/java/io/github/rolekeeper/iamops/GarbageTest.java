package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** What is nonsense is refused in a sentence before anything is asked or written. */
class GarbageTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private InstanceProfileOps ops;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    id = InstanceId.of(account.launchInstance("web").id());
    SdkClients clients = SdkClients.administrator(account).inProcess();
    ec2 = clients.build(Ec2Client.builder());
    iam = clients.build(IamClient.builder());
    ops =
        InstanceProfileOps.builder(ec2, iam)
            .caller(() -> new CallerIdentity("arn:aws:iam::123456789012:user/me"))
            .build();
    account.clearJournal();
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "../web",
        "arn:aws:iam::123456789012:role/web-role",
        "rôle",
        "x\ny",
        "{{7*7}}",
        "a-name-that-is-longer-than-any-name-that-iam-takes-which-is-one-hundred-and-twenty-eight"
            + "-characters-for-a-profile-and-sixty-four-for-a-role"
      })
  void what_is_no_name_is_refused_with_the_rule_and_the_remedy(String name) {
    List<Runnable> calls =
        List.of(
            () -> ops.diagnoseProfile(name),
            () -> ops.diagnoseRole(name),
            () -> ops.revokeSessions(name),
            () -> ops.liftRevocation(name, LiftAcknowledgement.OLD_SESSIONS_WORK_AGAIN),
            () -> RepairTarget.forInstance(id).role(name).build(),
            () -> RepairTarget.forInstance(id).instanceProfile(name).build());

    assertThat(calls)
        .allSatisfy(
            call ->
                assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessageStartingWith("\"" + name + "\" is no name of a")
                    .withMessageContainingAll("IAM allows 1 to", "pass the name, not the ARN"));
    assertThat(account.calls()).isEmpty();
  }

  @Test
  void a_plan_with_anything_wrong_in_it_is_read_or_refused_by_the_place() throws Exception {
    account.deleteInstanceProfile("web");
    RepairPlan plan = ops.plan(RepairTarget.forInstance(id).role("web-role").build());
    JsonNode whole = MAPPER.readTree(plan.toJson());
    List<String> garbage =
        List.of("null", "7", "-1", "1.5", "true", "\"\"", "\"no such thing\"", "[]", "{}");
    var accepted = new ArrayList<String>();
    int refused = 0;

    for (String pointer : pointers(whole)) {
      for (String each : garbage) {
        String json = replaced(whole, pointer, MAPPER.readTree(each));
        try {
          RepairPlan read = RepairPlan.fromJson(json);
          assertThat(RepairPlan.fromJson(read.toJson())).as(pointer + " " + each).isEqualTo(read);
          accepted.add(pointer);
        } catch (IllegalArgumentException e) {
          refused++;
          String[] names = pointer.split("/", -1);
          // The policy is AWS's to know.
          String place = pointer.startsWith("/policy") ? "policy" : names[names.length - 1];
          assertThat(e)
              .as(pointer + " " + each)
              .hasMessageContaining(place.matches("[0-9]+") ? "[" + place + "]" : place)
              .hasMessageMatching("(?s).*(expected|IAM allows|is wrong:).*");
        }
      }
    }
    assertThat(refused).isGreaterThan(300);
    assertThat(accepted)
        .as("what decides what is called is never taken for something else")
        .noneMatch(pointer -> pointer.matches("/version|/id|/target/instance|/steps/./operation"))
        .noneMatch(
            pointer -> pointer.matches("/steps/./parameters/(InstanceProfileName|RoleName|Path)"));
  }

  private static List<String> pointers(JsonNode node) {
    var pointers = new ArrayList<String>();
    collect(node, "", pointers);
    return pointers;
  }

  private static void collect(JsonNode node, String at, List<String> pointers) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              String pointer = at + "/" + name.replace("~", "~0").replace("/", "~1");
              pointers.add(pointer);
              collect(node.get(name), pointer, pointers);
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      pointers.add(at + "/" + i);
      collect(node.get(i), at + "/" + i, pointers);
    }
  }

  private static String replaced(JsonNode whole, String pointer, JsonNode value) {
    JsonNode copy = whole.deepCopy();
    int last = pointer.lastIndexOf('/');
    JsonNode parent = copy.at(pointer.substring(0, last));
    String name = pointer.substring(last + 1);
    if (parent instanceof ArrayNode array) {
      array.set(Integer.parseInt(name), value);
    } else {
      ((ObjectNode) parent).set(name, value);
    }
    return copy.toString();
  }
}
