package io.github.rolekeeper.core;

/**
 * A change that a poll noticed.
 *
 * @param type what happened
 * @param previous what the poll before it saw
 * @param current what this poll saw; shared by all events of one poll
 */
public record CredentialEvent(
    CredentialEventType type, CredentialSnapshot previous, CredentialSnapshot current) {}
