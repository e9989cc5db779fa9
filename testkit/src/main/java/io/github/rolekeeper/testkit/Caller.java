package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
          "AWS4-HMAC-SHA256 .*?Credential=([^/,\\s]+)/(\\d{8})/([^/,]+)/([^/,]+)/aws4_request(?:[,\\s].*)?");

  /** The scope of a signed request: which key, for which day, Region and service. */
  record Scope(String accessKeyId, String date, String region, String service) {}

  private final World world;
  private final @Nullable Session session;

  private Caller(World world, @Nullable Session session) {
    this.world = world;
    this.session = session;
  }

  static @Nullable Scope scope(@Nullable String authorization) {
    Matcher credential = CREDENTIAL.matcher(authorization == null ? "" : authorization);
    return credential.matches()
        ? new Scope(
            credential.group(1), credential.group(2), credential.group(3), credential.group(4))
        : null;
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
      if (token != null || world.settings.strictCredentials) {
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
    require(action, resource, Map.of(), as);
  }

  /**
   * Checks the caller's permission under condition keys of the request, such as {@code
   * aws:ResourceTag/team}.
   *
   * @throws AwsError as the service denies
   */
  void require(String action, String resource, Map<String, String> keys, Denials as) {
    require(action, resource, new RequestContext().with(keys), as);
  }

  /**
   * Checks the caller's permission.
   *
   * @param keys the condition keys that this request has beside those that all have; it is added to
   * @throws AwsError as the service denies
   */
  void require(String action, String resource, RequestContext keys, Denials as) {
    if (session == null) {
      return;
    }
    Refusal refusal = refusal(session, action, resource, keys);
    if (refusal != null) {
      throw as.denied(refusal);
    }
  }

  /**
   * Checks that the caller may give a role to a service.
   *
   * @param service the service's principal, as {@code iam:PassedToService} has it
   * @throws AwsError as the service denies that was asked
   */
  void requirePassRole(Role role, String service, Denials as) {
    require("iam:PassRole", role.arn, Map.of("iam:PassedToService", service), as);
  }

  /**
   * Checks that the caller may assume a role: that the role trusts it and, where the role trusts
   * but the whole account, that the caller's own policies allow it.
   *
   * @throws AwsError {@code AccessDenied}
   */
  void requireAssumeRole(String roleArn, Optional<Role> role, RequestContext keys) {
    RequestContext context = completed(keys);
    TrustPolicy.Trust trust =
        role.map(
                each ->
                    TrustPolicy.ofPrincipal(
                        each.trustPolicy, principalsFor(each), world.accountId(), context))
            .orElse(TrustPolicy.Trust.NONE);
    Refusal refusal =
        session == null ? null : refusal(session, TrustPolicy.ASSUME_ROLE, roleArn, keys);
    boolean denied =
        refusal != null
            && (trust == TrustPolicy.Trust.ACCOUNT
                || refusal.evaluation().decision() == PolicyEvaluator.Decision.DENIED_EXPLICITLY);
    if (denied || trust.compareTo(TrustPolicy.Trust.ACCOUNT) < 0) {
      // Unlike other refusals this one names no policy: that would tell whether the role exists.
      throw new AwsError(
          403,
          "AccessDenied",
          "User: "
              + arn()
              + " is not authorized to perform: "
              + TrustPolicy.ASSUME_ROLE
              + " on resource: "
              + roleArn);
    }
  }

  private List<String> principalsFor(Role target) {
    return session == null || target.trustsAnotherThan(session.role)
        ? List.of(arn())
        : List.of(arn(), session.role.arn);
  }

  boolean isSession() {
    return session != null;
  }

  private @Nullable Refusal refusal(
      Session caller, String action, String resource, RequestContext keys) {
    RequestContext context = completed(keys);
    var limits = new LinkedHashMap<String, List<PolicyEvaluator.Policy>>();
    limits.put("identity-based policy", caller.role.identityPolicies());
    ManagedPolicy boundary = caller.role.boundary;
    if (boundary != null) {
      limits.put("permissions boundary", List.of(boundary.evaluated()));
    }
    if (!caller.sessionPolicies.isEmpty()) {
      limits.put("session policy", caller.sessionPolicies);
    }
    Refusal refusal = null;
    for (Map.Entry<String, List<PolicyEvaluator.Policy>> limit : limits.entrySet()) {
      var evaluation = PolicyEvaluator.evaluate(limit.getValue(), action, resource, context);
      boolean worse =
          refusal == null || evaluation.decision() == PolicyEvaluator.Decision.DENIED_EXPLICITLY;
      if (evaluation.decision() != PolicyEvaluator.Decision.ALLOWED && worse) {
        refusal =
            new Refusal(arn(), userId(), action, resource, evaluation, limit.getKey(), context);
      }
    }
    return revocable(caller, refusal, action, resource, context);
  }

  /** Bends a decision where the account does not follow the rules about revocation. */
  private @Nullable Refusal revocable(
      Session caller,
      @Nullable Refusal refusal,
      String action,
      String resource,
      RequestContext context) {
    boolean explicit =
        refusal != null
            && refusal.evaluation().decision() == PolicyEvaluator.Decision.DENIED_EXPLICITLY;
    if (explicit && !world.follows(Rule.REVOCATION_DENIES_OLDER_SESSIONS)) {
      return null;
    }
    caller.revoked |= explicit;
    if (caller.revoked && !world.follows(Rule.LIFTED_REVOCATION_RESTORES_SESSIONS)) {
      var denied =
          new PolicyEvaluator.Evaluation(PolicyEvaluator.Decision.DENIED_EXPLICITLY, List.of());
      return new Refusal(
          arn(), userId(), action, resource, denied, "identity-based policy", context);
    }
    return refusal;
  }

  /** The keys that every request has beside its own. */
  private RequestContext completed(RequestContext keys) {
    keys.with("aws:CurrentTime", world.now().toString())
        .with("aws:EpochTime", String.valueOf(world.now().getEpochSecond()))
        .with("aws:PrincipalAccount", world.accountId())
        .with("aws:PrincipalArn", session == null ? arn() : session.role.arn)
        .with("aws:PrincipalType", session == null ? "Account" : "AssumedRole")
        .with("aws:RequestedRegion", world.region())
        // The account's plain loopback port stands for AWS's endpoints, which clients reach by TLS.
        .with("aws:SecureTransport", "true")
        .with("aws:userid", userId())
        .with("aws:username");
    if (session == null) {
      keys.with("aws:TokenIssueTime");
    } else {
      keys.with("aws:TokenIssueTime", session.issued.toString())
          .withTags("aws:PrincipalTag/", session.role.tags);
    }
    return keys;
  }

  String arn() {
    return session == null ? world.iamArn("root") : world.sessionArn(session);
  }

  String accountId() {
    return world.accountId();
  }

  /** The user's name as CloudTrail looks events up by it. */
  String trailName() {
    return session == null ? "root" : session.name;
  }

  /** CloudTrail User Guide, userIdentity element. */
  ObjectNode trailIdentity(String accessKeyId) {
    var identity = JsonNodeFactory.instance.objectNode();
    identity.put("type", session == null ? "Root" : "AssumedRole");
    identity.put("principalId", userId());
    identity.put("arn", arn());
    identity.put("accountId", accountId());
    identity.put("accessKeyId", accessKeyId);
    if (session != null) {
      ObjectNode context = identity.putObject("sessionContext");
      context
          .putObject("sessionIssuer")
          .put("type", "Role")
          .put("principalId", session.role.id)
          .put("arn", session.role.arn)
          .put("accountId", accountId())
          .put("userName", session.role.name);
      context
          .putObject("attributes")
          .put("creationDate", session.issued.truncatedTo(ChronoUnit.SECONDS).toString())
          .put("mfaAuthenticated", "false");
    }
    return identity;
  }

  String userId() {
    return session == null ? world.accountId() : session.role.id + ":" + session.name;
  }
}
