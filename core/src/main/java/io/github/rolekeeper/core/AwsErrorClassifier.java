package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Says what a failed AWS call means for credentials. A pure function. Codes decide; texts only
 * where AWS gives nothing else. A status decides nothing of credentials where there is a code.
 */
public final class AwsErrorClassifier {
  /** From here on the AWS SDK for Java counts the clock as wrong (its class ClockSkew). */
  private static final Duration SKEW = Duration.ofMinutes(4);

  // AwsErrorCode and AwsStatusCode of the AWS SDK for Java, with its retryable codes.
  private static final Set<String> TRANSIENT =
      Set.of(
          "Throttling",
          "ThrottlingException",
          "ThrottledException",
          "ProvisionedThroughputExceededException",
          "SlowDown",
          "TooManyRequestsException",
          "RequestLimitExceeded",
          "BandwidthLimitExceeded",
          "RequestThrottled",
          "RequestThrottledException",
          "EC2ThrottledException",
          "TransactionInProgressException",
          "PriorRequestNotComplete",
          "RequestTimeout",
          "RequestTimeoutException",
          "InternalError");

  private static final Set<String> FEDERATED =
      Set.of("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML");

  /** Marks a verdict that rests on what a client wrote, for want of a code: a hint. */
  private static final String SDK_TEXT = "going by the SDK's text, ";

  private AwsErrorClassifier() {}

  /**
   * Classifies a failure.
   *
   * @param failure what failed, and what was known then
   * @return what it means
   */
  public static ErrorClassification classify(AwsFailure failure) {
    if (failure.status() == 0 && failure.code().isEmpty()) {
      return withoutAnswer(failure.message());
    }
    return switch (failure.code()) {
      case "RequestTimeTooSkewed", "RequestInTheFuture" ->
          high(ErrorClass.CLOCK_SKEW, "the service refused the time of the request");
      case "ExpiredToken", "ExpiredTokenException" ->
          FEDERATED.contains(failure.operation())
              ? high(
                  ErrorClass.SOURCE_FAILING,
                  "the identity token has expired from which credentials are made")
              : high(ErrorClass.EXPIRED, "the service says that they have expired");
      case "InvalidToken" -> high(ErrorClass.INVALID, "the service refused the session token");
      case "TokenRefreshRequired" ->
          medium(ErrorClass.INVALID, "the service wants another session token");
      case "InvalidClientTokenId", "UnrecognizedClientException" ->
          medium(
              ErrorClass.INVALID,
              "the service does not know them; the Region may not be enabled, or the role was"
                  + " deleted and created again");
      case "InvalidAccessKeyId" ->
          medium(ErrorClass.INVALID, "the service does not know the access key id");
      case "IncompleteSignature", "MissingAuthenticationToken" ->
          medium(ErrorClass.MISSING, "the request carried no credentials that could be read");
      case "RequestExpired" -> requestExpired(failure);
      case "AuthFailure" -> authFailure(failure);
      case "InvalidSignatureException", "SignatureDoesNotMatch" -> signature(failure);
      case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized" ->
          denied(failure);
      case "TOKEN_EXPIRED" -> high(ErrorClass.EXPIRED, "sign-in says that its token has expired");
      case "USER_CREDENTIALS_CHANGED" ->
          high(ErrorClass.INVALID, "sign-in says that the user's credentials changed");
      case "AUTHCODE_EXPIRED" ->
          high(ErrorClass.SOURCE_FAILING, "the code of a sign-in has expired; sign in again");
      case "INSUFFICIENT_PERMISSIONS" -> denied(failure);
      case "OptInRequired", "RegionDisabledException" ->
          medium(ErrorClass.UNRELATED, "the account or the Region is not enabled");
      default -> other(failure);
    };
  }

  // The client's exceptions have no codes: here only the texts of the SDK can tell.
  private static ErrorClassification withoutAnswer(String message) {
    if (message.contains("Failed to load credentials from IMDS")) {
      if (message.contains("requested metadata is not found")) {
        return high(
            ErrorClass.SOURCE_FAILING, SDK_TEXT + "the metadata service has no instance profile");
      }
      if (message.contains("Failed to load access key")) {
        return high(
            ErrorClass.SOURCE_FAILING,
            SDK_TEXT + "the metadata service answered with an error document");
      }
      if (message.contains("SocketTimeoutException")) {
        return high(
            ErrorClass.SOURCE_FAILING, SDK_TEXT + "the metadata service did not answer in time");
      }
    }
    if (message.contains("Unable to load credentials from any of the providers in the chain")) {
      return high(
          ErrorClass.MISSING, SDK_TEXT + "no provider of the chain has credentials, or one failed");
    }
    if (message.contains("Failed to load credentials from IMDS")) {
      return high(ErrorClass.SOURCE_FAILING, SDK_TEXT + "the metadata service gave no credentials");
    }
    return message.contains("IOException")
            || message.contains("java.net.")
            || message.contains("Unable to execute HTTP request")
        ? high(ErrorClass.TRANSIENT, SDK_TEXT + "the service was not reached")
        : low(ErrorClass.UNRELATED, SDK_TEXT + "the client failed before an answer came");
  }

