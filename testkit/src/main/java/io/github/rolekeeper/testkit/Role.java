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
  String description = "";
  Duration maxSession = Duration.ofHours(1);
  @Nullable ManagedPolicy boundary;
  final Map<String, String> inlinePolicies = new LinkedHashMap<>();
  final Map<String, ManagedPolicy> attachedPolicies = new LinkedHashMap<>();

  /** Keys of IAM's tags are compared without regard to case (IAM User Guide, tagging). */
  final Map<String, String> tags = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  Role(String name, String id, String path, String arn, Instant created, String trustPolicy) {
    this.name = name;
    this.id = id;
    this.path = path;
    this.arn = arn;
    this.created = created;
    this.trustPolicy = trustPolicy;
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
