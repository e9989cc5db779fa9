package io.github.rolekeeper.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.rolekeeper.testkit.ApiCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever has but the policy that {@code plan} printed plans, repairs and verifies with it. */
class PolicyTest {
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      // In which nothing can be done.
      names = {"B8", "B11", "B12", "B14", "B15"})
  void whoever_has_what_the_plan_prints_can_plan_repair_and_verify(Scene.Broken broken)
      throws Exception {
    try (var scene = new Scene(broken)) {
      assertThat(notCalled(scene, broken.options, broken.wanted))
          .as("what is allowed and was not called: no call of its own, or the last rung")
          .isSubsetOf("iam:PassRole", "ec2:StopInstances", "ec2:StartInstances");
    }
  }

  @Test
  void an_instance_of_a_group_is_stopped_by_whoever_may_ask_for_its_standby() throws Exception {
    try (var scene = new Scene(Scene.Broken.B5)) {
      scene.putInStandby();

      List<String> options = List.of("--allow-stop-start", "--standby");
      assertThat(notCalled(scene, options, List.of())).isEmpty();
    }
  }

  @Test
  void another_caller_than_the_plans_is_told_without_a_terminal_too(@TempDir Path directory)
      throws Exception {
    try (var scene = new Scene(Scene.Broken.B3)) {
      DoctorRun plan = scene.call("plan", List.of(), "--json");
      Path file = Files.writeString(directory.resolve("plan.json"), plan.out());
      scene.become(plan.json().path("policy").toString());

      DoctorRun repair = scene.call("repair", List.of("--plan", file.toString()), "--yes");

      assertThat(repair.exit()).as(repair.toString()).isZero();
      assertThat(repair.err().strip())
          .isEqualTo(
              "rolekeeper: the plan was made by arn:aws:iam::123456789012:root, and this is"
                  + " arn:aws:sts::123456789012:assumed-role/repairer");
    }
  }

  /** The actions of the policy without which the program did what its plan says. */
  private static TreeSet<String> notCalled(Scene scene, List<String> options, List<String> wanted)
      throws Exception {
    JsonNode policy = scene.call("plan", options, "--json").json().path("policy");
    scene.become(policy.toString());

    assertThat(scene.call("plan", options, "--json").json().path("policy")).isEqualTo(policy);
    DoctorRun repair = scene.call("repair", options, "--yes");
    assertThat(repair.exit()).as(repair.toString()).isEqualTo(scene.runs() ? 0 : 3);
    DoctorRun verified = scene.call("verify", wanted);
    assertThat(verified.exit()).as(verified.toString()).isZero();
    assertThat(verified.out()).doesNotContain("permission");

    List<ApiCall> calls = scene.calls();
    assertThat(calls)
        .noneMatch(call -> call.outcome().matches("AccessDenied|UnauthorizedOperation"));
    var called = new TreeSet<String>();
    calls.forEach(call -> called.add(call.service() + ":" + call.operation()));
    // Everybody may ask who he is (STS API Reference).
    called.remove("sts:GetCallerIdentity");
    TreeSet<String> allowed = actions(policy);
    assertThat(allowed).containsAll(called);
    allowed.removeAll(called);
    return allowed;
  }

  private static TreeSet<String> actions(JsonNode policy) {
    var actions = new TreeSet<String>();
    for (JsonNode statement : policy.path("Statement")) {
      JsonNode action = statement.path("Action");
      var each = new ArrayList<JsonNode>();
      if (action.isTextual()) {
        each.add(action);
      }
      action.forEach(each::add);
      Stream.of(each.toArray(JsonNode[]::new)).map(JsonNode::asText).forEach(actions::add);
    }
    return actions;
  }
}
