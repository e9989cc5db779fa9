package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Identity-based policies: an explicit deny wins, then an allow, else nothing is allowed (IAM User
 * Guide, policy evaluation logic). What this class does not know never allows and always denies.
 */
final class PolicyEvaluator {
  enum Decision {
    ALLOWED,
    DENIED_EXPLICITLY,
    DENIED_IMPLICITLY;

    /** What two kinds of policies say together that must both allow. */
    Decision and(Decision other) {
      if (this == DENIED_EXPLICITLY || other == DENIED_EXPLICITLY) {
        return DENIED_EXPLICITLY;
      }
      return this == ALLOWED ? other : this;
    }
  }

  /**
   * A policy with what it is called in answers about it.
   *
   * @param type as in SimulatePrincipalPolicy: {@code role} for an inline policy
   */
  record Policy(String name, String type, String document) {}

  record Statement(Policy policy, String id, String effect) {}

  /** A decision and the statements that made it. */
  record Evaluation(Decision decision, List<Statement> matched) {}

  private PolicyEvaluator() {}

  static Evaluation evaluate(
      Iterable<Policy> policies, String action, String resource, RequestContext context) {
    var allows = new ArrayList<Statement>();
    var denies = new ArrayList<Statement>();
    for (Policy policy : policies) {
      for (JsonNode statement : PolicyDocument.statements(policy.document())) {
        boolean deny = "Deny".equals(statement.path("Effect").asText());
        if (coversAction(statement, action)
            && coversResource(statement, resource, context, deny)
            && Conditions.hold(statement.path("Condition"), context, deny)) {
          (deny ? denies : allows)
              .add(
                  new Statement(
                      policy, statement.path("Sid").asText(""), statement.path("Effect").asText()));
        }
      }
    }
    if (!denies.isEmpty()) {
      return new Evaluation(Decision.DENIED_EXPLICITLY, denies);
    }
    return new Evaluation(allows.isEmpty() ? Decision.DENIED_IMPLICITLY : Decision.ALLOWED, allows);
  }

  /** Actions are compared without regard to case (IAM User Guide, Action element). */
  static boolean coversAction(JsonNode statement, String action) {
    boolean not = statement.has("NotAction");
    return not
        != PolicyDocument.each(statement.path(not ? "NotAction" : "Action")).stream()
            .anyMatch(pattern -> Wildcards.matchIgnoringCase(pattern.asText(), action));
  }

  private static boolean coversResource(
      JsonNode statement, String resource, RequestContext context, boolean deny) {
    boolean not = statement.has("NotResource");
    // A variable that cannot be filled in errs on the side of being refused.
    String unknown = deny == not ? "" : "*";
    return not
        != PolicyDocument.each(statement.path(not ? "NotResource" : "Resource")).stream()
            .map(pattern -> context.expand(pattern.asText()).orElse(unknown))
            .anyMatch(pattern -> Wildcards.matchPolicy(pattern, resource));
  }
}
