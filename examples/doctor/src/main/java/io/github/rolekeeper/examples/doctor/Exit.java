package io.github.rolekeeper.examples.doctor;

/** With what the program ends. Scripts depend on these numbers. */
final class Exit {
  /** Nothing is wrong, or it has been put right. */
  static final int HEALTHY = 0;

  /** Something is wrong, or was not put right. */
  static final int FINDINGS = 1;

  /** The call itself was wrong; nothing was done. */
  static final int USAGE = 2;

  /** What was asked could not be found out, or not yet. */
  static final int UNKNOWN = 3;

  /** A repair stopped the instance, and it does not run. */
  static final int DOWN = 4;

  private Exit() {}
}
