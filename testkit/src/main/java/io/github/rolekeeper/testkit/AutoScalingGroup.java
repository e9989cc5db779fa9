package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** An Auto Scaling group; which instances are in it, the instances know. */
final class AutoScalingGroup {
  final String name;
  final Instant created;
  final int least;
  final int most;
  int desired;

  /** What it would launch from, in the flat names of the Query protocol; it launches nothing. */
  final Map<String, String> launch;

  final Map<String, String> tags;

  AutoScalingGroup(
      String name,
      Instant created,
      int least,
      int most,
      int desired,
      Map<String, String> launch,
      Map<String, String> tags) {
    this.name = name;
    this.created = created;
    this.least = least;
    this.most = most;
    this.desired = desired;
    this.launch = new LinkedHashMap<>(launch);
    this.tags = new LinkedHashMap<>(tags);
  }
}
