package io.github.rolekeeper.iamops;

/** Why no plan can be made, and what to do about it. Immutable; equal if its members are. */
public sealed interface Obstacle permits Values.Hindrance {
  /**
   * The kind, to switch on.
   *
   * @return the constant
   */
  ObstacleType type();

  /**
   * What is in the way.
   *
   * @return a text for a person
   */
  String explanation();

  /**
   * What to pass or to do.
   *
   * @return a text for a person
   */
  String remedy();

  /**
   * Both texts.
   *
   * @return explanation and remedy, in sentences
   */
  default String describe() {
    return explanation() + " " + remedy();
  }
}
