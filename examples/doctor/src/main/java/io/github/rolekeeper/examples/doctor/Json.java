package io.github.rolekeeper.examples.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.iamops.InstanceDiagnosis;
import io.github.rolekeeper.iamops.InstanceProfileOpsException;
import io.github.rolekeeper.iamops.RepairPlan;
import io.github.rolekeeper.iamops.RepairReport;
import io.github.rolekeeper.iamops.RepairVerdict;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the program's documents have beyond those of the library. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** The same document without line breaks. */
  static String line(String document) {
    return tree(document).toString();
  }

  static String verified(InstanceDiagnosis diagnosis, String verdict, String advice) {
    return tree(diagnosis.toJson()).put("verdict", verdict).put("advice", advice).toPrettyString();
  }

  /** The report of a repair that the person declined. */
  static String ofNotBegun(RepairPlan plan) {
    var report =
        new RepairReport(
            plan,
            List.of(),
            RepairVerdict.INCOMPLETE,
            Optional.of(plan.diagnosis()),
            "",
            Optional.empty());
    return tree(report.toJson()).put("verdict", "NOT_BEGUN").toPrettyString();
  }

  static String error(String reason, @Nullable InstanceProfileOpsException call) {
    ObjectNode node = MAPPER.createObjectNode();
    node.putObject("error")
        .put("reason", reason)
        .put("operation", call == null ? null : call.operation())
        .put("kind", call == null ? null : call.kind().name());
    return node.toString();
  }

  private static ObjectNode tree(String document) {
    try {
      return (ObjectNode) MAPPER.readTree(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the library wrote what is no JSON", e);
    }
  }
}
