package io.github.rolekeeper.imds;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One scheduled event, with the words of EC2 DescribeInstanceStatus.
 *
 * @param eventId such as {@code instance-event-0123456789abcdef0}
 * @param code what will be done
 * @param state how far it is
 * @param description for a person, on one line; empty if there is none
 * @param notBefore when it begins at the earliest; empty if that is not said or cannot be read
 * @param notAfter when it ends at the latest; empty if that is not said or cannot be read
 * @param notBeforeDeadline until when its beginning can be put off; empty if it cannot
 */
public record MaintenanceEvent(
    Optional<String> eventId,
    Optional<Reported<Code>> code,
    Optional<Reported<State>> state,
    String description,
    Optional<Instant> notBefore,
    Optional<Instant> notAfter,
    Optional<Instant> notBeforeDeadline) {
  /** What is done to the instance or its host. */
  public enum Code {
    /** {@code instance-reboot}. */
    INSTANCE_REBOOT,
    /** {@code system-reboot}: the host is rebooted. */
    SYSTEM_REBOOT,
    /** {@code system-maintenance}: network or power. */
    SYSTEM_MAINTENANCE,
    /** {@code instance-retirement}: the host is given up. */
    INSTANCE_RETIREMENT,
    /** {@code instance-stop}. */
    INSTANCE_STOP
  }

  /** How far an event is. */
  public enum State {
    /** {@code active}: to come, or under way. */
    ACTIVE,
    /** {@code completed}. */
    COMPLETED,
    /** {@code canceled}. */
    CANCELED
  }

  static final String[] WANTED = {
    "EventId", "Code", "State", "Description", "NotBefore", "NotAfter", "NotBeforeDeadline"
  };

  /**
   * Checks that nothing is null.
   *
   * @param eventId as above
   * @param code as above
   * @param state as above
   * @param description as above
   * @param notBefore as above
   * @param notAfter as above
   * @param notBeforeDeadline as above
   */
  public MaintenanceEvent {
    Objects.requireNonNull(eventId, "eventId");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(notBefore, "notBefore");
    Objects.requireNonNull(notAfter, "notAfter");
    Objects.requireNonNull(notBeforeDeadline, "notBeforeDeadline");
  }

  static MaintenanceEvent of(JsonMembers members) {
    if (Stream.of("EventId", "Code", "NotBefore")
        .flatMap(name -> members.text(name).stream())
        .allMatch(String::isBlank)) {
      throw members.malformed("has an event without EventId, Code and NotBefore");
    }
    return new MaintenanceEvent(
        members.text("EventId"),
        members.text("Code").map(text -> Reported.of(Code.class, text)),
        members.text("State").map(text -> Reported.of(State.class, text)),
        members.text("Description").orElse(""),
        members.instant("NotBefore"),
        members.instant("NotAfter"),
        members.instant("NotBeforeDeadline"));
  }
}
