package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an instance is told of its near future. Guarded by the world's lock. */
final class InstanceNotices {
  record Interruption(SpotAction action, Instant at) {}

  @Nullable Interruption interruption;
  @Nullable Instant rebalance;
  @Nullable AutoScalingTargetState target;
  final Map<String, MaintenanceEvent> maintenance = new LinkedHashMap<>();

  void clear() {
    interruption = null;
    rebalance = null;
    target = null;
    maintenance.clear();
  }
}
