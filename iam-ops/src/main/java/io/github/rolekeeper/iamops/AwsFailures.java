package io.github.rolekeeper.iamops;

import io.github.rolekeeper.iamops.InstanceProfileOpsException.Kind;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/** What an error of AWS means for the call that met it. Codes decide, never texts. */
final class AwsFailures {
  /** What to do about a failed write. */
  enum Meaning {
    /** The write may have taken effect: observe before anything is repeated. */
    UNCERTAIN,
    /** It did not take effect, and may do so later. */
    NOT_YET,
    /** Nor this; others are changing the same entity, which AWS says takes minutes. */
    CONFLICT,
    /** Nor this; EC2 does not know the profile, and does not tell whether it will. */
    NOT_IN_EC2_YET,
    /** It never will. */
    FINAL
  }

  // Somebody was faster or IAM has not reached EC2 yet: what is true now shows at the next look.
  private static final Set<String> LOOK_AGAIN =
      Set.of(
          "EntityAlreadyExists",
          "IncorrectState",
          "IncorrectInstanceState",
          "InvalidAssociationID.NotFound",
          "NoSuchEntity",
          // A person must act if it lasts, but the instance is down: try on meanwhile.
          "InsufficientInstanceCapacity",
          "InsufficientHostCapacity",
          "InsufficientCapacityOnHost");

  private static final Set<String> CAPACITY =
      Set.of(
          "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacityOnHost");

  private static final Set<String> QUOTAS =
      Set.of("LimitExceeded", "InstanceLimitExceeded", "VcpuLimitExceeded");

  static final String NO_SUCH_INSTANCE = "InvalidInstanceID.NotFound";

  private static final Set<String> THROTTLED =
      Set.of("Throttling", "ThrottlingException", "RequestLimitExceeded", "EC2ThrottledException");

  private static final String ENCODED = "Encoded authorization failure message:";

  private static final Set<String> DENIED =
      Set.of("AccessDenied", "AccessDeniedException", "UnauthorizedOperation");

  private static final Set<String> IAM_READS =
      Set.of(
          "GetInstanceProfile",
          "GetRole",
          "GetRolePolicy",
          "ListInstanceProfiles",
          "ListInstanceProfilesForRole",
          "ListRoles");

  private static final Set<String> IAM_WRITES = Set.of("PutRolePolicy", "DeleteRolePolicy");

  // What look-alikes of AWS answer for what they do not model: botocore's and LocalStack's codes.
  private static final Set<String> UNIMPLEMENTED =
      Set.of(
          "InvalidAction",
          "NotImplemented",
          "NotImplementedException",
          "UnknownOperation",
          "UnknownOperationException");

  private AwsFailures() {}

  /** Whether the endpoint does not know the operation, which AWS itself does. */
  static boolean unimplemented(InstanceProfileOpsException failure) {
    return failure.kind() == Kind.UNIMPLEMENTED;
  }

  /** What kind of failure it is. Without a code it is not AWS that answered. */
  private static Kind kind(SdkException failure) {
    if (!(failure instanceof AwsServiceException answer)) {
      return failure instanceof AbortedException ? Kind.INTERRUPTED : Kind.NO_ANSWER;
    }
    String code = code(failure);
    int status = answer.statusCode();
    // AWS answers neither status; 404 without a code may be a piece of its answer that there is
    // nothing.
    if (UNIMPLEMENTED.contains(code) || status == 501 || status == 405) {
      return Kind.UNIMPLEMENTED;
    }
    if (THROTTLED.contains(code) || status == 429) {
      return Kind.THROTTLED;
    }
    if (code.isEmpty() || status >= 500) {
      return Kind.NO_ANSWER;
    }
    if (code.equals(NO_SUCH_INSTANCE)) {
      return Kind.NO_SUCH_INSTANCE;
    }
    return DENIED.contains(code) || status == 401 || status == 403 ? Kind.DENIED : Kind.REFUSED;
  }

  /** What a step fails with that cannot get over it. */
  static StepFailure.Kind ofStep(InstanceProfileOpsException failure) {
    String code = failure.code().orElse("");
    if (QUOTAS.contains(code)) {
      return StepFailure.Kind.QUOTA;
    }
    if (CAPACITY.contains(code)) {
      return StepFailure.Kind.NO_CAPACITY;
    }
    if (code.equals("ConcurrentModification")) {
      return StepFailure.Kind.CONFLICT;
    }
    if (code.equals("NoSuchEntity")) {
      return StepFailure.Kind.GONE;
    }
    return switch (failure.kind()) {
      case DENIED -> StepFailure.Kind.DENIED;
      case THROTTLED -> StepFailure.Kind.THROTTLED;
      case NO_ANSWER -> StepFailure.Kind.NO_ANSWER;
      case NO_SUCH_INSTANCE -> StepFailure.Kind.GONE;
      case NOT_SHOWN_YET, NO_EFFECT -> StepFailure.Kind.TIMED_OUT;
      case INTERRUPTED -> StepFailure.Kind.INTERRUPTED;
      case MALFORMED_ANSWER -> StepFailure.Kind.MALFORMED_ANSWER;
      case DIFFERENT_ACCOUNTS -> StepFailure.Kind.REFUSED_BY_GUARD;
      case UNIMPLEMENTED, REFUSED -> StepFailure.Kind.REFUSED_BY_AWS;
    };
  }

