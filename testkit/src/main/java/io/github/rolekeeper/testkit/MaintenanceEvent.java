package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that AWS has scheduled for an instance (EC2 User Guide, scheduled events). An active
 * one is in {@code events/maintenance/scheduled}, another in {@code events/maintenance/history}.
 *
 * @param eventId such as {@code instance-event-0d59937288b749b32}; one of the same id is replaced
 * @param code such as {@code instance-stop}, {@code instance-reboot}, {@code instance-retirement},
 *     {@code system-reboot}, {@code system-maintenance}
 * @param description for people
 * @param notBefore when it begins at the earliest
 * @param notAfter when it ends at the latest; empty if AWS does not say
 * @param notBeforeDeadline until when the beginning may be put off; empty if it may not
 * @param state what has become of it
 */
public record MaintenanceEvent(
    String eventId,
    String code,
    String description,
    Instant notBefore,
    Optional<Instant> notAfter,
    Optional<Instant> notBeforeDeadline,
    State state) {

  /** What has become of an event. */
  public enum State {
    /** It is going to happen. */
    ACTIVE,
    /** It has happened. */
    COMPLETED,
    /** It will not happen. */
    CANCELED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks that all is there.
   *
   * @param eventId see above
   * @param code see above
   * @param description see above
   * @param notBefore see above
   * @param notAfter see above
   * @param notBeforeDeadline see above
   * @param state see above
   * @throws NullPointerException if something is not
   */
  public MaintenanceEvent {
    Objects.requireNonNull(eventId, "eventId");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(notBefore, "notBefore");
    Objects.requireNonNull(notAfter, "notAfter");
    Objects.requireNonNull(notBeforeDeadline, "notBeforeDeadline");
    Objects.requireNonNull(state, "state");
  }

  /**
   * An active event.
   *
   * @param eventId its id
   * @param code what is going to happen
   * @param notBefore when at the earliest
   * @return the event, described by its code, without an end or a deadline
   */
  public static MaintenanceEvent of(String eventId, String code, Instant notBefore) {
    return new MaintenanceEvent(
        eventId,
        code,
        "scheduled " + code,
        notBefore,
        Optional.empty(),
        Optional.empty(),
        State.ACTIVE);
  }

  /**
   * The same event with another state. The description begins with the state, as EC2's does: {@code
   * [Completed]} or {@code [Canceled]}.
   *
   * @param other what has become of it
   * @return another event
   */
  public MaintenanceEvent in(State other) {
    String bare = description.replaceFirst("^\\[(Completed|Canceled)] ", "");
    String mark =
        switch (other) {
          case ACTIVE -> "";
          case COMPLETED -> "[Completed] ";
          case CANCELED -> "[Canceled] ";
        };
    return new MaintenanceEvent(
        eventId, code, mark + bare, notBefore, notAfter, notBeforeDeadline, other);
  }
}
