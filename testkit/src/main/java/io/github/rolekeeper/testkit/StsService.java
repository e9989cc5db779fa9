package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** STS, Query protocol, 2011-06-15. */
final class StsService {
  static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

  private static final int SHORTEST_SESSION = 900;
  private static final int DEFAULT_SESSION = 3600;
  private static final int LONGEST_SESSION = 43_200;

  /** A role that was assumed by a role gives an hour at most (STS API reference, AssumeRole). */
  private static final int LONGEST_CHAINED_SESSION = 3600;

  private final World world;

  StsService(World world) {
    this.world = world;
  }

  Map<String, Operation> operations() {
    return Map.of(
        "GetCallerIdentity", Operation.read(this::getCallerIdentity),
        "AssumeRole",
            Operation.read(
                this::assumeRole,
                "RoleArn",
                "RoleSessionName",
                "DurationSeconds",
                "Policy",
                "PolicyArns",
                "ExternalId"),
        "DecodeAuthorizationMessage",
            Operation.read(this::decodeAuthorizationMessage, "EncodedMessage"));
  }

  /** Needs no permission, and succeeds even where one is explicitly denied (STS API reference). */
  private Consumer<Xml> getCallerIdentity(Parameters parameters, Caller caller) {
    return xml ->
        xml.element("Arn", caller.arn())
            .element("UserId", caller.userId())
            .element("Account", world.accountId());
  }

  private Consumer<Xml> assumeRole(Parameters parameters, Caller caller) {
    String arn = IamInput.required(parameters, "RoleArn");
    String name = IamInput.required(parameters, "RoleSessionName");
    if (!name.matches("[\\w+=,.@-]{2,64}")) {
      throw IamInput.violated(
          "roleSessionName",
          name,
          "Member must satisfy regular expression pattern: [\\w+=,.@-]*, and have length between 2"
              + " and 64");
    }
    int seconds =
        IamInput.number(
            parameters, "DurationSeconds", DEFAULT_SESSION, SHORTEST_SESSION, LONGEST_SESSION);
    List<PolicyEvaluator.Policy> sessionPolicies = sessionPolicies(parameters);
    var keys =
        new RequestContext()
            .with("sts:RoleSessionName", name)
            .with(
                "sts:ExternalId",
                parameters.optional("ExternalId").stream().toArray(String[]::new));
    // A role that is not there is refused as one that is not trusted, so a stranger learns nothing.
    Optional<Role> found = world.roles().stream().filter(each -> each.arn.equals(arn)).findFirst();
    caller.requireAssumeRole(arn, found, keys);
    Role role = found.orElseThrow();
    if (seconds > role.maxSession.toSeconds()) {
      throw IamInput.invalid(
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    if (caller.isSession() && seconds > LONGEST_CHAINED_SESSION) {
      throw IamInput.invalid(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
              + " chaining");
    }
    Session session = world.openSession(role, name, Duration.ofSeconds(seconds));
    session.sessionPolicies = sessionPolicies;
    return xml ->
        xml.element(
                "AssumedRoleUser",
                user ->
                    user.element("AssumedRoleId", role.id + ":" + name)
                        .element("Arn", world.sessionArn(session)))
            .element(
                "Credentials",
                each ->
                    each.element("AccessKeyId", session.accessKeyId)
                        .element("SecretAccessKey", session.secretKey)
                        .element("SessionToken", session.token)
                        .element("Expiration", session.expiration));
  }

  private List<PolicyEvaluator.Policy> sessionPolicies(Parameters parameters) {
    var policies = new ArrayList<PolicyEvaluator.Policy>();
    parameters
        .optional("Policy")
        .ifPresent(
            document -> {
              PolicyDocument.check(document, PolicyDocument.Kind.IDENTITY, world.partition());
              policies.add(new PolicyEvaluator.Policy("session", "session", document));
            });
    for (Parameters managed : parameters.structures("PolicyArns.member")) {
      String arn = IamInput.required(managed, "arn");
      policies.add(
          world
              .policies
              .find(arn)
              .orElseThrow(
                  () -> IamInput.invalid("Policy " + arn + " does not exist or is not attachable."))
              .evaluated());
    }
    return policies;
  }

  private Consumer<Xml> decodeAuthorizationMessage(Parameters parameters, Caller caller) {
    caller.require("sts:DecodeAuthorizationMessage", "*", Denials.QUERY);
    String decoded =
        AuthorizationMessage.decode(IamInput.required(parameters, "EncodedMessage"))
            .orElseThrow(
                () ->
                    new AwsError(
                        400, "InvalidAuthorizationMessageException", "Message is not valid"));
    return xml -> xml.element("DecodedMessage", decoded);
  }
}
