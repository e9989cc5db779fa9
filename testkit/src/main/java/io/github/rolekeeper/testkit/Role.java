package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An IAM role. Two roles of the same name, one after the other, are two objects. */
final class Role {
  final String name;
  final String id;
  final String path;
  final String arn;
  final Instant created;
  String trustPolicy;

  /**
   * The roles that the trust policy named when it was written, by ARN. IAM keeps their ids, so a
   * role that is made again under the same name is not trusted (IAM User Guide, Principal element).
   */
  final Map<String, Role> trustedRoles = new LinkedHashMap<>();

  boolean deleted;
  String description = "";
  Duration maxSession = Duration.ofHours(1);
  @Nullable ManagedPolicy boundary;
  final Map<String, String> inlinePolicies = new LinkedHashMap<>();
  final Map<String, ManagedPolicy> attachedPolicies = new LinkedHashMap<>();

  /** Keys of IAM's tags are compared without regard to case (IAM User Guide, tagging). */
  final Map<String, String> tags = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /** In how many answers more its ARN is its unique id; see {@link Fault#idForArn}. */
  int answersWithoutArn;

  Role(String name, String id, String path, String arn, Instant created, String trustPolicy) {
    this.name = name;
    this.id = id;
    this.path = path;
    this.arn = arn;
    this.created = created;
    this.trustPolicy = trustPolicy;
  }

  /** The ARN as IAM shows it in one answer. */
  String shownArn() {
    if (answersWithoutArn == 0) {
      return arn;
    }
    answersWithoutArn--;
    return id;
  }

  /** The trust policy as IAM shows it: with the bare id of a trusted role that is gone. */
  String shownTrustPolicy() {
    String shown = trustPolicy;
    for (Map.Entry<String, Role> trusted : trustedRoles.entrySet()) {
      if (trusted.getValue().deleted) {
        shown = shown.replace('"' + trusted.getKey() + '"', '"' + trusted.getValue().id + '"');
      }
    }
    return shown;
  }

  /** Whether another role of this one's trusted ARNs is meant, not the one that bears it now. */
  boolean trustsAnotherThan(Role candidate) {
    return trustedRoles.getOrDefault(candidate.arn, candidate) != candidate;
  }

  /** All that says what the role may do: its inline and its attached policies. */
  List<PolicyEvaluator.Policy> identityPolicies() {
    var policies = new ArrayList<PolicyEvaluator.Policy>();
    inlinePolicies.forEach(
        (policy, document) ->
            policies.add(
                new PolicyEvaluator.Policy("role_" + name + "_" + policy, "role", document)));
    attachedPolicies.values().forEach(policy -> policies.add(policy.evaluated()));
    return policies;
  }
}
