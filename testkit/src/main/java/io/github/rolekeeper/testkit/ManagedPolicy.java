package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** A managed policy, of the account or of AWS. It has one version, {@code v1}. */
final class ManagedPolicy {
  final String name;
  final String id;
  final String path;
  final String arn;
  final Instant created;
  final String document;
  final String description;
  final Map<String, String> tags = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  ManagedPolicy(
      String name,
      String id,
      String path,
      String arn,
      Instant created,
      String document,
      String description) {
    this.name = name;
    this.id = id;
    this.path = path;
    this.arn = arn;
    this.created = created;
    this.document = document;
    this.description = description;
  }

  boolean ofAws() {
    return arn.startsWith("arn:" + World.PARTITION + ":iam::aws:");
  }

  PolicyEvaluator.Policy evaluated() {
    return new PolicyEvaluator.Policy(name, ofAws() ? "aws-managed" : "user-managed", document);
  }
}
