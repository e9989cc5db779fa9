package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.core.InstanceId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Plans as JSON. Pure. */
final class PlanJson {
  /** Goes up when a reader of the form before would misunderstand. */
  private static final int VERSION = 2;

  // It stands in the user agent of every call.
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private PlanJson() {}

  static String write(RepairPlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("version", VERSION);
    node.put("id", plan.id());
    node.put("createdAt", plan.createdAt().toString());
    PlanBinding bound = plan.binding();
    ObjectNode binding =
        node.putObject("binding")
            .put("accountId", bound.accountId())
            .put("partition", bound.partition())
            .put("region", bound.region());
    bound.principal().ifPresent(who -> binding.put("principal", who));
    RepairTarget target = plan.target();
    ObjectNode wanted = node.putObject("target").put("instance", target.instance().value());
    target.instanceProfile().ifPresent(name -> wanted.put("instanceProfile", name));
    target.role().ifPresent(name -> wanted.put("role", name));
    wanted
        .put("stopStartAllowed", target.stopStartAllowed())
        .put("roleRemovalAllowed", target.roleRemovalAllowed())
        .put("trustPolicyChangeAllowed", target.trustPolicyChangeAllowed())
        .put("metadataOptionsChangeAllowed", target.metadataOptionsChangeAllowed())
        .put("forSameCallerOnly", target.forSameCallerOnly());
    node.set("diagnosis", DiagnosisJson.node(plan.diagnosis()));
    ArrayNode steps = node.putArray("steps");
    plan.steps().forEach(step -> steps.add(StepJson.write(step)));
    node.put("longest", plan.longest().toString());
    DiagnosisJson.obstacles(node, plan.obstacles());
    DiagnosisJson.texts(node, "notes", plan.notes());
    DiagnosisJson.texts(
        node, "alsoAffected", plan.alsoAffected().stream().map(InstanceId::value).toList());
    if (!plan.policy().isEmpty()) {
      node.set("policy", tree(plan.policy()));
    }
    if (!plan.wayBackPolicy().isEmpty()) {
      node.set("wayBackPolicy", tree(plan.wayBackPolicy()));
    }
    return node.toPrettyString();
  }

  static RepairPlan read(String json) {
    var plan = new JsonObject("", tree(json));
    if (plan.number("version") != VERSION) {
      throw plan.wrong(
          "version", "version " + VERSION + ", the one that this version of the library writes,");
    }
    RepairTarget target = readTarget(plan.object("target"));
    InstanceDiagnosis diagnosis = DiagnosisJson.read(plan.object("diagnosis"));
    if (!diagnosis.instance().equals(target.instance())) {
      throw plan.object("diagnosis")
          .wrong("instance", "the instance of the target, " + target.instance() + ",");
    }
    List<RepairStep> steps = plan.objects("steps", StepJson::read);
    PlanAgreement.check(target, steps);
    return new RepairPlan(
        plan.matching("id", ID, "letters, digits and hyphens, as of plan-0123abcd,"),
        plan.instant("createdAt"),
        target,
        diagnosis,
        steps,
        plan.objects("obstacles", DiagnosisJson::obstacle),
        plan.texts("notes"),
        plan.optionalParsed("alsoAffected", InstanceId::of),
        readPolicy(plan, "policy"),
        readPolicy(plan, "wayBackPolicy"),
        readBinding(plan.object("binding")));
  }

  private static PlanBinding readBinding(JsonObject binding) {
    return new PlanBinding(
        binding.text("accountId"),
        binding.text("partition"),
        binding.text("region"),
        binding.optionalText("principal"));
  }

  private static RepairTarget readTarget(JsonObject target) {
    return new RepairTarget(
        target.parsed("instance", InstanceId::of),
        name(target, "instanceProfile", IamName.INSTANCE_PROFILE),
        name(target, "role", IamName.ROLE),
        target.truth("stopStartAllowed"),
        target.optionalTruth("roleRemovalAllowed"),
        target.optionalTruth("trustPolicyChangeAllowed"),
        target.optionalTruth("metadataOptionsChangeAllowed"),
        target.optionalTruth("forSameCallerOnly"));
  }

  private static Optional<String> name(JsonObject object, String member, IamName kind) {
    return object.optionalText(member).map(text -> object.parsed(member, kind::checked));
  }

  private static String readPolicy(JsonObject plan, String member) {
    return plan.optionalObject(member)
        .map(
            policy ->
                PlanPolicy.printed(policy.node().toString())
                    .orElseThrow(() -> plan.wrong(member, "an IAM policy")))
        .orElse("");
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // Not the message: it may hold a piece of whatever was passed.
      throw new IllegalArgumentException(
          "a plan is expected as RepairPlan.toJson() wrote it, and this is no JSON: line "
              + Optional.ofNullable(e.getLocation()).map(at -> at.getLineNr()).orElse(0),
          e);
    }
  }
}
