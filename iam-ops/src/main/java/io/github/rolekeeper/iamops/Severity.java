package io.github.rolekeeper.iamops;

/** How much a finding hurts. */
public enum Severity {
  /** The instance has no usable credentials from its role. */
  BROKEN_NOW,
  /** It still has, and will lose them. */
  WILL_BREAK,
  /** It has lost them already or will lose them; only its metadata, not at hand, tells which. */
  BROKEN_OR_WILL_BREAK,
  /** Nothing is lost yet, and it is not sure that anything will be. */
  RISK
}
