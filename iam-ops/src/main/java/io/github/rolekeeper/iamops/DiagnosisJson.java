package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.InstanceId;
import java.util.List;

/** Diagnoses as JSON. Pure. Members are added, and never renamed or removed. */
final class DiagnosisJson {
  private DiagnosisJson() {}

  static ObjectNode node(InstanceDiagnosis diagnosis) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("instance", diagnosis.instance().value());
    node.put("at", diagnosis.at().toString());
    node.put("healthy", diagnosis.healthy());
    node.put("conclusive", diagnosis.conclusive());
    findings(node, "findings", diagnosis.findings());
    findings(node, "possibilities", diagnosis.possibilities());
    ArrayNode unknowns = node.putArray("unknowns");
    for (Unknown each : diagnosis.unknowns()) {
      unknowns
          .addObject()
          .put("type", each.type().name())
          .put("explanation", each.explanation())
          .put("settledBy", each.settledBy());
    }
    return node;
  }

  static void obstacles(ObjectNode node, List<Obstacle> obstacles) {
    ArrayNode array = node.putArray("obstacles");
    for (Obstacle each : obstacles) {
      array
          .addObject()
          .put("type", each.type().name())
          .put("explanation", each.explanation())
          .put("remedy", each.remedy());
    }
  }

  private static void findings(ObjectNode node, String member, List<Finding> findings) {
    ArrayNode array = node.putArray(member);
    findings.forEach(finding -> array.add(node(finding)));
  }

  private static ObjectNode node(Finding finding) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("type", finding.type().name());
    node.put("severity", finding.severity().name());
    node.put("confidence", finding.confidence().name());
    node.put("explanation", finding.explanation());
    finding
        .loss()
        .ifPresent(
            loss -> {
              ObjectNode window = node.putObject("loss");
              loss.earliest().ifPresent(at -> window.put("earliest", at.toString()));
              window.put("latest", loss.latest().toString());
            });
    ArrayNode evidence = node.putArray("evidence");
    for (Evidence fact : finding.evidence()) {
      evidence
          .addObject()
          .put("call", fact.call())
          .put("field", fact.field())
          .put("seen", fact.seen())
          .put("expected", fact.expected());
    }
    node.put("cure", finding.cure()).put("disruption", finding.disruption());
    texts(node, "permissions", finding.permissions());
    return node;
  }

  static void texts(ObjectNode node, String member, List<String> texts) {
    ArrayNode array = node.putArray(member);
    texts.forEach(array::add);
  }

  static InstanceDiagnosis read(JsonObject diagnosis) {
    return new InstanceDiagnosis(
        diagnosis.parsed("instance", InstanceId::of),
        diagnosis.instant("at"),
        diagnosis.objects("findings", DiagnosisJson::finding),
        diagnosis.optionalObjects("possibilities", DiagnosisJson::finding),
        diagnosis.objects("unknowns", DiagnosisJson::unknown),
        diagnosis.truth("conclusive"));
  }

  private static Unknown unknown(JsonObject unknown) {
    return new Values.Gap(
        unknown.constant("type", UnknownType.class),
        unknown.text("explanation"),
        unknown.text("settledBy"));
  }

  static Obstacle obstacle(JsonObject obstacle) {
    return new Values.Hindrance(
        obstacle.constant("type", ObstacleType.class),
        obstacle.text("explanation"),
        obstacle.text("remedy"));
  }

  private static Finding finding(JsonObject finding) {
    return new Finding(
        finding.constant("type", FindingType.class),
        finding.constant("severity", Severity.class),
        finding.text("explanation"),
        finding.objects(
            "evidence",
            fact ->
                new Evidence(
                    fact.text("call"),
                    fact.text("field"),
                    fact.text("seen"),
                    fact.text("expected"))),
        finding.constant("confidence", Confidence.class),
        finding
            .optionalObject("loss")
            .map(
                loss ->
                    new LossWindow(
                        loss.optionalText("earliest").map(at -> loss.instant("earliest")),
                        loss.instant("latest"))),
        finding.text("cure"),
        finding.optionalText("disruption").orElse(""),
        finding.optionalTexts("permissions"));
  }
}
