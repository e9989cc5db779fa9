package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** An IAM role. Two roles of the same name, one after the other, are two objects. */
final class Role {
  final String name;
  final String id;
  final String path;
  final String arn;
  final Instant created;
  final String trustPolicy;
  final Map<String, String> inlinePolicies = new LinkedHashMap<>();

  Role(String name, String id, String path, String arn, Instant created, String trustPolicy) {
    this.name = name;
    this.id = id;
    this.path = path;
    this.arn = arn;
    this.created = created;
    this.trustPolicy = trustPolicy;
  }
}
