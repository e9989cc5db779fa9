package io.github.rolekeeper.imds;

import java.util.List;
import java.util.Objects;

/**
 * The maintenance that AWS has scheduled for the instance, and what became of earlier ones.
 *
 * @param scheduled what is to come or under way; empty if there is nothing
 * @param history what was completed or cancelled; empty if there is nothing
 */
public record Maintenance(List<MaintenanceEvent> scheduled, List<MaintenanceEvent> history) {
  private static final String EVENTS = "meta-data/events/maintenance/";

  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param scheduled as above
   * @param history as above
   */
  public Maintenance {
    scheduled = List.copyOf(Objects.requireNonNull(scheduled, "scheduled"));
    history = List.copyOf(Objects.requireNonNull(history, "history"));
  }

  static Maintenance read(PathReader paths) {
    return new Maintenance(scheduled(paths), events(paths, EVENTS + "history"));
  }

  static List<MaintenanceEvent> scheduled(PathReader paths) {
    return events(paths, EVENTS + "scheduled");
  }

  private static List<MaintenanceEvent> events(PathReader paths, String path) {
    return paths
        .document(
            path,
            json ->
                JsonMembers.readArray(path, json, MaintenanceEvent.WANTED).stream()
                    .map(MaintenanceEvent::of)
                    .toList())
        .orElse(List.of());
  }
}
