package io.github.rolekeeper.iamops;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.policybuilder.iam.IamEffect;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamPrincipal;
import software.amazon.awssdk.policybuilder.iam.IamStatement;

/** What the policy documents of a role say. Pure. */
final class RolePolicies {
  /** The inline policy that the console's "Revoke active sessions" puts (IAM User Guide). */
  static final String REVOCATION = "AWSRevokeOlderSessions";

  private static final Set<String> EC2 = Set.of("ec2.amazonaws.com", "ec2.amazonaws.com.cn", "*");
  private static final String ASSUME = "sts:assumerole";

  private RolePolicies() {}

  /**
   * Whether EC2 may assume a role.
   *
   * @param encoded the role's trust policy as IAM returns it
   * @return empty if the document cannot be read, or conditions or exclusions decide
   */
  static Optional<Boolean> trustsEc2(String encoded) {
    return read(encoded).flatMap(policy -> trustsEc2(policy.statements()));
  }

  /** A Deny comes before every Allow (IAM User Guide, policy evaluation logic). */
  private static Optional<Boolean> trustsEc2(List<IamStatement> statements) {
    if (statements.stream().anyMatch(RolePolicies::excludes)) {
      return Optional.empty();
    }
    List<IamStatement> ofEc2 = statements.stream().filter(RolePolicies::letsEc2Assume).toList();
    List<IamStatement> denials =
        ofEc2.stream().filter(each -> each.effect().equals(IamEffect.DENY)).toList();
    List<IamStatement> allowances =
        ofEc2.stream().filter(each -> each.effect().equals(IamEffect.ALLOW)).toList();
    if (allowances.isEmpty() || denials.stream().anyMatch(RolePolicies::always)) {
      return Optional.of(false);
    }
    boolean plain = denials.isEmpty() && allowances.stream().anyMatch(RolePolicies::always);
    return plain ? Optional.of(true) : Optional.empty();
  }

  private static boolean letsEc2Assume(IamStatement statement) {
    return statement.actions().stream().anyMatch(action -> covers(action.value(), ASSUME))
        && statement.principals().stream().map(IamPrincipal::id).anyMatch(EC2::contains);
  }

  private static boolean always(IamStatement statement) {
    return statement.conditions().isEmpty();
  }

  private static boolean excludes(IamStatement statement) {
    return !statement.notActions().isEmpty() || !statement.notPrincipals().isEmpty();
  }

  /** {@code *} stands for any characters and {@code ?} for one (IAM User Guide, Action). */
  private static boolean covers(String pattern, String action) {
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
    return Pattern.compile(form, Pattern.CASE_INSENSITIVE).matcher(action).matches();
  }

  /**
   * Which sessions a policy revokes.
   *
   * @param encoded the policy as IAM returns it
   * @return the instant before which a session must have been issued to be denied everything; empty
   *     if the policy revokes none
   */
  static Optional<Instant> revokesBefore(String encoded) {
    return read(encoded).stream()
        .flatMap(policy -> policy.statements().stream())
        .filter(each -> each.effect().equals(IamEffect.DENY))
        .filter(each -> each.actions().stream().anyMatch(action -> action.value().equals("*")))
        .flatMap(each -> each.conditions().stream())
        .filter(
            each ->
                "DateLessThan".equals(each.operator().value())
                    && "aws:TokenIssueTime".equalsIgnoreCase(each.key().value()))
        .flatMap(each -> instant(each.value()).stream())
        .max(Instant::compareTo);
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

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** IAM percent-encodes documents as RFC 3986 has it, in which a plus sign is a plus sign. */
  static String decoded(String encoded) {
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Optional<IamPolicy> read(String encoded) {
    try {
      return Optional.of(IamPolicy.fromJson(decoded(encoded)));
    } catch (RuntimeException e) {
      // The parser's exceptions have no common type of their own.
      return Optional.empty();
    }
  }
}
