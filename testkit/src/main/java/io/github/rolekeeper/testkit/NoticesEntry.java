package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an instance was told of its near future, in a {@link Snapshot}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NoticesEntry(
    @Nullable SpotEntry spotInterruption,
    @Nullable String rebalanceRecommendation,
    @Nullable AutoScalingTargetState autoScalingTargetState,
    @Nullable List<MaintenanceEntry> maintenance) {

  record SpotEntry(SpotAction action, String at) {
    SpotEntry {
      Objects.requireNonNull(action, "action");
      Objects.requireNonNull(at, "at");
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MaintenanceEntry(
      String eventId,
      String code,
      String description,
      String notBefore,
      @Nullable String notAfter,
      @Nullable String notBeforeDeadline,
      MaintenanceEvent.State state) {

    MaintenanceEntry {
      Objects.requireNonNull(eventId, "eventId");
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(description, "description");
      Objects.requireNonNull(notBefore, "notBefore");
      Objects.requireNonNull(state, "state");
    }

    static MaintenanceEntry of(MaintenanceEvent event) {
      return new MaintenanceEntry(
          event.eventId(),
          event.code(),
          event.description(),
          event.notBefore().toString(),
          event.notAfter().map(Instant::toString).orElse(null),
          event.notBeforeDeadline().map(Instant::toString).orElse(null),
          event.state());
    }

    MaintenanceEvent event() {
      return new MaintenanceEvent(
          eventId,
          code,
          description,
          Instant.parse(notBefore),
          Optional.ofNullable(notAfter).map(Instant::parse),
          Optional.ofNullable(notBeforeDeadline).map(Instant::parse),
          state);
    }
  }

  /** Null if there is nothing to tell. */
  static @Nullable NoticesEntry of(InstanceNotices notices) {
    InstanceNotices.Interruption interruption = notices.interruption;
    Instant rebalance = notices.rebalance;
    if (interruption == null
        && rebalance == null
        && notices.target == null
        && notices.maintenance.isEmpty()) {
      return null;
    }
    return new NoticesEntry(
        interruption == null
            ? null
            : new SpotEntry(interruption.action(), interruption.at().toString()),
        rebalance == null ? null : rebalance.toString(),
        notices.target,
        notices.maintenance.values().stream().map(MaintenanceEntry::of).toList());
  }

  /** Tells it to an instance. What EC2 announced to a Spot Instance, it will do. */
  void tell(World world, Instance instance) {
    instance.notices.rebalance =
        rebalanceRecommendation == null ? null : Instant.parse(rebalanceRecommendation);
    instance.notices.target = autoScalingTargetState;
    if (maintenance != null) {
      for (MaintenanceEntry entry : maintenance) {
        instance.notices.maintenance.put(entry.eventId(), entry.event());
      }
    }
    if (spotInterruption != null) {
      world.interrupt(instance, spotInterruption.action(), Instant.parse(spotInterruption.at()));
    }
  }
}
