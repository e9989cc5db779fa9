package io.github.rolekeeper.iamops;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.policybuilder.iam.IamEffect;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamPrincipal;
import software.amazon.awssdk.policybuilder.iam.IamStatement;

/** What the policy documents of a role say. Pure. */
final class RolePolicies {
  /** The inline policy that the console's "Revoke active sessions" puts (IAM User Guide). */
  static final String REVOCATION = "AWSRevokeOlderSessions";

  private static final Set<String> EC2 = Set.of("ec2.amazonaws.com", "ec2.amazonaws.com.cn", "*");
  private static final Set<String> ASSUME = Set.of("sts:assumerole", "sts:*", "*");

  private RolePolicies() {}

  /**
   * Whether EC2 may assume a role.
   *
   * @param encoded the role's trust policy as IAM returns it
   * @return empty if the document cannot be read
   */
  static Optional<Boolean> trustsEc2(String encoded) {
    return read(encoded)
        .map(
            policy ->
                policy.statements().stream()
                    .filter(each -> each.effect().equals(IamEffect.ALLOW))
                    .filter(each -> allows(each, ASSUME))
                    .flatMap(each -> each.principals().stream())
                    .anyMatch(RolePolicies::isEc2));
  }

  private static boolean isEc2(IamPrincipal principal) {
    return EC2.contains(principal.id());
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
        .filter(each -> allows(each, Set.of("*")))
        .flatMap(each -> each.conditions().stream())
        .filter(
            each ->
                "DateLessThan".equals(each.operator().value())
                    && "aws:TokenIssueTime".equalsIgnoreCase(each.key().value()))
        .flatMap(each -> instant(each.value()).stream())
        .max(Instant::compareTo);
  }

  private static boolean allows(IamStatement statement, Set<String> actions) {
    return statement.actions().stream()
        .anyMatch(action -> actions.contains(action.value().toLowerCase(Locale.ROOT)));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** IAM percent-encodes documents as RFC 3986 has it, in which a plus sign is a plus sign. */
  private static Optional<IamPolicy> read(String encoded) {
    try {
      return Optional.of(
          IamPolicy.fromJson(
              URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8)));
    } catch (RuntimeException e) {
      // The parser's exceptions have no common type of their own.
      return Optional.empty();
    }
  }
}
