package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What an instance is told of its near future, as JSON. */
final class NoticeRequest {
  private static final String SPOT = "spotInterruption";
  private static final String REBALANCE = "rebalanceRecommendation";
  private static final String MAINTENANCE = "maintenance";
  private static final String TARGET = "autoScalingTargetState";
  static final List<String> MEMBERS = List.of(SPOT, REBALANCE, MAINTENANCE, TARGET);

  private NoticeRequest() {}

  /**
   * Reads all of it before anything is told.
   *
   * @return what to do to the instance
   * @throws IllegalArgumentException if a member is missing or makes no sense
   */
  static List<Consumer<SimulatedInstance>> read(ObjectNode members) {
    var notices = new ArrayList<Consumer<SimulatedInstance>>();
    if (members.has(SPOT)) {
      JsonNode spot = members.get(SPOT);
      SpotAction action = constant(spot, "action", SpotAction.values());
      Instant at = instant(spot, "at");
      notices.add(instance -> instance.interruptSpot(action, at));
    }
    if (members.has(REBALANCE)) {
      Instant noticed = instant(members, REBALANCE);
      notices.add(instance -> instance.recommendRebalance(noticed));
    }
    if (members.has(MAINTENANCE)) {
      MaintenanceEvent event = maintenance(members.get(MAINTENANCE));
      notices.add(instance -> instance.scheduleMaintenance(event));
    }
    if (members.has(TARGET)) {
      AutoScalingTargetState state = constant(members, TARGET, AutoScalingTargetState.values());
      notices.add(instance -> instance.autoScalingTargetState(state));
    }
    return notices;
  }

  private static MaintenanceEvent maintenance(JsonNode members) {
    String code = text(members, "code");
    return new MaintenanceEvent(
        text(members, "eventId"),
        code,
        members.path("description").asText("scheduled " + code),
        instant(members, "notBefore"),
        members.has("notAfter") ? Optional.of(instant(members, "notAfter")) : Optional.empty(),
        members.has("notBeforeDeadline")
            ? Optional.of(instant(members, "notBeforeDeadline"))
            : Optional.empty(),
        members.has("state")
            ? constant(members, "state", MaintenanceEvent.State.values())
            : MaintenanceEvent.State.ACTIVE);
  }

  private static <E extends Enum<E>> E constant(JsonNode members, String member, E[] known) {
    String name = text(members, member);
    return Arrays.stream(known)
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + member + "' '" + name + "' must be one of " + Arrays.toString(known)));
  }

  private static Instant instant(JsonNode members, String member) {
    String value = text(members, member);
    try {
      return Instant.parse(value);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + member + "' '" + value + "' must be an ISO-8601 instant, as 2026-01-01T00:00:00Z",
          e);
    }
  }

  private static String text(JsonNode members, String member) {
    JsonNode value = members.path(member);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("'" + member + "' " + value + " must be a text");
    }
    return value.textValue();
  }
}
