package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** A managed policy, of the account or of AWS, with its versions. */
final class ManagedPolicy {
  final String name;
  final String id;
  final String path;
  final String arn;
  final Instant created;
  final String description;
  final Map<String, String> tags = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /** By number. One is always the default, which is what the policy says. */
  final NavigableMap<Integer, Version> versions = new TreeMap<>();

  int defaultVersion = 1;

  /** Numbers are given once, even if that version is deleted (IAM API reference). */
  int nextVersion = 2;

  /** What a policy says or said. */
  record Version(int number, String document, Instant created) {
    String id() {
      return "v" + number;
    }
  }

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
    this.versions.put(1, new Version(1, document, created));
    this.description = description;
  }

  Version inForce() {
    return Objects.requireNonNull(versions.get(defaultVersion));
  }

  Version add(String document, Instant at) {
    var version = new Version(nextVersion, document, at);
    versions.put(nextVersion, version);
    nextVersion++;
    return version;
  }

  Instant updated() {
    return versions.values().stream()
        .map(Version::created)
        .max(Comparator.naturalOrder())
        .orElse(created);
  }

  boolean ofAws() {
    return arn.contains(":iam::aws:");
  }

  PolicyEvaluator.Policy evaluated() {
    return new PolicyEvaluator.Policy(
        name, ofAws() ? "aws-managed" : "user-managed", inForce().document());
  }
}
