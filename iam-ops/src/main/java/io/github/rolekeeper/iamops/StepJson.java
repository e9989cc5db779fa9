package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Steps as JSON. Pure. The texts are written for readers; what is read are the facts, from which
 * the texts are made again.
 */
final class StepJson {
  // The characters that IAM has in paths.
  private static final Pattern PATH = Pattern.compile("/([\\x21-\\x7e]*/)?");

  private StepJson() {}

  static ObjectNode write(RepairStep step) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("number", step.number()).put("operation", step.operation());
    ObjectNode parameters = node.putObject("parameters");
    step.parameters().forEach(parameters::put);
    Map<String, String> expects = Steps.facts(step).expects();
    if (!expects.isEmpty()) {
      ObjectNode facts = node.putObject("expects");
      expects.forEach(facts::put);
    }
    return node.put("why", step.why())
        .put("precondition", step.precondition())
        .put("postcondition", step.postcondition())
        .put("undo", step.undo())
        .put("disruption", step.disruption());
  }

  static RepairStep read(JsonObject json) {
    RepairAction action = json.constant("operation", RepairAction.class, RepairAction::operation);
    JsonObject parameters = json.object("parameters");
    RepairStep step =
        read(json.number("number"), action, parameters, json.objectOrEmpty("expects"));
    Map<String, String> given = parameters.allTexts();
    given.forEach(
        (name, value) -> {
          String right = step.parameters().get(name);
          if (!value.equals(right)) {
            throw parameters.wrong(
                name,
                right == null
                    ? "no parameter beside " + step.parameters().keySet()
                    : "\"" + right + "\"");
          }
        });
    step.parameters().keySet().forEach(parameters::text);
    return step;
  }

  private static RepairStep read(
      int number, RepairAction action, JsonObject parameters, JsonObject expects) {
    return switch (action) {
      case CREATE_INSTANCE_PROFILE ->
          new Steps.Create(
              number,
              profileName(parameters),
              parameters.matching("Path", PATH, "a path as of IAM, / or /team/,"),
              tags(parameters));
      case ADD_ROLE_TO_INSTANCE_PROFILE ->
          new Steps.AddRole(
              number,
              profileName(parameters),
              roleName(parameters),
              profileId(expects),
              roleId(expects),
              expects.optionalFilled("replacedRoleId"));
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE ->
          new Steps.RemoveRole(
              number,
              profileName(parameters),
              roleName(parameters),
              expects.parsed("instanceProfileId", InstanceProfileId::of),
              expects.filled("roleId"),
              expects.parsed("nextRoleName", IamName.ROLE::checked));
      case UPDATE_ASSUME_ROLE_POLICY ->
          new Steps.UpdateTrust(
              number,
              roleName(parameters),
              expects.filled("roleId"),
              parameters.filled("PolicyDocument"),
              expects.filled("replacedPolicyDocument"));
      case MODIFY_INSTANCE_METADATA_OPTIONS ->
          new Steps.SwitchMetadataOn(number, parameters.parsed("InstanceId", InstanceId::of));
      case REPLACE_IAM_INSTANCE_PROFILE_ASSOCIATION ->
          new Steps.Replace(
              number,
              parameters.filled("AssociationId"),
              expects.parsed("associatedProfileId", InstanceProfileId::of),
              associatedName(expects),
              swappedProfileName(parameters),
              profileId(expects),
              roleId(expects));
      case DISASSOCIATE_IAM_INSTANCE_PROFILE ->
          new Steps.Disassociate(
              number,
              parameters.filled("AssociationId"),
              expects.parsed("associatedProfileId", InstanceProfileId::of),
              associatedName(expects),
              expects.parsed("nextInstanceProfileName", IamName.INSTANCE_PROFILE::checked),
              profileId(expects),
              roleId(expects));
      case ASSOCIATE_IAM_INSTANCE_PROFILE ->
          new Steps.Associate(
              number,
              parameters.parsed("InstanceId", InstanceId::of),
              swappedProfileName(parameters),
              profileId(expects),
              roleId(expects));
      case STOP_INSTANCES ->
          new Steps.Stop(number, parameters.parsed("InstanceId.1", InstanceId::of));
      case START_INSTANCES ->
          new Steps.Start(number, parameters.parsed("InstanceId.1", InstanceId::of));
    };
  }

  private static String profileName(JsonObject parameters) {
    return parameters.parsed("InstanceProfileName", IamName.INSTANCE_PROFILE::checked);
  }

  private static String swappedProfileName(JsonObject parameters) {
    return parameters.parsed("IamInstanceProfile.Name", IamName.INSTANCE_PROFILE::checked);
  }

  private static String roleName(JsonObject parameters) {
    return parameters.parsed("RoleName", IamName.ROLE::checked);
  }

  private static Optional<InstanceProfileId> profileId(JsonObject expects) {
    return expects.optionalFilled("instanceProfileId").map(InstanceProfileId::of);
  }

  private static Optional<String> associatedName(JsonObject expects) {
    String member = "associatedProfileName";
    return expects
        .optionalText(member)
        .map(name -> expects.parsed(member, IamName.INSTANCE_PROFILE::checked));
  }

  private static Optional<String> roleId(JsonObject expects) {
    return expects.optionalFilled("roleId");
  }

  private static Map<String, String> tags(JsonObject parameters) {
    var tags = new LinkedHashMap<String, String>();
    int number = 1;
    while (parameters.optionalText("Tags.member." + number + ".Key").isPresent()) {
      tags.put(
          parameters.text("Tags.member." + number + ".Key"),
          parameters.text("Tags.member." + number + ".Value"));
      number++;
    }
    return tags;
  }
}
