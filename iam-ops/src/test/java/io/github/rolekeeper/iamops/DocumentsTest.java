package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The documents that programs of others read: what stands here is added to and never changed. */
class DocumentsTest {
  private static final InstanceId INSTANCE = InstanceId.of("i-0123456789abcdef0");
  private static final Optional<InstanceProfileId> PROFILE =
      Optional.of(InstanceProfileId.of("AIPA1"));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final InstanceDiagnosis DIAGNOSIS =
      new InstanceDiagnosis(
          INSTANCE,
          NOW,
          List.of(
              new Finding(
                  FindingType.STALE_PROFILE_ID,
                  Severity.WILL_BREAK,
                  "Why.",
                  List.of(new Evidence("DescribeInstances", "IamInstanceProfile.Id", "A", "B")),
                  Confidence.HIGH,
                  Optional.of(new LossWindow(Optional.of(NOW), NOW.plus(Duration.ofHours(6)))),
                  "replace",
                  "none",
                  List.of("iam:PassRole"))),
          List.of(
              new Finding(
                  FindingType.CONSUMERS_MAY_LAG,
                  Severity.RISK,
                  "Perhaps.",
                  List.of(),
                  Confidence.LOW,
                  Optional.empty(),
                  "restart",
                  "the process restarts",
                  List.of())),
          List.of(new Values.Gap(UnknownType.INSTANCE_METADATA, "what it sees", "look there")),
          true);

  private static final RepairPlan PLAN =
      new RepairPlan(
          "plan-0123abcd",
          NOW,
          RepairTarget.forInstance(INSTANCE)
              .instanceProfile("web")
              .role("web-role")
              .allowStopStart()
              .build(),
          DIAGNOSIS,
          List.of(
              new Steps.AddRole(
                  1, "web", "web-role", PROFILE, Optional.of("AROA1"), Optional.of("AROA2")),
              new Steps.RemoveRole(2, "web", "role", PROFILE.get(), "AROA2", "web-role"),
              new Steps.UpdateTrust(3, "web-role", "AROA1", "{ }", "{}"),
              new Steps.Disassociate(
                  4,
                  "iip-assoc-1",
                  PROFILE.get(),
                  Optional.of("old"),
                  "web",
                  PROFILE,
                  Optional.of("AROA1"))),
          List.of(new Values.Hindrance(ObstacleType.ROLE_NEEDED, "No role.", "Pass one.")),
          List.of("a note"),
          List.of(InstanceId.of("i-0123456789abcdef1")),
          "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
          "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
          new PlanBinding("123456789012", "aws", "us-east-1", Optional.of("arn")));

  private static final RepairReport REPORT =
      new RepairReport(
          PLAN,
          List.of(
              new StepOutcome(
                  PLAN.steps().get(0),
                  StepStatus.DONE,
                  "seen",
                  1,
                  Duration.ofSeconds(90),
                  Optional.empty()),
              new StepOutcome(
                  PLAN.steps().get(1),
                  StepStatus.FAILED,
                  "denied",
                  1,
                  Duration.ofSeconds(1),
                  Optional.of(
                      new Values.Failure(
                          StepFailure.Kind.DENIED, Optional.of("AccessDenied"), false))),
              new StepOutcome(
                  PLAN.steps().get(2),
                  StepStatus.FAILED,
                  "late",
                  1,
                  Duration.ofSeconds(1),
                  Optional.of(
                      new Values.Failure(StepFailure.Kind.TIMED_OUT, Optional.empty(), true)))),
          RepairVerdict.REPAIRED_METADATA_LAGS,
          Optional.of(DIAGNOSIS),
          "wait",
          Optional.of(NOW));

  private static void same(String document, String expected) throws Exception {
    var mapper = new ObjectMapper();
    assertThat(mapper.readTree(document)).isEqualTo(mapper.readTree(expected));
  }

