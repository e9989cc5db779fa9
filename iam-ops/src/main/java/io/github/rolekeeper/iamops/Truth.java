package io.github.rolekeeper.iamops;

/** To a question that a policy may leave open. */
enum Truth {
  YES,
  NO,
  UNKNOWN;

  static Truth of(boolean yes) {
    return yes ? YES : NO;
  }

  /** A no is a no, whatever else is not known. */
  Truth and(Truth other) {
    if (this == NO || other == NO) {
      return NO;
    }
    return this == UNKNOWN ? this : other;
  }
}
