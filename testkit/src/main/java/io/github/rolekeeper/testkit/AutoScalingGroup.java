package io.github.rolekeeper.testkit;

/** An Auto Scaling group; which instances are in it, the instances know. */
final class AutoScalingGroup {
  final String name;
  final int least;
  final int most;
  int desired;

  AutoScalingGroup(String name, int least, int most, int desired) {
    this.name = name;
    this.least = least;
    this.most = most;
    this.desired = desired;
  }
}
