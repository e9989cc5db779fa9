package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
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

  // The grammar of policies, IAM User Guide. In these spellings; whether IAM takes others is not
  // documented.
  private static final Set<String> MEMBERS = Set.of("Version", "Id", "Statement");
  private static final Set<String> MEMBERS_OF_A_STATEMENT =
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
  private static final Set<String> PRINCIPALS =
      Set.of("AWS", "Service", "Federated", "CanonicalUser");

  private static final Pattern SID = Pattern.compile("[0-9A-Za-z]*");

  /** An ARN of six parts, or one whose last star stands for those that are missing. */
  private static final Pattern RESOURCE =
      Pattern.compile("\\*.*|arn:([^:]*:){4}.+|arn:.*\\*", Pattern.DOTALL);

  /** The partition of an ARN where it is not left open by a wildcard or a variable. */
  private static final Pattern PARTITION = Pattern.compile("arn:([^:*?$]+):.*", Pattern.DOTALL);

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final String SYNTAX = "Syntax errors in policy.";

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
   * Checks a policy before it is stored: what it says and nobody reads would be a policy that says
   * less than its author meant.
   *
   * @param partition of the account; IAM takes no ARN of another
   * @throws AwsError {@code MalformedPolicyDocument} as IAM answers it
   */
  static void check(String policy, Kind kind, Partition partition) {
    JsonNode document = parse(policy);
    requireMembers(document, MEMBERS);
    String version = document.path("Version").asText("2008-10-17");
    if (!version.equals("2012-10-17") && !version.equals("2008-10-17")) {
      throw malformed("Policy document must be version 2012-10-17 or greater.");
    }
    List<JsonNode> statements = each(document.path("Statement"));
    if (statements.isEmpty()) {
      throw malformed(SYNTAX);
    }
    var ids = new HashSet<String>();
    for (JsonNode statement : statements) {
      requireMembers(statement, MEMBERS_OF_A_STATEMENT);
      checkId(statement.path("Sid"), ids);
      check(statement, kind);
      checkPrincipals(statement, partition);
      checkResources(statement, kind, partition);
      if (statement.has("Condition")) {
        checkConditions(statement.path("Condition"));
      }
    }
  }

  private static void requireMembers(JsonNode node, Set<String> known) {
    if (!node.isObject() || node.properties().stream().anyMatch(e -> !known.contains(e.getKey()))) {
      throw malformed(SYNTAX);
    }
  }

  private static void checkId(JsonNode id, Set<String> others) {
    if (id.isMissingNode()) {
      return;
    }
    if (!id.isTextual() || !SID.matcher(id.textValue()).matches()) {
      throw malformed(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular"
              + " expression [0-9A-Za-z]*");
    }
    if (!id.textValue().isEmpty() && !others.add(id.textValue())) {
      throw malformed("Statement IDs (SID) in a single policy must be unique.");
    }
  }

  private static void check(JsonNode statement, Kind kind) {
    String effect = statement.path("Effect").asText();
    if (!effect.equals("Allow") && !effect.equals("Deny")) {
      throw malformed(SYNTAX);
    }
    requireOneOf(statement, "Action");
    if (either(statement, "Action").isEmpty()) {
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
    if (kind == Kind.TRUST && !principal) {
      throw malformed("Missing required field Principal");
    }
    if (kind == Kind.IDENTITY && principal) {
      throw malformed("Policy document should not specify a principal.");
    }
  }

  /** A member and its opposite exclude each other. */
  private static void requireOneOf(JsonNode statement, String member) {
    if (statement.has(member) && statement.has("Not" + member)) {
      throw malformed(SYNTAX);
    }
  }

  private static void checkPrincipals(JsonNode statement, Partition partition) {
    requireOneOf(statement, "Principal");
    JsonNode principals = oneOf(statement, "Principal");
    if (principals.isMissingNode() || principals.asText().equals("*")) {
      return;
    }
    requireMembers(principals, PRINCIPALS);
    if (principals.isEmpty()) {
      throw malformed("Missing required field Principal cannot be empty!");
    }
    for (Map.Entry<String, JsonNode> kind : principals.properties()) {
      for (JsonNode each : each(kind.getValue())) {
        boolean valid =
            switch (kind.getKey()) {
              case "Service" -> SERVICE.matcher(each.asText()).matches();
              case "AWS" -> each.isTextual() && !isOfAnother(partition, each.asText());
              default -> each.isTextual();
            };
        if (!valid) {
          throw malformed(
              "Invalid principal in policy: \""
                  + kind.getKey().toUpperCase(Locale.ROOT)
                  + "\":\""
                  + each.asText()
                  + "\"");
        }
      }
    }
  }

  private static void checkResources(JsonNode statement, Kind kind, Partition partition) {
    requireOneOf(statement, "Resource");
    List<JsonNode> resources = either(statement, "Resource");
    if (kind == Kind.TRUST && (statement.has("Resource") || statement.has("NotResource"))) {
      throw malformed("Has prohibited field Resource");
    }
    if (kind == Kind.IDENTITY && resources.isEmpty()) {
      throw malformed("Policy statement must contain resources.");
    }
    for (JsonNode each : resources) {
      if (!each.isTextual()) {
        throw malformed(SYNTAX);
      }
      String resource = each.textValue();
      if (!RESOURCE.matcher(resource).matches()) {
        throw malformed("Resource " + resource + " must be in ARN format or \"*\".");
      }
      if (isOfAnother(partition, resource)) {
        throw malformed(
            "Partition \""
                + resource.split(":", 3)[1]
                + "\" is not valid for resource \""
                + resource
                + "\".");
      }
    }
  }

  private static boolean isOfAnother(Partition partition, String arn) {
    Matcher named = PARTITION.matcher(arn);
    return named.matches() && !named.group(1).equals(partition.name());
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
      throw malformed(SYNTAX);
    }
    for (Map.Entry<String, JsonNode> operator : conditions.properties()) {
      if (!Conditions.isOperator(operator.getKey())) {
        throw malformed("Invalid Condition type : " + operator.getKey() + ".");
      }
    }
    checkDates(conditions);
  }

  private static Stream<JsonNode> stream(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }

  private static void checkDates(JsonNode conditions) {
    for (Map.Entry<String, JsonNode> operator : conditions.properties()) {
      if (Conditions.plain(operator.getKey()).startsWith("Date")) {
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
        throw malformed(SYNTAX);
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
    return each(oneOf(statement, member));
  }

  private static JsonNode oneOf(JsonNode statement, String member) {
    return statement.path(statement.has(member) ? member : "Not" + member);
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
