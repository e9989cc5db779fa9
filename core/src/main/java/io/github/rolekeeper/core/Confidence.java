package io.github.rolekeeper.core;

/** How much a conclusion can be relied on. */
public enum Confidence {
  /** An id or a documented code says so. */
  HIGH,

  /** A text, an undocumented code or an absence says so, or a promise was missed. */
  MEDIUM,

  /** The facts allow it, and another explanation as well. */
  LOW
}
