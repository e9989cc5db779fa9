package io.github.rolekeeper.iamops;

import java.util.Optional;

/** The records behind small public types, which can thus get more members. */
final class Values {
  private Values() {}

  record Hindrance(ObstacleType type, String explanation, String remedy) implements Obstacle {}

  record Gap(UnknownType type, String explanation, String settledBy) implements Unknown {}

  record Failure(StepFailure.Kind kind, Optional<String> code, boolean writeMayHaveGoneOut)
      implements StepFailure {}
}
