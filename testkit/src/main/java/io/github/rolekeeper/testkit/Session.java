package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.List;

/** A role session with its credentials. */
final class Session {
  final String accessKeyId;
  final String secretKey;
  final String token;
  final Role role;
  final String name;
  final String instanceProfileId;
  final Instant issued;
  final Instant expiration;

  /** What a session may do at most, beside what its role may; none means no such limit. */
  List<PolicyEvaluator.Policy> sessionPolicies = List.of();

  /** Denied once by a revocation; looked at only where lifting one does not restore sessions. */
  boolean revoked;

  Session(
      Ids ids,
      Role role,
      String name,
      String instanceProfileId,
      Instant issued,
      Instant expiration) {
    this(
        ids.sessionAccessKey(),
        ids.secretKey(),
        ids.sessionToken(),
        role,
        name,
        instanceProfileId,
        issued,
        expiration);
  }

  /** A session that was there before, with the credentials that it had. */
  Session(
      String accessKeyId,
      String secretKey,
      String token,
      Role role,
      String name,
      String instanceProfileId,
      Instant issued,
      Instant expiration) {
    this.accessKeyId = accessKeyId;
    this.secretKey = secretKey;
    this.token = token;
    this.role = role;
    this.name = name;
    this.instanceProfileId = instanceProfileId;
    this.issued = issued;
    this.expiration = expiration;
  }

  @Override
  public String toString() {
    return "Session[" + name + " as " + role.name + " until " + expiration + "]";
  }
}
