package io.github.rolekeeper.core;

/**
 * The meaning of a failure.
 *
 * @param errorClass what it says of the credentials
 * @param confidence how sure that is
 * @param reason why, for people
 */
public record ErrorClassification(ErrorClass errorClass, Confidence confidence, String reason) {}
