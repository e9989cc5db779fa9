package io.github.rolekeeper.core;

import java.util.Objects;

/**
 * A change that a poll noticed.
 *
 * @param type what happened
 * @param previous what the poll before it saw
 * @param current what this poll saw; shared by all events of one poll
 */
public record CredentialEvent(
    CredentialEventType type, CredentialSnapshot previous, CredentialSnapshot current) {

  /** Checks that all parts are given. */
  public CredentialEvent {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(previous, "previous");
    Objects.requireNonNull(current, "current");
  }
}
