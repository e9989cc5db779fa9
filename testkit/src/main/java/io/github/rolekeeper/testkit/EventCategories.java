package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The categories that come and go: spot, rebalance, maintenance and Auto Scaling. */
final class EventCategories {
  // Neither ISO nor HTTP's: the day has one digit if it can (a response in the issue tracker of
  // influxdata/telegraf).
  private static final DateTimeFormatter MAINTENANCE_DATE =
      DateTimeFormatter.ofPattern("d MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private EventCategories() {}

  static void tell(MetadataTree tree, Instance instance) {
    InstanceNotices notices = instance.notices;
    spot(tree, notices);
    Instant rebalance = notices.rebalance;
    if (rebalance != null) {
      tree.put(
          "2020-10-27",
          "meta-data/events/recommendations/rebalance",
          () -> MetadataJson.object().put("noticeTime", MetadataJson.time(rebalance)).toString());
    }
    // There even without events (awsdocs/amazon-ec2-user-guide, issue 42, and reports there).
    tree.directory("2018-08-17", "meta-data/events/maintenance");
    maintenance(tree, notices, "scheduled", true);
    maintenance(tree, notices, "history", false);
    tree.put(
        "2021-07-15",
        "meta-data/autoscaling/target-lifecycle-state",
        Optional.ofNullable(notices.target)
            .map(AutoScalingTargetState::wireName)
            .or(
                () ->
                    Optional.ofNullable(instance.membership)
                        .map(Instance.Membership::lifecycleState)));
  }

  private static void spot(MetadataTree tree, InstanceNotices notices) {
    InstanceNotices.Interruption interruption = notices.interruption;
    if (interruption == null) {
      return;
    }
    String time = MetadataJson.time(interruption.at());
    tree.put(
        "2016-11-15",
        "meta-data/spot/instance-action",
        () ->
            MetadataJson.object()
                .put("action", interruption.action().wireName())
                .put("time", time)
                .toString());
    if (interruption.action() == SpotAction.TERMINATE) {
      tree.put("2014-11-05", "meta-data/spot/termination-time", time);
    }
  }

  private static void maintenance(
      MetadataTree tree, InstanceNotices notices, String name, boolean active) {
    List<MaintenanceEvent> events =
        notices.maintenance.values().stream()
            .filter(event -> (event.state() == MaintenanceEvent.State.ACTIVE) == active)
            .toList();
    if (!events.isEmpty()) {
      tree.put(
          "2018-08-17",
          "meta-data/events/maintenance/" + name,
          () ->
              MetadataJson.write(
                  MetadataJson.array()
                      .addAll(events.stream().map(EventCategories::maintenance).toList())));
    }
  }

  private static ObjectNode maintenance(MaintenanceEvent event) {
    ObjectNode members =
        MetadataJson.object()
            .put("NotBefore", MAINTENANCE_DATE.format(event.notBefore()))
            .put("Code", event.code())
            .put("Description", event.description())
            .put("EventId", event.eventId());
    event.notAfter().ifPresent(time -> members.put("NotAfter", MAINTENANCE_DATE.format(time)));
    event
        .notBeforeDeadline()
        .ifPresent(time -> members.put("NotBeforeDeadline", MAINTENANCE_DATE.format(time)));
    return members.put("State", event.state().wireName());
  }
}
