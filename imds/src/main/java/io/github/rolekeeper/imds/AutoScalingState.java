package io.github.rolekeeper.imds;

/**
 * The state that Auto Scaling is bringing the instance to, as {@code
 * autoscaling/target-lifecycle-state} names it (EC2 Auto Scaling guide, "Retrieve the target
 * lifecycle state through instance metadata").
 */
public enum AutoScalingState {
  /** {@code Detached}. */
  DETACHED,
  /** {@code InService}. */
  IN_SERVICE,
  /** {@code Standby}. */
  STANDBY,
  /** {@code Terminated}: the time to save what has to be saved. */
  TERMINATED,
  /** {@code Warmed:Hibernated}. */
  WARMED_HIBERNATED,
  /** {@code Warmed:Running}. */
  WARMED_RUNNING,
  /** {@code Warmed:Stopped}. */
  WARMED_STOPPED,
  /** {@code Warmed:Terminated}. */
  WARMED_TERMINATED
}