  // EC2 says this of expired temporary credentials and of old time stamps alike.
  private static ErrorClassification requestExpired(AwsFailure failure) {
    if (skewed(failure)) {
      return high(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    Optional<Boolean> expired = expired(failure);
    if (expired.isPresent() && !expired.get()) {
      return low(
          ErrorClass.CLOCK_SKEW, "they have not expired, so the time of the request was refused");
    }
    if (expired.isPresent()) {
      return new ErrorClassification(
          ErrorClass.EXPIRED,
          failure.skew().isPresent() ? Confidence.HIGH : Confidence.MEDIUM,
          "their expiration has passed");
    }
    return failure.skew().isPresent()
        ? medium(ErrorClass.EXPIRED, "the clock is right, so the credentials must have expired")
        : low(ErrorClass.EXPIRED, "neither the expiration nor the skew is known");
  }

  // EC2 says this of bad credentials, of a missing permission and of a wrong clock.
  private static ErrorClassification authFailure(AwsFailure failure) {
    if (skewed(failure)) {
      return medium(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    return expired(failure).orElse(false)
        ? medium(ErrorClass.EXPIRED, "their expiration has passed")
        : low(ErrorClass.INVALID, "not expired as far as known, so refused or not permitted");
  }

  private static ErrorClassification signature(AwsFailure failure) {
    if (skewed(failure)) {
      return high(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    if (failure.skew().isEmpty() && failure.message().contains("Signature expired")) {
      return medium(ErrorClass.CLOCK_SKEW, "the service says that the signature has expired");
    }
    return medium(ErrorClass.INVALID, "the secret key does not belong to the access key id");
  }

  private static ErrorClassification denied(AwsFailure failure) {
    // Its model maps 401 to an expired token or code; URLConnection drops the body that tells
    // which.
    if (failure.status() == 401 && failure.service().equalsIgnoreCase("Signin")) {
      return medium(ErrorClass.EXPIRED, "sign-in answers 401 to what has expired");
    }
    // Not all services say so, and a revocation is only one of its causes (IAM User Guide).
    return failure.message().contains("with an explicit deny in an identity-based policy")
        ? low(ErrorClass.REVOCATION_SUSPECTED, "a policy of the role denies explicitly")
        : high(ErrorClass.DENIED, "they are accepted, and may not do this");
  }

  private static ErrorClassification other(AwsFailure failure) {
    int status = failure.status();
    if (TRANSIENT.contains(failure.code()) || status == 429 || status >= 500) {
      return high(ErrorClass.TRANSIENT, "the service is throttling or failing");
    }
    // The answer to a HEAD has no body, and so no code; HttpURLConnection drops that of a 401.
    if (failure.code().isEmpty() && (status == 400 || status == 401 || status == 403)) {
      if (skewed(failure)) {
        return low(ErrorClass.CLOCK_SKEW, skewText(failure));
      }
      if (expired(failure).orElse(false)) {
        return low(ErrorClass.EXPIRED, "no code, and their expiration has passed");
      }
      if (status == 401) {
        return low(ErrorClass.INVALID, "no code, and the status says that they were not accepted");
      }
      if (status == 403) {
        return low(ErrorClass.DENIED, "no code, and nothing known against the credentials");
      }
    }
    return medium(ErrorClass.UNRELATED, "the code says nothing of credentials");
  }

  private static boolean skewed(AwsFailure failure) {
    return failure.skew().filter(skew -> skew.abs().compareTo(SKEW) >= 0).isPresent();
  }

  /** By the clock of AWS where it is known. */
  private static Optional<Boolean> expired(AwsFailure failure) {
    Optional<Instant> now = failure.answerDate().or(failure::requestTime);
    return now.flatMap(at -> failure.expiration().map(end -> !at.isBefore(end)));
  }

  private static String skewText(AwsFailure failure) {
    return "the clock of AWS is ahead by " + failure.skew().orElse(Duration.ZERO);
  }

  private static ErrorClassification high(ErrorClass errorClass, String reason) {
    return new ErrorClassification(errorClass, Confidence.HIGH, reason);
  }

  private static ErrorClassification medium(ErrorClass errorClass, String reason) {
    return new ErrorClassification(errorClass, Confidence.MEDIUM, reason);
  }

  private static ErrorClassification low(ErrorClass errorClass, String reason) {
    return new ErrorClassification(errorClass, Confidence.LOW, reason);
  }
}
