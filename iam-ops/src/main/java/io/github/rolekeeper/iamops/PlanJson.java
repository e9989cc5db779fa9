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
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Plans as JSON. Pure. */
final class PlanJson {
  /** Goes up when a reader of the form before would misunderstand. */
  private static final int VERSION = 1;

  // It stands in the user agent of every call.
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
  // The characters that IAM has in paths.
  private static final Pattern PATH = Pattern.compile("/([\\x21-\\x7e]*/)?");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private PlanJson() {}

  static String write(RepairPlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("version", VERSION);
    node.put("id", plan.id());
    node.put("createdAt", plan.createdAt().toString());
    plan.binding()
        .ifPresent(
            each ->
                node.putObject("binding")
                    .put("principal", each.principal())
                    .put("accountId", each.accountId())
                    .put("partition", each.partition())
                    .put("region", each.region()));
    RepairTarget target = plan.target();
    ObjectNode wanted = node.putObject("target").put("instance", target.instance().value());
    target.instanceProfile().ifPresent(name -> wanted.put("instanceProfile", name));
    target.role().ifPresent(name -> wanted.put("role", name));
    wanted
        .put("stopStartAllowed", target.stopStartAllowed())
        .put("roleRemovalAllowed", target.roleRemovalAllowed())
        .put("trustPolicyChangeAllowed", target.trustPolicyChangeAllowed())
        .put("metadataOptionsChangeAllowed", target.metadataOptionsChangeAllowed());
    node.set("diagnosis", DiagnosisJson.node(plan.diagnosis()));
    ArrayNode steps = node.putArray("steps");
    plan.steps().forEach(step -> steps.add(step(step)));
    DiagnosisJson.texts(node, "obstacles", plan.obstacles());
    DiagnosisJson.texts(node, "notes", plan.notes());
    if (!plan.policy().isEmpty()) {
      node.set("policy", tree(plan.policy()));
    }
    return node.toPrettyString();
  }

