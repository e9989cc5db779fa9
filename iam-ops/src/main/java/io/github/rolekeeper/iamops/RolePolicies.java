package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.policybuilder.iam.IamEffect;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;

/**
 * What the policy documents of a role say to two questions: may EC2 assume it, and are all sessions
 * before a time denied everything. What does not answer them for sure is not known. Pure.
 */
final class RolePolicies {
  /** The inline policy that the console's "Revoke active sessions" puts (IAM User Guide). */
  static final String REVOCATION = "AWSRevokeOlderSessions";

  /** The date before which sessions are denied everything by a policy that has none. */
  static final Instant FOR_EVER = Instant.parse("9999-12-31T23:59:59Z");

  private static final String ASSUME = "sts:assumerole";

  /**
   * Which sessions a policy denies everything.
   *
   * @param before those issued before this instant; empty if none for sure
   * @param sure whether nothing in it is left that could deny more
   */
  record Revocation(Optional<Instant> before, boolean sure) {
    static final Revocation NONE = new Revocation(Optional.empty(), true);
    static final Revocation UNKNOWN = new Revocation(Optional.empty(), false);

    private Revocation and(Revocation other) {
      return new Revocation(
          Stream.concat(before.stream(), other.before.stream()).max(Instant::compareTo),
          sure && other.sure);
    }
  }

  private RolePolicies() {}

  /**
   * Whether EC2 may assume a role.
   *
   * @param encoded the role's trust policy as IAM returns it
   * @param account in whose partition
   * @return empty if the document cannot be read, or its conditions or exclusions decide
   */
  static Optional<Boolean> trustsEc2(String encoded, AccountRef account) {
    return PolicyStatement.all(encoded).flatMap(all -> trustsEc2(all, account.ec2Principals()));
  }

  /** A Deny comes before every Allow (IAM User Guide, policy evaluation logic). */
  private static Optional<Boolean> trustsEc2(List<PolicyStatement> statements, List<String> ec2) {
    List<Truth> denied = answers(statements, PolicyStatement::denies, ec2);
    List<Truth> allowed = answers(statements, PolicyStatement::allows, ec2);
    if (denied.contains(Truth.YES)) {
      return Optional.of(false);
    }
    boolean unread = statements.stream().anyMatch(each -> !each.understood());
    if (unread || denied.contains(Truth.UNKNOWN)) {
      return Optional.empty();
    }
    if (allowed.contains(Truth.YES)) {
      return Optional.of(true);
    }
    return allowed.contains(Truth.UNKNOWN) ? Optional.empty() : Optional.of(false);
  }

  private static List<Truth> answers(
      List<PolicyStatement> statements, Predicate<PolicyStatement> effect, List<String> ec2) {
    return statements.stream()
        .filter(PolicyStatement::understood)
        .filter(effect)
        .map(each -> letsAssume(each, ec2))
        .toList();
  }

  private static Truth letsAssume(PolicyStatement statement, List<String> ec2) {
    return statement
        .action(pattern -> covers(pattern, ASSUME))
        .and(statement.principal(ec2))
        .and(statement.has("Resource") || statement.has("NotResource") ? Truth.UNKNOWN : Truth.YES)
        .and(statement.conditions().isEmpty() ? Truth.YES : Truth.UNKNOWN);
  }

  /**
   * Which sessions a policy revokes.
   *
   * @param encoded the policy as IAM returns it
   * @param userId the value of {@code aws:userid} in the instance's session; empty if not known
   */
  static Revocation revocation(String encoded, String userId) {
    return PolicyStatement.all(encoded)
        .map(
            all ->
                all.stream()
                    .map(each -> revocation(each, userId))
                    .reduce(Revocation.NONE, Revocation::and))
        .orElse(Revocation.UNKNOWN);
  }

  private static Revocation revocation(PolicyStatement statement, String userId) {
    if (!statement.understood()) {
      return Revocation.UNKNOWN;
    }
    if (!statement.denies()) {
      return Revocation.NONE;
    }
    Truth everything =
        statement
            .everyAction()
            .and(statement.everyResource())
            .and(
                statement.has("Principal") || statement.has("NotPrincipal")
                    ? Truth.UNKNOWN
                    : Truth.YES);
    Instant before = FOR_EVER;
    for (PolicyStatement.Condition condition : statement.conditions()) {
      boolean inclusive = condition.is("DateLessThanEquals", "aws:TokenIssueTime");
      if (inclusive || condition.is("DateLessThan", "aws:TokenIssueTime")) {
        // One value of several is enough, so the latest counts; of several conditions the earliest.
        Optional<Instant> latest = PolicyDate.latest(condition.values());
        Instant date = latest.orElse(before).plusMillis(inclusive ? 1 : 0);
        before = date.isBefore(before) ? date : before;
        everything = everything.and(latest.isPresent() ? Truth.YES : Truth.UNKNOWN);
      } else {
        everything = everything.and(ofSession(condition, userId));
      }
    }
    return switch (everything) {
      case YES -> new Revocation(Optional.of(before), true);
      case NO -> Revocation.NONE;
      case UNKNOWN -> Revocation.UNKNOWN;
    };
  }

  /** Whether a condition is met by the session of the instance. */
  private static Truth ofSession(PolicyStatement.Condition condition, String userId) {
    boolean like = condition.is("StringLike", "aws:userid");
    if (userId.isEmpty() || !(like || condition.is("StringEquals", "aws:userid"))) {
      return Truth.UNKNOWN;
    }
    List<String> values = condition.values().stream().map(JsonNode::asText).toList();
    if (values.stream().anyMatch(each -> each.contains("${"))) {
      return Truth.UNKNOWN;
    }
    return Truth.of(
        values.stream().anyMatch(each -> like ? matches(each, userId, 0) : each.equals(userId)));
  }

  /** {@code *} stands for any characters and {@code ?} for one (IAM User Guide, Action). */
  static boolean covers(String pattern, String action) {
    return matches(pattern, action, Pattern.CASE_INSENSITIVE);
  }

  private static boolean matches(String pattern, String text, int flags) {
    String form =
        Arrays.stream(pattern.replaceAll("[*]+", "*").split("(?=[*?])|(?<=[*?])"))
            .map(
                part ->
                    switch (part) {
                      case "*" -> ".*";
                      case "?" -> ".";
                      default -> Pattern.quote(part);
                    })
            .collect(Collectors.joining());
    return Pattern.compile(form, flags | Pattern.DOTALL).matcher(text).matches();
  }

  /**
   * What the console puts to revoke sessions.
   *
   * @param before sessions issued before this instant are denied everything
   * @return the policy as JSON
   */
  static String revoking(Instant before) {
    return IamPolicy.builder()
        .addStatement(
            deny ->
                deny.effect(IamEffect.DENY)
                    .addAction("*")
                    .addResource("*")
                    .addCondition(
                        c ->
                            c.operator("DateLessThan")
                                .key("aws:TokenIssueTime")
                                .value(before.toString())))
        .build()
        .toJson();
  }

  /** IAM percent-encodes documents as RFC 3986 has it, in which a plus sign is a plus sign. */
  static String decoded(String encoded) {
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
