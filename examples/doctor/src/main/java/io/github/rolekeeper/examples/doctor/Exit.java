package io.github.rolekeeper.examples.doctor;

/** With what the program ends. Scripts depend on these numbers. */
final class Exit {
  /** Nothing is wrong, or it has been put right. */
  static final int HEALTHY = 0;

  /** Something is wrong. */
  static final int FINDINGS = 1;

  /** The call itself was wrong; nothing was done. */
  static final int USAGE = 2;

  /** What was asked could not be found out. */
  static final int UNKNOWN = 3;

  private Exit() {}
}
