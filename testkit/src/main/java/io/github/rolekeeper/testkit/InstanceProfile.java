package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An IAM instance profile with its one slot for a role. */
final class InstanceProfile {
  final String name;
  final String id;
  final String path;
  final String arn;
  final Instant created;
  final Map<String, String> tags = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  @Nullable Role role;

  /** The role as EC2 sees it; behind IAM by {@link Timing#IAM_TO_EC2}. */
  @Nullable Role roleInEc2;

  /** Whether EC2 has delivered this profile's role to an instance; see {@link Rule}. */
  boolean knownToEc2;

  /** In how many answers more its ARN is its unique id; see {@link Fault#idForArn}. */
  int answersWithoutArn;

  InstanceProfile(String name, String id, String path, String arn, Instant created) {
    this.name = name;
    this.id = id;
    this.path = path;
    this.arn = arn;
    this.created = created;
  }

  /** The ARN as IAM shows it in one answer. */
  String shownArn() {
    if (answersWithoutArn == 0) {
      return arn;
    }
    answersWithoutArn--;
    return id;
  }
}
