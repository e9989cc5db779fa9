package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads policy documents and refuses, as IAM does, those that are none. */
final class PolicyDocument {
  /** What a document may say depends on where it is attached. */
  enum Kind {
    IDENTITY,
    TRUST
  }

  /** By the domains of all partitions; which services there are is not simulated. */
  private static final Pattern SERVICE =
      Pattern.compile(
          "[a-z0-9.-]+\\.(amazonaws\\.com(\\.cn)?|amazon\\.com|aws\\.internal|amazonaws\\.eu"
              + "|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)");

  private static final ObjectMapper JSON = new ObjectMapper();

  private PolicyDocument() {}

  /**
   * Reads the statements of a policy that was checked when it was written.
   *
   * @throws AwsError {@code MalformedPolicyDocument} if it is none
   */
  static List<JsonNode> statements(String policy) {
    return each(parse(policy).path("Statement"));
  }

  /**
   * Checks a policy before it is stored.
   *
   * @throws AwsError {@code MalformedPolicyDocument} as IAM answers it
   */
  static void check(String policy, Kind kind) {
    JsonNode document = parse(policy);
    String version = document.path("Version").asText("2008-10-17");
    if (!version.equals("2012-10-17") && !version.equals("2008-10-17")) {
      throw malformed("Policy document must be version 2012-10-17 or greater.");
    }
    List<JsonNode> statements = each(document.path("Statement"));
    if (statements.isEmpty()) {
      throw malformed("Syntax errors in policy.");
    }
    statements.forEach(statement -> check(statement, kind));
  }

  private static void check(JsonNode statement, Kind kind) {
    String effect = statement.path("Effect").asText();
    if (!effect.equals("Allow") && !effect.equals("Deny")) {
      throw malformed("Syntax errors in policy.");
    }
    boolean both = statement.has("Action") && statement.has("NotAction");
    if (both || either(statement, "Action").isEmpty()) {
      throw malformed("Policy statement must contain actions.");
    }
    for (JsonNode action : either(statement, "Action")) {
      if (!action.asText().equals("*") && !action.asText().contains(":")) {
        throw malformed(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      }
      if (kind == Kind.TRUST && !action.asText().startsWith("sts:")) {
        throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
      }
    }
    boolean principal = statement.has("Principal") || statement.has("NotPrincipal");
    boolean resource = statement.has("Resource") || statement.has("NotResource");
    if (kind == Kind.TRUST && !principal) {
      throw malformed("Missing required field Principal");
    }
    if (kind == Kind.TRUST && resource) {
      throw malformed("Has prohibited field Resource");
    }
    if (kind == Kind.IDENTITY && principal) {
      throw malformed("Policy document should not specify a principal.");
    }
    for (JsonNode service : each(statement.path("Principal").path("Service"))) {
      if (!SERVICE.matcher(service.asText()).matches()) {
        throw malformed("Invalid principal in policy: \"SERVICE\":\"" + service.asText() + "\"");
      }
    }
    List<JsonNode> resources = either(statement, "Resource");
    if (kind == Kind.IDENTITY && resources.isEmpty()) {
      throw malformed("Policy statement must contain resources.");
    }
    if (!resources.stream().allMatch(JsonNode::isTextual)) {
      throw malformed("Syntax errors in policy.");
    }
    if (statement.has("Condition")) {
      checkConditions(statement.path("Condition"));
    }
  }

  /** What is not of this form has no members, and would be a condition that always holds. */
  private static void checkConditions(JsonNode conditions) {
    boolean wellFormed =
        conditions.isObject()
            && stream(conditions).allMatch(JsonNode::isObject)
            && stream(conditions)
                .flatMap(PolicyDocument::stream)
                .flatMap(values -> each(values).stream())
                .allMatch(value -> value.isValueNode() && !value.isNull());
    if (!wellFormed) {
      throw malformed("Syntax errors in policy.");
    }
    checkDates(conditions);
  }

  private static Stream<JsonNode> stream(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }

  private static void checkDates(JsonNode conditions) {
    for (Map.Entry<String, JsonNode> operator : conditions.properties()) {
      if (operator.getKey().startsWith("Date")) {
        for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
          each(key.getValue()).forEach(PolicyDocument::checkDate);
        }
      }
    }
  }

  private static void checkDate(JsonNode date) {
    try {
      Conditions.instant(date.asText());
    } catch (DateTimeException e) {
      throw malformed("Invalid date in a condition of the policy: " + date.asText());
    }
  }

  /** What counts against a quota: all characters but white space (IAM quotas page). */
  static int size(String policy) {
    return policy.replaceAll("\\s", "").length();
  }

  private static JsonNode parse(String policy) {
    try {
      JsonNode document = JSON.readTree(policy);
      if (!document.path("Statement").isContainerNode()) {
        throw malformed("Syntax errors in policy.");
      }
      return document;
    } catch (JsonProcessingException e) {
      throw malformed("This policy contains invalid Json");
    }
  }

  private static AwsError malformed(String message) {
    return new AwsError(400, "MalformedPolicyDocument", message);
  }

  private static List<JsonNode> either(JsonNode statement, String member) {
    return each(statement.has(member) ? statement.path(member) : statement.path("Not" + member));
  }

  /** IAM lets a single value stand for a list of one. */
  static List<JsonNode> each(JsonNode node) {
    var all = new ArrayList<JsonNode>();
    if (node.isArray()) {
      node.forEach(all::add);
    } else if (!node.isMissingNode()) {
      all.add(node);
    }
    return all;
  }
}
