package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** Reports as JSON. Pure. Members are added, and never renamed or removed. */
final class ReportJson {
  private ReportJson() {}

  static String write(RepairReport report) {
    RepairPlan plan = report.plan();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("plan", plan.id());
    node.put("instance", plan.target().instance().value());
    node.put("verdict", report.verdict().name());
    node.put("succeeded", report.succeeded());
    ArrayNode outcomes = node.putArray("outcomes");
    for (StepOutcome outcome : report.outcomes()) {
      ObjectNode each = outcomes.addObject();
      each.put("number", outcome.step().number())
          .put("operation", outcome.step().operation())
          .put("status", outcome.status().name())
          .put("detail", outcome.detail())
          .put("calls", outcome.calls())
          .put("elapsed", outcome.elapsed().toString());
      outcome
          .failure()
          .ifPresent(
              failure ->
                  each.putObject("failure")
                      .put("kind", failure.kind().name())
                      .put("code", failure.code().orElse(null))
                      .put("writeMayHaveGoneOut", failure.writeMayHaveGoneOut()));
    }
    report.diagnosis().ifPresent(now -> node.set("diagnosis", DiagnosisJson.node(now)));
    report.lagsUntil().ifPresent(until -> node.put("lagsUntil", until.toString()));
    DiagnosisJson.obstacles(node, plan.obstacles());
    return node.put("advice", report.advice()).toPrettyString();
  }

  static String write(RevocationReport report) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("role", report.role());
    node.put("revokedBefore", report.revokedBefore().map(Instant::toString).orElse(null));
    return node.put("changed", report.changed()).toPrettyString();
  }
}
