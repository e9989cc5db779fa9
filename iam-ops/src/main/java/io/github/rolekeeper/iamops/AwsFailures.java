package io.github.rolekeeper.iamops;

import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What an error of AWS means for the call that met it. Codes decide, never texts. */
final class AwsFailures {
  /** What to do about a failed write. */
  enum Meaning {
    /** The write may have taken effect: observe before anything is repeated. */
    UNCERTAIN,
    /** It did not take effect, and may do so later. */
    NOT_YET,
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
          "InvalidParameterValue",
          "NoSuchEntity",
          "ConcurrentModification");

  private static final Set<String> THROTTLED =
      Set.of("Throttling", "ThrottlingException", "RequestLimitExceeded", "EC2ThrottledException");

  private static final Set<String> DENIED =
      Set.of("AccessDenied", "AccessDeniedException", "UnauthorizedOperation");

  private static final Set<String> IAM_READS =
      Set.of("GetInstanceProfile", "GetRole", "GetRolePolicy");

  private AwsFailures() {}

  static Meaning of(RepairAction action, SdkException failure) {
    if (!(failure instanceof AwsServiceException answer)) {
      return Meaning.UNCERTAIN;
    }
    String code = code(failure);
    if (THROTTLED.contains(code)
        || LOOK_AGAIN.contains(code)
        || (code.equals("LimitExceeded") && action == RepairAction.ADD_ROLE_TO_INSTANCE_PROFILE)) {
      return Meaning.NOT_YET;
    }
    return answer.statusCode() >= 500 ? Meaning.UNCERTAIN : Meaning.FINAL;
  }

  static String code(SdkException failure) {
    if (failure instanceof AwsServiceException answer && answer.awsErrorDetails() != null) {
      String code = answer.awsErrorDetails().errorCode();
      return code == null ? "" : code;
    }
    return "";
  }

  static InstanceProfileOpsException explained(String operation, SdkException failure) {
    return new InstanceProfileOpsException(
        operation, code(failure), inWords(operation, failure), failure);
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
            + (answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorMessage());
    return DENIED.contains(code)
        ? text + ". The caller needs permission for " + permission(operation)
        : text;
  }

  /** EC2 denies the whole call when the caller may not pass the role of the profile. */
  private static String permission(String operation) {
    for (RepairAction action : RepairAction.values()) {
      if (action.operation().equals(operation)) {
        return String.join(" and ", action.permissions());
      }
    }
    return (IAM_READS.contains(operation) ? "iam:" : "ec2:") + operation;
  }
}
