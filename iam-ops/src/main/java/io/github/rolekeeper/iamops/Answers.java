package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileArn;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an answer must hold to conclude anything from it. AWS's always do; other endpoints leave out
 * what they do not model, and then nothing is known, which is not the same as that nothing is
 * there.
 */
final class Answers {
  // Users of the Terraform provider for AWS have met it right after a create.
  private static final Pattern UNIQUE_ID = Pattern.compile("A[A-Z]{3}[A-Z0-9]+");

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
      if (UNIQUE_ID.matcher(arn).matches()) {
        throw new InstanceProfileOpsException(
            InstanceProfileOpsException.Kind.NOT_SHOWN_YET,
            operation,
            "",
            "the answer to "
                + operation
                + " has the id "
                + arn
                + " in the place of "
                + field
                + ", as AWS may show what was created a moment ago; look again",
            e);
      }
      throw incomplete(operation, "has a " + field + " that is none: " + e.getMessage());
    }
  }

  static InstanceId instance(String operation, String field, @Nullable String text) {
    String id = needed(operation, field, text);
    try {
      return InstanceId.of(id);
    } catch (IllegalArgumentException e) {
      throw incomplete(operation, "has a " + field + " that is none: " + e.getMessage());
    }
  }

  private static InstanceProfileOpsException incomplete(String operation, String what) {
    return new InstanceProfileOpsException(
        InstanceProfileOpsException.Kind.MALFORMED_ANSWER,
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
