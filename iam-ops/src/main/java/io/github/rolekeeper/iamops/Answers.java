package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceProfileArn;
import org.jspecify.annotations.Nullable;

/**
 * What an answer must hold to conclude anything from it. AWS's always do; other endpoints leave out
 * what they do not model, and then nothing is known, which is not the same as that nothing is
 * there.
 */
final class Answers {
  private Answers() {}

  static <T> T needed(String operation, String field, @Nullable T value) {
    if (value == null) {
      throw incomplete(operation, "has no " + field);
    }
    return value;
  }

  static InstanceProfileArn arn(String operation, String field, @Nullable String text) {
    String arn = needed(operation, field, text);
    try {
      return InstanceProfileArn.parse(arn);
    } catch (IllegalArgumentException e) {
      throw incomplete(operation, "has a " + field + " that is none: " + e.getMessage());
    }
  }

  private static InstanceProfileOpsException incomplete(String operation, String what) {
    return new InstanceProfileOpsException(
        operation,
        "",
        "the answer to "
            + operation
            + " "
            + what
            + ", so nothing can be concluded from it; check that the client points at AWS itself",
        null);
  }
}
