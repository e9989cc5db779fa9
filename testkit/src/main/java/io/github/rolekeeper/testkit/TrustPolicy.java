package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who may assume a role, by its trust policy. A principal that is named there needs no permission
 * of its own; one whose account is named needs one as well (IAM User Guide, evaluation within one
 * account).
 */
final class TrustPolicy {
  static final String ASSUME_ROLE = "sts:AssumeRole";

  enum Trust {
    DENIED,
    NONE,
    ACCOUNT,
    PRINCIPAL
  }

  private TrustPolicy() {}

  /** The AWS principals that a policy names. */
  static List<String> principals(String policy) {
    return PolicyDocument.statements(policy).stream()
        .flatMap(
            statement -> Stream.of(statement.path("Principal"), statement.path("NotPrincipal")))
        .flatMap(principal -> PolicyDocument.each(principal.path("AWS")).stream())
        .map(JsonNode::asText)
        .toList();
  }

  /** Whether a service may assume a role, by any of its names. */
  static boolean allowsService(String policy, List<String> names) {
    return trust(policy, Map.of("Service", names), List.of(), new RequestContext())
        == Trust.PRINCIPAL;
  }

  /**
   * How far a principal is trusted.
   *
   * @param arns what the principal is: of a session its own ARN and that of its role
   * @param account the principal's account
   */
  static Trust ofPrincipal(
      String policy, List<String> arns, String account, RequestContext context) {
    // The account is of the same partition as whoever asks.
    String root = "arn:" + arns.get(0).split(":", 3)[1] + ":iam::" + account + ":root";
    return trust(policy, Map.of("AWS", arns), List.of(account, root), context);
  }

  private static Trust trust(
      String policy,
      Map<String, List<String>> principal,
      List<String> accounts,
      RequestContext context) {
    Trust found = Trust.NONE;
    for (JsonNode statement : PolicyDocument.statements(policy)) {
      boolean deny = "Deny".equals(statement.path("Effect").asText());
      Trust named = named(statement, principal, accounts, deny);
      if (named == Trust.NONE
          || !PolicyEvaluator.coversAction(statement, ASSUME_ROLE)
          || !Conditions.hold(statement.path("Condition"), context, deny)) {
        continue;
      }
      if (deny) {
        return Trust.DENIED;
      }
      found = found.compareTo(named) < 0 ? named : found;
    }
    return found;
  }

  private static Trust named(
      JsonNode statement,
      Map<String, List<String>> principal,
      List<String> accounts,
      boolean deny) {
    if (statement.has("NotPrincipal")) {
      return deny ? Trust.PRINCIPAL : Trust.NONE;
    }
    JsonNode wanted = statement.path("Principal");
    if (wanted.isTextual()) {
      return "*".equals(wanted.asText()) ? Trust.PRINCIPAL : Trust.NONE;
    }
    Trust found = Trust.NONE;
    for (Map.Entry<String, List<String>> kind : principal.entrySet()) {
      for (JsonNode each : PolicyDocument.each(wanted.path(kind.getKey()))) {
        if (kind.getValue().contains(each.asText()) || "*".equals(each.asText())) {
          return Trust.PRINCIPAL;
        }
        found = accounts.contains(each.asText()) ? Trust.ACCOUNT : found;
      }
    }
    return found;
  }
}