  /** What a start came to that did not last, by the code of EC2's state reason. */
  static StepFailure.Kind ofHalt(String code) {
    return code.contains("InsufficientInstanceCapacity")
            || code.contains("InsufficientHostCapacity")
        ? StepFailure.Kind.NO_CAPACITY
        : StepFailure.Kind.REFUSED_BY_AWS;
  }

  // Without a code it is not AWS that answered, or its answer came in pieces.
  static Meaning of(RepairAction action, SdkException failure) {
    if (!(failure instanceof AwsServiceException answer)) {
      return Meaning.UNCERTAIN;
    }
    String code = code(failure);
    if (code.equals("ConcurrentModification")) {
      return Meaning.CONFLICT;
    }
    // EC2 does not tell a profile that is missing from one that it cannot see yet; IAM does.
    if (code.equals("InvalidParameterValue")) {
      return Meaning.NOT_IN_EC2_YET;
    }
    if (THROTTLED.contains(code)
        || LOOK_AGAIN.contains(code)
        || (code.equals("LimitExceeded") && action == RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE)) {
      return Meaning.NOT_YET;
    }
    return answer.statusCode() >= 500 || code.isEmpty() ? Meaning.UNCERTAIN : Meaning.FINAL;
  }

  /** Whether a write may be repeated once it has been seen that it had no effect. */
  static boolean mayRepeat(SdkException failure) {
    return !(failure instanceof AwsServiceException answer)
        || answer.statusCode() >= 500
        || THROTTLED.contains(code(failure))
        || code(failure).equals("ConcurrentModification");
  }

  /** Whether a read that failed so may succeed later. */
  static boolean passes(SdkException failure) {
    return !(failure instanceof AwsServiceException answer)
        || answer.statusCode() >= 500
        || answer.statusCode() == 429
        || code(failure).isEmpty()
        || THROTTLED.contains(code(failure));
  }

  static String code(SdkException failure) {
    if (failure instanceof AwsServiceException answer && answer.awsErrorDetails() != null) {
      String code = answer.awsErrorDetails().errorCode();
      return code == null ? "" : code;
    }
    return "";
  }

  /** EC2 says why it denies only in a text that STS decodes; it stands behind these words. */
  static String encodedMessage(SdkException failure) {
    if (!code(failure).equals("UnauthorizedOperation")
        || !(failure instanceof AwsServiceException answer)
        || answer.awsErrorDetails().errorMessage() == null) {
      return "";
    }
    String text = answer.awsErrorDetails().errorMessage();
    int at = text.indexOf(ENCODED);
    return at < 0 ? "" : text.substring(at + ENCODED.length()).trim();
  }

  static InstanceProfileOpsException explained(String operation, SdkException failure) {
    return new InstanceProfileOpsException(
        kind(failure), operation, code(failure), inWords(operation, failure), failure);
  }

  static String inWords(String operation, SdkException failure) {
    String code = code(failure);
    if (!(failure instanceof AwsServiceException answer)) {
      return operation + " got no answer from AWS: " + failure.getMessage();
    }
    String text =
        operation
            + " failed with "
            + (code.isEmpty() ? "no error code" : code)
            + " (HTTP "
            + answer.statusCode()
            + (answer.requestId() == null ? "" : ", request " + answer.requestId())
            + "): "
            + text(answer);
    return DENIED.contains(code)
        ? text + ". The caller needs permission for " + permission(operation)
        : text;
  }

  private static String text(AwsServiceException answer) {
    String text = answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorMessage();
    return text == null || text.isBlank() ? "no message" : text;
  }

  /** EC2 denies the whole call when the caller may not pass the role of the profile. */
  private static String permission(String operation) {
    for (RepairAction action : RepairAction.values()) {
      if (action.operation().equals(operation)) {
        return String.join(" and ", action.permissions());
      }
    }
    return (IAM_READS.contains(operation) || IAM_WRITES.contains(operation) ? "iam:" : "ec2:")
        + operation;
  }
}