  @Test
  void a_diagnosis_has_its_members() throws Exception {
    same(
        DIAGNOSIS.toJson(),
        """
        {"instance":"i-0123456789abcdef0","at":"2026-01-01T00:00:00Z","healthy":false,
         "conclusive":true,
         "findings":[{"type":"STALE_PROFILE_ID","severity":"WILL_BREAK","confidence":"HIGH",
           "explanation":"Why.",
           "loss":{"earliest":"2026-01-01T00:00:00Z","latest":"2026-01-01T06:00:00Z"},
           "evidence":[{"call":"DescribeInstances","field":"IamInstanceProfile.Id",
             "seen":"A","expected":"B"}],
           "cure":"replace","disruption":"none","permissions":["iam:PassRole"]}],
         "possibilities":[{"type":"CONSUMERS_MAY_LAG","severity":"RISK","confidence":"LOW",
           "explanation":"Perhaps.","evidence":[],"cure":"restart",
           "disruption":"the process restarts","permissions":[]}],
         "unknowns":[{"type":"INSTANCE_METADATA","explanation":"what it sees",
           "settledBy":"look there"}]}""");
  }

  @Test
  void a_report_has_its_members() throws Exception {
    same(
        REPORT.toJson(),
        """
        {"plan":"plan-0123abcd","instance":"i-0123456789abcdef0",
         "verdict":"REPAIRED_METADATA_LAGS","succeeded":false,
         "outcomes":[
           {"number":1,"operation":"AddRoleToInstanceProfile","status":"DONE",
            "detail":"seen","calls":1,"elapsed":"PT1M30S"},
           {"number":2,"operation":"RemoveRoleFromInstanceProfile","status":"FAILED",
            "detail":"denied","calls":1,"elapsed":"PT1S",
            "failure":{"kind":"DENIED","code":"AccessDenied","writeMayHaveGoneOut":false}},
           {"number":3,"operation":"UpdateAssumeRolePolicy","status":"FAILED",
            "detail":"late","calls":1,"elapsed":"PT1S",
            "failure":{"kind":"TIMED_OUT","code":null,"writeMayHaveGoneOut":true}}],
         "lagsUntil":"2026-01-01T00:00:00Z",
         "diagnosis":%s,
         "obstacles":[{"type":"ROLE_NEEDED","explanation":"No role.","remedy":"Pass one."}],
         "advice":"wait"}"""
            .formatted(DIAGNOSIS.toJson()));
  }

  @Test
  void a_report_of_a_revocation_has_its_members() throws Exception {
    same(
        new RevocationReport("web-role", Optional.of(NOW), true).toJson(),
        "{\"role\":\"web-role\",\"revokedBefore\":\"2026-01-01T00:00:00Z\",\"changed\":true}");
    same(
        new RevocationReport("web-role", Optional.empty(), false).toJson(),
        "{\"role\":\"web-role\",\"revokedBefore\":null,\"changed\":false}");
  }

  @Test
  void a_plan_holds_the_diagnosis_as_it_is_written_by_itself() throws Exception {
    same(
        new ObjectMapper().readTree(PLAN.toJson()).path("diagnosis").toString(),
        DIAGNOSIS.toJson());
  }

  @Test
  void the_readme_names_every_member_and_every_constant() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String json = readme.substring(readme.indexOf("## JSON"));
    var mapper = new ObjectMapper();
    var names = new TreeSet<String>();
    for (String document : List.of(DIAGNOSIS.toJson(), PLAN.toJson(), REPORT.toJson())) {
      collect(mapper.readTree(document), names);
    }
    // What is in these is AWS's.
    names.removeIf(name -> Character.isUpperCase(name.charAt(0)));
    names.addAll(List.of("role", "revokedBefore", "changed"));
    for (Enum<?>[] constants :
        List.<Enum<?>[]>of(
            Severity.values(),
            Confidence.values(),
            StepStatus.values(),
            RepairVerdict.values(),
            ObstacleType.values(),
            UnknownType.values(),
            StepFailure.Kind.values())) {
      for (Enum<?> each : constants) {
        names.add(each.name());
      }
    }
    assertThat(names).allSatisfy(name -> assertThat(json).contains("`" + name + "`"));
    assertThat(FindingType.values())
        .allSatisfy(type -> assertThat(readme).contains("`" + type + "`"));
  }

  private static void collect(JsonNode node, TreeSet<String> names) {
    node.fieldNames().forEachRemaining(names::add);
    node.forEach(each -> collect(each, names));
  }
}
