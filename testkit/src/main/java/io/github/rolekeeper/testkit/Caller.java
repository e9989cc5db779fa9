package io.github.rolekeeper.testkit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request. The access key id and the session token are read from the headers of
 * Signature Version 4 and compared with the account's sessions; the signature itself is not
 * verified.
 */
final class Caller {
  private static final Pattern CREDENTIAL =
      Pattern.compile(
          "AWS4-HMAC-SHA256 .*?Credential=([^/,\\s]+)/\\d{8}/([^/,]+)/([^/,]+)/aws4_request.*");

  /** The scope of a signed request: which key, for which service. */
  record Scope(String accessKeyId, String service) {}

  private final World world;
  private final @Nullable Session session;

  private Caller(World world, @Nullable Session session) {
    this.world = world;
    this.session = session;
  }

  static @Nullable Scope scope(@Nullable String authorization) {
    Matcher credential = CREDENTIAL.matcher(authorization == null ? "" : authorization);
    return credential.matches() ? new Scope(credential.group(1), credential.group(3)) : null;
  }

  /**
   * Finds the caller.
   *
   * @throws AwsError as the service answers credentials that are missing, unknown, torn or expired
   */
  static Caller authenticate(
      World world, @Nullable Scope scope, @Nullable String token, Denials as) {
    if (scope == null) {
      throw as.missing();
    }
    if (!scope.accessKeyId().startsWith("ASIA")) {
      if (token != null) {
        throw as.unknown();
      }
      return new Caller(world, null);
    }
    Session session = world.session(scope.accessKeyId());
    if (session == null) {
      throw as.unknown();
    }
    if (!session.token.equals(token)) {
      throw as.torn();
    }
    if (world.ended(session, world.now())) {
      throw as.expired();
    }
    return new Caller(world, session);
  }

  /**
   * Checks the caller's permission. The administrator, as whom all keys count that are no
   * session's, may do everything.
   *
   * @throws AwsError as the service denies
   */
  void require(String action, String resource, Denials as) {
    if (session == null) {
      return;
    }
    PolicyEvaluator.Decision decision =
        PolicyEvaluator.evaluate(
            session.role.inlinePolicies.values(),
            action,
            resource,
            new PolicyEvaluator.Context(session.issued));
    if (decision == PolicyEvaluator.Decision.DENIED_EXPLICITLY
        && !world.follows(Rule.REVOCATION_DENIES_OLDER_SESSIONS)) {
      decision = PolicyEvaluator.Decision.ALLOWED;
    }
    if (decision == PolicyEvaluator.Decision.DENIED_EXPLICITLY) {
      session.revoked = true;
    }
    if (session.revoked && !world.follows(Rule.LIFTED_REVOCATION_RESTORES_SESSIONS)) {
      decision = PolicyEvaluator.Decision.DENIED_EXPLICITLY;
    }
    if (decision != PolicyEvaluator.Decision.ALLOWED) {
      throw as.denied(arn(), action, resource, decision);
    }
  }

  String arn() {
    return session == null
        ? world.iamArn("root")
        : "arn:"
            + World.PARTITION
            + ":sts::"
            + world.accountId()
            + ":assumed-role/"
            + session.role.name
            + "/"
            + session.name;
  }

  String userId() {
    return session == null ? world.accountId() : session.role.id + ":" + session.name;
  }
}
