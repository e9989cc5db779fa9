package io.github.rolekeeper.imds;

/** Whether CloudWatch watches the instance in detail: {@code dynamic/fws/instance-monitoring}. */
public enum InstanceMonitoring {
  /** {@code enabled}: once a minute. */
  ENABLED,
  /** {@code disabled}: every five minutes. */
  DISABLED
}