  static RepairPlan read(String json) {
    var plan = new JsonObject("", tree(json));
    if (plan.number("version") != VERSION) {
      throw plan.wrong("version", "version " + VERSION + ", the one that this library knows,");
    }
    RepairTarget target = readTarget(plan.object("target"));
    List<RepairStep> steps = plan.objects("steps", step -> readStep(step, target.instance()));
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).number() != i + 1) {
        throw new IllegalArgumentException(
            "steps[" + i + "].number is " + steps.get(i).number() + ": its place is expected");
      }
      permitted(target, steps.get(i));
    }
    return new RepairPlan(
        plan.matching("id", ID, "letters, digits and hyphens, as of plan-0123abcd,"),
        plan.instant("createdAt"),
        target,
        DiagnosisJson.read(plan.object("diagnosis")),
        steps,
        plan.texts("obstacles"),
        plan.texts("notes"),
        plan.optionalObject("policy").map(each -> readPolicy(plan, each)).orElse(""),
        plan.optionalObject("binding")
            .map(
                each ->
                    new PlanBinding(
                        each.text("principal"),
                        each.text("accountId"),
                        each.text("partition"),
                        each.text("region"))));
  }

  private static ObjectNode step(RepairStep step) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("number", step.number()).put("operation", step.operation());
    ObjectNode parameters = node.putObject("parameters");
    step.parameters().forEach(parameters::put);
    if (!step.observed().isEmpty()) {
      ObjectNode observed = node.putObject("observed");
      step.observed().forEach(observed::put);
    }
    return node.put("why", step.why())
        .put("precondition", step.precondition())
        .put("postcondition", step.postcondition())
        .put("undo", step.undo())
        .put("disruption", step.disruption());
  }

  private static RepairTarget readTarget(JsonObject target) {
    return new RepairTarget(
        target.parsed("instance", InstanceId::of),
        name(target, "instanceProfile", IamName.INSTANCE_PROFILE),
        name(target, "role", IamName.ROLE),
        target.truth("stopStartAllowed"),
        target.optionalTruth("roleRemovalAllowed"),
        target.optionalTruth("trustPolicyChangeAllowed"),
        target.optionalTruth("metadataOptionsChangeAllowed"));
  }

  private static Optional<String> name(JsonObject object, String member, IamName kind) {
    return object.optionalText(member).map(text -> object.parsed(member, kind::checked));
  }

  private static RepairStep readStep(JsonObject step, InstanceId instance) {
    RepairAction action = step.constant("operation", RepairAction.class, RepairAction::operation);
    JsonObject parameters = step.object("parameters");
    for (String name : needed(action)) {
      String value = parameters.text(name);
      if (value.isBlank()) {
        throw parameters.wrong(name, "a value");
      }
      if (name.startsWith("InstanceId") && !value.equals(instance.value())) {
        throw parameters.wrong(name, "the instance of the target, " + instance + ",");
      }
      if (name.equals("Path")) {
        parameters.matching(name, PATH, "a path as of IAM, / or /team/,");
      }
      named(name).ifPresent(kind -> parameters.parsed(name, kind::checked));
    }
    Map<String, String> all = parameters.allTexts();
    Map<String, String> observed =
        step.optionalObject("observed").map(JsonObject::allTexts).orElse(Map.of());
    for (String name : neededObservations(action)) {
      step.object("observed").text(name);
    }
    return new RepairStep(
        step.number("number"),
        action,
        all,
        observed,
        step.text("why"),
        step.text("precondition"),
        step.text("postcondition"),
        step.text("undo"),
        step.text("disruption"));
  }

  /** A step that the planner makes only by a permission of its own is nobody's without it. */
  private static void permitted(RepairTarget target, RepairStep step) {
    switch (step.action()) {
      case STOP_INSTANCES -> permitted(target.stopStartAllowed(), "stopStartAllowed", step);
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE ->
          permitted(target.roleRemovalAllowed(), "roleRemovalAllowed", step);
      case UPDATE_ASSUME_ROLE_POLICY ->
          permitted(target.trustPolicyChangeAllowed(), "trustPolicyChangeAllowed", step);
      case MODIFY_METADATA_OPTIONS ->
          permitted(target.metadataOptionsChangeAllowed(), "metadataOptionsChangeAllowed", step);
      default -> {
        // Needs no permission beside the plan's own.
      }
    }
  }

  private static void permitted(boolean allowed, String member, RepairStep step) {
    if (!allowed) {
      throw new IllegalArgumentException(
          "steps["
              + (step.number() - 1)
              + "].operation is "
              + step.operation()
              + ", and target."
              + member
              + " is false: a plan holds such a step only where the target permits it; make a new plan");
    }
  }

  /** Of what a parameter is the name; empty if it is none. */
  private static Optional<IamName> named(String parameter) {
    return switch (parameter) {
      case "InstanceProfileName", "IamInstanceProfile.Name" ->
          Optional.of(IamName.INSTANCE_PROFILE);
      case "RoleName" -> Optional.of(IamName.ROLE);
      default -> Optional.empty();
    };
  }

  private static List<String> needed(RepairAction action) {
    return switch (action) {
      case CREATE_INSTANCE_PROFILE -> List.of("InstanceProfileName", "Path");
      case ADD_ROLE_TO_INSTANCE_PROFILE -> List.of("InstanceProfileName", "RoleName");
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE -> List.of("InstanceProfileName", "RoleName");
      case UPDATE_ASSUME_ROLE_POLICY -> List.of("RoleName", "PolicyDocument");
      case MODIFY_METADATA_OPTIONS -> List.of("InstanceId", "HttpEndpoint");
      case REPLACE_ASSOCIATION -> List.of("AssociationId", "IamInstanceProfile.Name");
      case DISASSOCIATE -> List.of("AssociationId");
      case ASSOCIATE -> List.of("InstanceId", "IamInstanceProfile.Name");
      case STOP_INSTANCES, START_INSTANCES -> List.of("InstanceId.1");
    };
  }

  private static List<String> neededObservations(RepairAction action) {
    return switch (action) {
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE -> List.of(RepairStep.PROFILE_ID, RepairStep.ROLE_ID);
      case UPDATE_ASSUME_ROLE_POLICY -> List.of(RepairStep.ROLE_ID, RepairStep.TRUST);
      default -> List.of();
    };
  }

  private static String readPolicy(JsonObject plan, JsonObject policy) {
    return PlanPolicy.printed(policy.node().toString())
        .orElseThrow(() -> plan.wrong("policy", "an IAM policy"));
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
