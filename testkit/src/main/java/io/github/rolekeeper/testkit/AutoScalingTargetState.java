package io.github.rolekeeper.testkit;

/**
 * Where Auto Scaling is taking an instance: the documented values of {@code
 * autoscaling/target-lifecycle-state} (EC2 User Guide, instance metadata categories).
 */
public enum AutoScalingTargetState {
  /** {@code Detached}. */
  DETACHED("Detached"),
  /** {@code InService}. */
  IN_SERVICE("InService"),
  /** {@code Standby}. */
  STANDBY("Standby"),
  /** {@code Terminated}. */
  TERMINATED("Terminated"),
  /** {@code Warmed:Hibernated}. */
  WARMED_HIBERNATED("Warmed:Hibernated"),
  /** {@code Warmed:Running}. */
  WARMED_RUNNING("Warmed:Running"),
  /** {@code Warmed:Stopped}. */
  WARMED_STOPPED("Warmed:Stopped"),
  /** {@code Warmed:Terminated}. */
  WARMED_TERMINATED("Warmed:Terminated");

  private final String wireName;

  AutoScalingTargetState(String wireName) {
    this.wireName = wireName;
  }

  /**
   * The value as the metadata service writes it.
   *
   * @return such as {@code InService}
   */
  public String wireName() {
    return wireName;
  }
}
