package io.github.rolekeeper.examples.doctor;

/** What was asked cannot be found out, for the reason in the message. */
final class CannotKnow extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CannotKnow(String reason) {
    super(reason);
  }
}
