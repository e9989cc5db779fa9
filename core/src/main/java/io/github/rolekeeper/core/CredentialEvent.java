package io.github.rolekeeper.core;

/**
 * A change that a look noticed.
 *
 * @param type what happened
 * @param previous what was known before
 * @param current what is known since; shared by all events of one look
 */
public record CredentialEvent(
    CredentialEventType type, CredentialSnapshot previous, CredentialSnapshot current) {}
