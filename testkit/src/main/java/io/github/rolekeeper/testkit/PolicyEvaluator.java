package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Identity-based policies: an explicit deny wins, then an allow, else nothing is allowed (IAM User
 * Guide, policy evaluation logic). A condition that this class does not know is never fulfilled in
 * an Allow and always in a Deny, so that a test errs on the side of being refused.
 */
final class PolicyEvaluator {
  enum Decision {
    ALLOWED,
    DENIED_EXPLICITLY,
    DENIED_IMPLICITLY
  }

  /** The part of a request that conditions look at. */
  record Context(Instant tokenIssued) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private PolicyEvaluator() {}

  static Decision evaluate(
      Iterable<String> policies, String action, String resource, Context context) {
    boolean allowed = false;
    for (String policy : policies) {
      for (JsonNode statement : each(parse(policy).path("Statement"))) {
        boolean deny = "Deny".equals(statement.path("Effect").asText());
        if (covers(statement, "Action", action, true)
            && covers(statement, "Resource", resource, false)
            && conditionsHold(statement.path("Condition"), context, deny)) {
          if (deny) {
            return Decision.DENIED_EXPLICITLY;
          }
          allowed = true;
        }
      }
    }
    return allowed ? Decision.ALLOWED : Decision.DENIED_IMPLICITLY;
  }

  /**
   * Reads a policy document.
   *
   * @throws AwsError {@code MalformedPolicyDocument} as IAM answers it
   */
  static JsonNode parse(String policy) {
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

  private static boolean covers(
      JsonNode statement, String member, String value, boolean ignoreCase) {
    if (statement.has("Not" + member)) {
      return !matchesAny(statement.path("Not" + member), value, ignoreCase);
    }
    return matchesAny(statement.path(member), value, ignoreCase);
  }

  private static boolean matchesAny(JsonNode patterns, String value, boolean ignoreCase) {
    for (JsonNode pattern : each(patterns)) {
      String regex =
          Pattern.quote(pattern.asText()).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
      if (Pattern.compile(regex, ignoreCase ? Pattern.CASE_INSENSITIVE : 0)
          .matcher(value)
          .matches()) {
        return true;
      }
    }
    return false;
  }

  private static boolean conditionsHold(JsonNode conditions, Context context, boolean deny) {
    for (Map.Entry<String, JsonNode> operator : conditions.properties()) {
      for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
        if (!holds(operator.getKey(), key.getKey(), key.getValue(), context, deny)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean holds(
      String operator, String key, JsonNode values, Context context, boolean deny) {
    if (!"DateLessThan".equals(operator) || !"aws:TokenIssueTime".equalsIgnoreCase(key)) {
      return deny;
    }
    for (JsonNode value : each(values)) {
      try {
        if (context.tokenIssued().isBefore(Instant.parse(value.asText()))) {
          return true;
        }
      } catch (DateTimeParseException e) {
        throw malformed("Invalid date in a condition of the policy: " + value.asText());
      }
    }
    return false;
  }

  /** IAM lets a single value stand for a list of one. */
  private static List<JsonNode> each(JsonNode node) {
    var all = new ArrayList<JsonNode>();
    if (node.isArray()) {
      node.forEach(all::add);
    } else if (!node.isMissingNode()) {
      all.add(node);
    }
    return all;
  }
}
