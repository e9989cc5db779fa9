package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** Endpoints that are not AWS's and answer less, or more, than AWS does. */
class LookAlikeTest {
  private static final Pattern OPENING = Pattern.compile("<([A-Za-z][A-Za-z0-9]*)[^>/]*>");

  private SimulatedAccount account;
  private SimulatedInstance instance;
  private Ec2Client ec2;
  private IamClient iam;

  /** What becomes of the answer to an operation. */
  private BinaryOperator<String> twist = (operation, xml) -> xml;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
    var twisted = new TwistedAnswers((operation, xml) -> twist.apply(operation, xml));
    SdkClients clients = SdkClients.administrator(account).inProcess();
    ec2 =
        clients.build(
            Ec2Client.builder()
                .overrideConfiguration(
                    o -> o.addExecutionInterceptor(twisted).retryStrategy(b -> b.maxAttempts(1))));
    iam =
        clients.build(
            IamClient.builder()
                .overrideConfiguration(
                    o -> o.addExecutionInterceptor(twisted).retryStrategy(b -> b.maxAttempts(1))));
  }

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  private RepairPlan plan() {
    return InstanceProfileOps.create(ec2, iam)
        .plan(RepairTarget.forInstance(InstanceId.of(instance.id())).allowRoleRemoval().build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DescribeInstances",
        "DescribeIamInstanceProfileAssociations",
        "GetInstanceProfile",
        "GetRole",
      })
  void whatever_an_answer_leaves_out_a_healthy_instance_is_healthy_or_unknown(String operation) {
    var whole = new ArrayList<String>();
    twist =
        (called, xml) -> {
          if (called.equals(operation)) {
            whole.add(xml);
          }
          return xml;
        };
    plan();
    List<String> lacking = lacking(whole.get(0));
    assertThat(lacking).hasSizeGreaterThan(9);

    for (String answer : lacking) {
      twist = (called, xml) -> called.equals(operation) ? answer : xml;
      try {
        RepairPlan plan = plan();
        assertThat(plan.steps()).as(answer).isEmpty();
        assertThat(plan.diagnosis().unknowns())
            .as("each says what would settle it")
            .allMatch(
                unknown -> unknown.settledBy().matches("(.* would settle it|run on .*|look .*)"));
        // An empty list is written as none is.
        assertThat(plan.diagnosis().findings())
            .as(answer)
            .allMatch(
                finding ->
                    finding.type() == FindingType.PROFILE_WITHOUT_ROLE
                        && !answer.contains("<RoleName>"));
      } catch (InstanceProfileOpsException e) {
        if (e.kind() == InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE) {
          assertThat(e).hasMessageContaining("EC2 knows no instance " + instance.id());
        } else {
          assertThat(e.kind()).isEqualTo(InstanceProfileOpsException.Kind.MALFORMED_ANSWER);
        }
        assertThat(e.operation()).isEqualTo(operation);
      }
    }
  }

  /** The answer without one of its elements, for each of them. */
  private static List<String> lacking(String xml) {
    return OPENING
        .matcher(xml)
        .results()
        .flatMap(
            opening -> {
              int end = end(xml, opening.group(1), opening.start());
              return end < 0 || (opening.start() == 0 && end == xml.length())
                  ? Stream.<String>of()
                  : Stream.of(xml.substring(0, opening.start()) + xml.substring(end));
            })
        .filter(each -> !each.isBlank())
        .toList();
  }

  /** Behind the end of the element that begins there. */
  private static int end(String xml, String name, int start) {
    var tags = Pattern.compile("<(/?)" + name + "(?=[\\s>/])[^>]*>").matcher(xml);
    int depth = 0;
    for (int at = start; tags.find(at); at = tags.end()) {
      if (tags.group().endsWith("/>")) {
        continue;
      }
      depth += tags.group(1).isEmpty() ? 1 : -1;
      if (depth == 0) {
        return tags.end();
      }
    }
    return -1;
  }

  @Test
  void an_endpoint_that_answers_for_all_its_instances_is_asked_for_this_one() {
    SimulatedInstance other = account.launchInstance("web");
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
    InstanceId healthy = InstanceId.of(account.launchInstance("web").id());
    var everything = new ArrayList<String>();
    twist =
        (operation, xml) -> {
          everything.add(xml);
          return xml;
        };
    String instances = ec2.describeInstances().toString();
    assertThat(instances).contains(other.id());
    ec2.describeIamInstanceProfileAssociations();
    InstanceId notShown = InstanceId.of(account.launchInstance("web").id());
    twist =
        (operation, xml) ->
            switch (operation) {
              case "DescribeInstances" -> everything.get(0);
              case "DescribeIamInstanceProfileAssociations" -> everything.get(1);
              default -> xml;
            };

    InstanceProfileOps ops = InstanceProfileOps.create(ec2, iam);
    assertThat(ops.diagnose(healthy).healthy()).isTrue();
    assertThat(ops.diagnose(InstanceId.of(other.id())).has(FindingType.STALE_PROFILE_ID)).isTrue();
    assertThatThrownBy(() -> ops.diagnose(notShown))
        .asInstanceOf(throwable(InstanceProfileOpsException.class))
        .extracting(InstanceProfileOpsException::kind)
        .isEqualTo(InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE);
  }

  @Test
  void pages_for_what_an_endpoint_does_not_know_leave_unknowns() {
    List<String> unknown = List.of("DescribeIamInstanceProfileAssociations", "GetRolePolicy");
    account.inject(Fault.status(405).on(unknown.get(0)));
    account.inject(Fault.status(405).on(unknown.get(1)));
    twist = (operation, xml) -> unknown.contains(operation) ? "<html>not allowed</html>" : xml;

    InstanceDiagnosis diagnosis = plan().diagnosis();

    assertThat(diagnosis.healthy()).isTrue();
    assertThat(diagnosis.unknowns().toString())
        .contains(
            "which association is in force",
            "whether sessions",
            "(HTTP 405",
            "no message",
            "an answer of AWS to GetRolePolicy would settle it")
        .doesNotContain("null");
  }

  @Test
  void ids_of_a_role_that_aws_does_not_issue_are_no_evidence() {
    twist =
        (operation, xml) ->
            operation.equals("GetRole")
                ? xml.replaceFirst("<RoleId>[^<]*", "<RoleId>role-2")
                : xml.replaceFirst("<RoleId>[^<]*", "<RoleId>role-1");

    RepairPlan plan = plan();

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.diagnosis().findings()).isEmpty();
    assertThat(plan.diagnosis().unknowns())
        .anySatisfy(
            unknown ->
                assertThat(unknown.describe()).contains("web-role is still", "role-1", "role-2"));
  }

  @Test
  void a_trust_policy_that_cannot_be_read_is_unknown() {
    twist =
        (operation, xml) ->
            xml.replaceFirst(
                "<AssumeRolePolicyDocument>[^<]*", "<AssumeRolePolicyDocument>%7Bnonsense");

    InstanceDiagnosis diagnosis = plan().diagnosis();

    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.unknowns())
        .anySatisfy(
            unknown ->
                assertThat(unknown.describe()).contains("whether EC2 may assume role web-role"));
  }
}
