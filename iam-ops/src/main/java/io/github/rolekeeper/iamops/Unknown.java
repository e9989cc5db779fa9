package io.github.rolekeeper.iamops;

/** What could not be found out, and what would settle it. Immutable; equal if its members are. */
public sealed interface Unknown permits Values.Gap {
  /**
   * The kind, to switch on.
   *
   * @return the constant
   */
  UnknownType type();

  /**
   * What is unknown, and why.
   *
   * @return a text for a person
   */
  String explanation();

  /**
   * What would settle it.
   *
   * @return a text for a person
   */
  String settledBy();

  /**
   * Both texts.
   *
   * @return in one line
   */
  default String describe() {
    return explanation() + "; " + settledBy();
  }
}
