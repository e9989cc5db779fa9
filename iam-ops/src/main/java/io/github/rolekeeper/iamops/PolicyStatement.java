package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One statement of a policy, by the grammar of IAM's policies (IAM User Guide): a lone value may
 * stand for a list. Pure.
 *
 * @param understood whether all of it has the form that the grammar gives it
 * @param conditions all of them must be met
 */
record PolicyStatement(JsonNode node, boolean understood, List<Condition> conditions) {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();
  private static final Set<String> MEMBERS =
      Set.of(
          "Sid",
          "Effect",
          "Principal",
          "NotPrincipal",
          "Action",
          "NotAction",
          "Resource",
          "NotResource",
          "Condition");

  /**
   * @param values one of them must match
   */
  record Condition(String operator, String key, List<JsonNode> values) {
    /** What is asked for here is in every session of a role, so that IfExists changes nothing. */
    boolean is(String otherOperator, String otherKey) {
      return operator.replaceFirst("IfExists$", "").equalsIgnoreCase(otherOperator)
          && key.equalsIgnoreCase(otherKey);
    }
  }

  /**
   * The statements of a document.
   *
   * @param encoded as IAM returns it
   * @return empty if it is none
   */
  static Optional<List<PolicyStatement>> all(String encoded) {
    try {
      JsonNode statements = MAPPER.readTree(RolePolicies.decoded(encoded)).path("Statement");
      return statements.isContainerNode()
          ? Optional.of(list(statements).stream().map(PolicyStatement::of).toList())
          : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static PolicyStatement of(JsonNode node) {
    var conditions = new ArrayList<Condition>();
    boolean understood =
        node.isObject()
            && names(node).allMatch(MEMBERS::contains)
            && (node.path("Effect").asText().equals("Allow")
                || node.path("Effect").asText().equals("Deny"))
            && texts(node, "Action")
            && texts(node, "NotAction")
            && texts(node, "Resource")
            && texts(node, "NotResource")
            && node.has("Action") != node.has("NotAction")
            && addConditions(node.path("Condition"), conditions);
    return new PolicyStatement(node, understood, conditions);
  }

  private static boolean texts(JsonNode node, String member) {
    return list(node.path(member)).stream().allMatch(JsonNode::isTextual);
  }

  private static boolean addConditions(JsonNode node, List<Condition> conditions) {
    if (node.isMissingNode()) {
      return true;
    }
    return node.isObject()
        && names(node)
            .allMatch(
                operator -> {
                  JsonNode keys = node.get(operator);
                  names(keys)
                      .forEach(
                          key -> conditions.add(new Condition(operator, key, list(keys.get(key)))));
                  return keys.isObject();
                });
  }

  private static Stream<String> names(JsonNode node) {
    var names = new ArrayList<String>();
    node.fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  private static List<JsonNode> list(JsonNode node) {
    if (node.isMissingNode()) {
      return List.of();
    }
    var values = new ArrayList<JsonNode>();
    if (node.isArray()) {
      node.forEach(values::add);
    } else {
      values.add(node);
    }
    return values;
  }

  boolean has(String member) {
    return node.has(member);
  }

  boolean allows() {
    return node.path("Effect").asText().equals("Allow");
  }

  boolean denies() {
    return node.path("Effect").asText().equals("Deny");
  }

  /** Whether it is about an action, by what covers that. */
  Truth action(Predicate<String> covering) {
    return Truth.of(any("Action", covering) || (has("NotAction") && !any("NotAction", covering)));
  }

  /** Whether it is about every action there is; all but some may be nearly every one. */
  Truth everyAction() {
    return has("NotAction")
        ? Truth.UNKNOWN
        : Truth.of(any("Action", each -> each.matches("[*]+(:[*]+)?")));
  }

  /** The same of resources. */
  Truth everyResource() {
    return has("Resource")
        ? Truth.of(any("Resource", each -> each.matches("[*]+|arn(:[*]+){1,5}")))
        : Truth.UNKNOWN;
  }

  private boolean any(String member, Predicate<String> test) {
    return list(node.path(member)).stream().map(JsonNode::asText).anyMatch(test);
  }

  /** Whether it is about a service, under one of its names. */
  Truth principal(List<String> service) {
    if (has("NotPrincipal")) {
      // Whom an exclusion of others covers, IAM itself advises not to rely on.
      return named(node.path("NotPrincipal"), service) == Truth.YES ? Truth.NO : Truth.UNKNOWN;
    }
    return named(node.path("Principal"), service);
  }

  private static Truth named(JsonNode principal, List<String> service) {
    if (principal.isTextual()) {
      return Truth.of(principal.asText().equals("*"));
    }
    if (!principal.isObject()) {
      return Truth.UNKNOWN;
    }
    boolean everybody = list(principal.path("AWS")).stream().anyMatch(PolicyStatement::star);
    boolean itself =
        list(principal.path("Service")).stream()
            .anyMatch(each -> star(each) || service.contains(each.asText()));
    return Truth.of(everybody || itself);
  }

  private static boolean star(JsonNode value) {
    return value.asText().equals("*");
  }
}
