package io.github.rolekeeper.core.awssdk;

import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The finer codes of AWS Sign-In. Its model (Javadoc of {@code signin.model.AccessDeniedException})
 * has one exception for every denial: "Consumers should use the error field".
 */
final class SigninErrors {
  private static final String SERVICE = "Signin";
  private static final String DENIED = "AccessDeniedException";

  private SigninErrors() {}

  /** The member {@code error} of a denial by Sign-In, read without a dependency on its client. */
  static Optional<String> kind(AwsServiceException thrown) {
    AwsErrorDetails details = thrown.awsErrorDetails();
    if (details == null
        || !SERVICE.equalsIgnoreCase(details.serviceName())
        || !DENIED.equals(details.errorCode())) {
      return Optional.empty();
    }
    return thrown.sdkFields().stream()
        .filter(member -> "error".equals(member.memberName()))
        .findFirst()
        .flatMap(member -> value(member, thrown));
  }

  private static Optional<String> value(SdkField<?> member, SdkPojo members) {
    return Optional.ofNullable(member.getValueOrDefault(members))
        .map(Object::toString)
        .filter(text -> !text.isBlank());
  }
}
