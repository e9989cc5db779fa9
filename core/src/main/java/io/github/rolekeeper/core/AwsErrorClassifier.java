package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a failed AWS call means for credentials. A pure function. Codes decide; texts only
 * where AWS gives nothing else. A status decides nothing of credentials where there is a code.
 *
 * <p>A code is recognized in the forms that protocols and clients give it: {@code
 * com.amazon.coral.service#X}, {@code X:http://…}, {@code X;Sender}, {@code Client.X}, and in any
 * case. An HTTP status in its place is no code.
 *
 * <p>Reasons consist of fixed words and of durations. Nothing that a service or a client wrote
 * stands in them, for such texts can quote a session token.
 */
public final class AwsErrorClassifier {
  /** From here on the AWS SDK for Java counts the clock as wrong (its class ClockSkew). */
  private static final Duration SKEW = Duration.ofMinutes(4);

  /** What stands before the code in EC2's SOAP form, which CloudTrail kept. */
  private static final Pattern FAULT = Pattern.compile("(?i)^(?:Client|Server|Sender)\\.");

  /** What stands behind it in a header: where the service was built, or whose fault it is. */
  private static final Pattern ORIGIN = Pattern.compile("(?s)[:;].*");

  /** What clients put in the place of a code that an answer did not have. */
  private static final Pattern STATUS_AS_CODE =
      Pattern.compile("(?i)([1-5]\\d\\d)(?: .*)?|Forbidden|Bad ?Request|Unauthorized");

  // Calls that go by the token of an identity provider. No credentials sign them, or (EKS) those of
  // the node, of which the model of the service says nothing.
  private static final Set<String> TOKEN_CALLS =
      Set.of(
          "AssumeRoleWithWebIdentity",
          "AssumeRoleWithSAML",
          "AssumeRoleForPodIdentity",
          "GetCredentialsForIdentity",
          "GetId",
          "GetOpenIdToken",
          "GetRoleCredentials");

  /** Every call of these is such a call. */
  private static final Set<String> TOKEN_SERVICES = Set.of("sso", "ssooidc");

  /** Marks a verdict that rests on what a client wrote, for want of a code: a hint. */
  private static final String SDK_TEXT = "going by the SDK's text, ";

  private static final Map<String, Function<AwsFailure, ErrorClassification>> MEANINGS = meanings();

  private AwsErrorClassifier() {}

  /**
   * Classifies a failure.
   *
   * @param failure what failed, and what was known then
   * @return what it means
   */
  public static ErrorClassification classify(AwsFailure failure) {
    AwsFailure plain = plain(failure);
    if (plain.status() == 0 && plain.code().isEmpty()) {
      return withoutAnswer(plain.message());
    }
    ErrorClassification verdict =
        MEANINGS.getOrDefault(plain.code(), AwsErrorClassifier::other).apply(plain);
    return byToken(plain) ? ofToken(verdict) : verdict;
  }

  private static Map<String, Function<AwsFailure, ErrorClassification>> meanings() {
    Map<String, Function<AwsFailure, ErrorClassification>> all =
        new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    add(all, AwsErrorClassifier::expiredToken, "ExpiredToken", "ExpiredTokenException");
    add(all, AwsErrorClassifier::invalidToken, "InvalidToken");
    add(all, AwsErrorClassifier::invalidTokenException, "InvalidTokenException");
    add(
        all,
        medium(ErrorClass.INVALID, "the service wants another session token"),
        "TokenRefreshRequired");
    add(
        all,
        medium(
            ErrorClass.INVALID,
            "the service does not know them; the Region may not be enabled, or the role was"
                + " deleted and created again"),
        "InvalidClientTokenId",
        "UnrecognizedClientException");
    add(
        all,
        medium(ErrorClass.INVALID, "the service does not know the access key id"),
        "InvalidAccessKeyId");
    add(
        all,
        low(ErrorClass.INVALID, "the service did not accept them, or not how they were sent"),
        "InvalidSecurity",
        "InvalidSecurityException",
        "InvalidCredentialsException");
    add(
        all,
        medium(ErrorClass.MISSING, "the request carried no credentials that could be read"),
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException");
    add(all, AwsErrorClassifier::requestExpired, "RequestExpired");
    add(
        all,
        failure -> tooOld(failure, Confidence.HIGH, "the service refused the time of the request"),
        "RequestTimeTooSkewed");
    add(
        all,
        failure -> tooNew(failure, Confidence.HIGH, "the service refused the time of the request"),
        "RequestInTheFuture");
    add(all, AwsErrorClassifier::authFailure, "AuthFailure");
    add(all, AwsErrorClassifier::signature, "InvalidSignatureException", "SignatureDoesNotMatch");
    add(
        all,
        AwsErrorClassifier::denied,
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "INSUFFICIENT_PERMISSIONS",
        "InsufficientDependencyServiceAccessPermissionException",
        "NotAuthorized",
        "OpsItemAccessDeniedException",
        "UnauthorizedOperation");
    add(all, AwsErrorClassifier::keyDenied, "KMSAccessDenied", "KMSAccessDeniedException");
    add(
        all,
        AwsErrorClassifier::unauthorized,
        "ForbiddenException",
        "NotAuthorizedException",
        "UnauthorizedException");
    addIdentityProviders(all);
    addNotOfCredentials(all);
    return Collections.unmodifiableMap(all);
  }

  private static void addIdentityProviders(
      Map<String, Function<AwsFailure, ErrorClassification>> all) {
    add(all, high(ErrorClass.EXPIRED, "sign-in says that its token has expired"), "TOKEN_EXPIRED");
    add(
        all,
        high(ErrorClass.INVALID, "sign-in says that the user's credentials changed"),
        "USER_CREDENTIALS_CHANGED");
    add(
        all,
        high(ErrorClass.SOURCE_FAILING, "the code of a sign-in has expired; sign in again"),
        "AUTHCODE_EXPIRED");
    add(
        all,
        high(ErrorClass.SOURCE_FAILING, "the identity was refused from which credentials are made"),
        "ExpiredTradeInTokenException",
        "IDPRejectedClaim",
        "InvalidIdentityToken");
    add(
        all,
        failure ->
            byToken(failure)
                ? high(ErrorClass.SOURCE_FAILING, "the sign-in is not valid; sign in again")
                : other(failure),
        "InvalidClientException",
        "InvalidGrantException",
        "UnauthorizedClientException");
    add(
        all,
        high(ErrorClass.TRANSIENT, "the identity provider has not answered yet"),
        "AuthorizationPendingException",
        "IDPCommunicationError");
  }

  private static void addNotOfCredentials(
      Map<String, Function<AwsFailure, ErrorClassification>> all) {
    add(
        all,
        medium(ErrorClass.UNRELATED, "the account or the Region is not enabled"),
        "AccountProblem",
        "AllAccessDisabled",
        "Blocked",
        "KMSOptInRequired",
        "NotSignedUp",
        "OptInRequired",
        "OptInRequiredException",
        "PendingVerification",
        "RegionDisabledException");
    add(
        all,
        medium(ErrorClass.UNRELATED, "the role of a function may not do this"),
        "EC2AccessDeniedException");
    // AwsErrorCode and AwsStatusCode of the AWS SDK for Java, with its retryable codes; then what
    // the models of the services add to them.
    add(
        all,
        high(ErrorClass.TRANSIENT, "the service is throttling or failing"),
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
        "InternalError",
        "DependencyTimeoutException",
        "InternalFailure",
        "KMSThrottled",
        "KMSThrottling",
        "KMSThrottlingException",
        "ServiceUnavailable",
        "SlowDownException",
        "Throttled");
  }

  private static void add(
      Map<String, Function<AwsFailure, ErrorClassification>> all,
      ErrorClassification meaning,
      String... codes) {
    add(all, failure -> meaning, codes);
  }

  private static void add(
      Map<String, Function<AwsFailure, ErrorClassification>> all,
      Function<AwsFailure, ErrorClassification> meaning,
      String... codes) {
    for (String code : codes) {
      all.put(code, meaning);
    }
  }

  /** The failure with its code as the model of the service writes it, or without one. */
  private static AwsFailure plain(AwsFailure failure) {
    String code = ORIGIN.matcher(failure.code().strip()).replaceFirst("");
    code = FAULT.matcher(code.substring(code.indexOf('#') + 1)).replaceFirst("").strip();
    Matcher status = STATUS_AS_CODE.matcher(code);
    if (!status.matches()) {
      return failure.with(code, failure.status());
    }
    return failure.with(
        "",
        failure.status() == 0 && status.group(1) != null
            ? Integer.parseInt(status.group(1))
            : failure.status());
  }

  private static boolean byToken(AwsFailure failure) {
    return TOKEN_CALLS.contains(failure.operation())
        || (TOKEN_SERVICES.contains(service(failure))
            && !failure.operation().equals("CreateTokenWithIAM"));
  }

  /** {@code Cognito Identity} and {@code CognitoIdentity} are one. */
  private static String service(AwsFailure failure) {
    return failure.service().replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  /** What is said of credentials goes for the token where there are none. */
  private static ErrorClassification ofToken(ErrorClassification verdict) {
    return switch (verdict.errorClass()) {
      case EXPIRED ->
          new ErrorClassification(
              ErrorClass.SOURCE_FAILING,
              verdict.confidence(),
              "the identity token has expired from which credentials are made");
      case INVALID, MISSING ->
          new ErrorClassification(
              ErrorClass.SOURCE_FAILING,
              verdict.confidence(),
              "the identity token was refused from which credentials are made");
      case DENIED ->
          new ErrorClassification(
              ErrorClass.DENIED,
              verdict.confidence(),
              "the identity is accepted, and may not have credentials of this role");
      default -> verdict;
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
    if (message.contains("from metadata service.")
        || message.contains("requested metadata is not found")) {
      return high(
          ErrorClass.SOURCE_FAILING, SDK_TEXT + "the endpoint of a container gave no credentials");
    }
    return message.contains("IOException")
            || message.contains("java.net.")
            || message.contains("Unable to execute HTTP request")
        ? high(ErrorClass.TRANSIENT, SDK_TEXT + "the service was not reached")
        : low(ErrorClass.UNRELATED, SDK_TEXT + "the client failed before an answer came");
  }

  private static ErrorClassification expiredToken(AwsFailure failure) {
    return high(ErrorClass.EXPIRED, "the service says that they have expired");
  }

  // Step Functions has tokens of tasks and of pages, and says this of those.
  private static ErrorClassification invalidToken(AwsFailure failure) {
    return Set.of("sfn", "stepfunctions", "states").contains(service(failure))
        ? medium(ErrorClass.UNRELATED, "the token of a task or of a page was refused")
        : high(ErrorClass.INVALID, "the service refused the session token");
  }

  // EKS says this of an identity token; others say it of tokens that are none of credentials.
  private static ErrorClassification invalidTokenException(AwsFailure failure) {
    return byToken(failure) ? high(ErrorClass.INVALID, "the token was refused") : other(failure);
  }

  // EC2 says this of expired temporary credentials and of old time stamps alike.
  private static ErrorClassification requestExpired(AwsFailure failure) {
    Optional<Boolean> expired = expired(failure);
    if (clockWrong(failure)) {
      return expired.orElse(false)
          ? medium(ErrorClass.CLOCK_SKEW, skewText(failure))
          : high(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    boolean clockRight = clock(failure).isPresent();
    if (expired.isEmpty()) {
      return clockRight && !late(failure)
          ? medium(ErrorClass.EXPIRED, "the clock is right, so the credentials must have expired")
          : low(ErrorClass.EXPIRED, "neither the expiration nor the skew is known");
    }
    if (expired.get()) {
      return clockRight
          ? high(ErrorClass.EXPIRED, "their expiration has passed")
          : medium(ErrorClass.EXPIRED, "their expiration has passed");
    }
    return tooOld(
        failure, Confidence.LOW, "they have not expired, so the time of the request was refused");
  }

  // EC2 says this of bad credentials, of a missing permission and of a wrong clock.
  private static ErrorClassification authFailure(AwsFailure failure) {
    if (failure.status() != 401
        && failure.message().toLowerCase(Locale.ROOT).contains("authorized")) {
      return medium(
          ErrorClass.DENIED, "they may not use the resource that the service's text names");
    }
    if (clockWrong(failure)) {
      return medium(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    return expired(failure).orElse(false)
        ? medium(ErrorClass.EXPIRED, "their expiration has passed")
        : low(ErrorClass.INVALID, "not expired as far as known, so refused or not permitted");
  }

  private static ErrorClassification signature(AwsFailure failure) {
    String text = failure.message();
    if (text.contains("Signature not yet current")) {
      return tooNew(
          failure,
          Confidence.MEDIUM,
          "the service says that the signature is of a time to come: this machine's clock is"
              + " ahead");
    }
    if (text.contains("Signature expired")) {
      return tooOld(
          failure,
          Confidence.MEDIUM,
          "the service says that the signature has expired: this machine's clock is behind");
    }
    if (text.contains("scoped to")) {
      return medium(
          ErrorClass.UNRELATED, "the request was signed for another Region or another service");
    }
    return clockWrong(failure)
        ? high(ErrorClass.CLOCK_SKEW, skewText(failure))
        : medium(ErrorClass.INVALID, "the secret key does not belong to the access key id");
  }

  private static ErrorClassification denied(AwsFailure failure) {
    // Its model maps 401 to an expired token or code; URLConnection drops the body that tells
    // which.
    if (failure.status() == 401 && failure.service().equalsIgnoreCase("Signin")) {
      return medium(ErrorClass.EXPIRED, "sign-in answers 401 to what has expired");
    }
    // Two answers of S3 to what was signed beforehand, for a time of its own.
    if (failure.message().contains("Request is not yet valid")) {
      return tooNew(
          failure,
          Confidence.MEDIUM,
          "the service says that the request is of a time to come: the signer's clock is ahead");
    }
    if (failure.message().contains("Request has expired")) {
      return medium(
          ErrorClass.UNRELATED, "the time has passed that a presigned request was good for");
    }
    // Not all services say so, and a revocation is only one of its causes (IAM User Guide).
    return failure.message().contains("with an explicit deny in an identity-based policy")
        ? low(ErrorClass.REVOCATION_SUSPECTED, "a policy of the role denies explicitly")
        : high(ErrorClass.DENIED, "they are accepted, and may not do this");
  }

  // Lambda says it, with a status of its own, of the role of a function; others of the caller.
  private static ErrorClassification keyDenied(AwsFailure failure) {
    return failure.status() >= 500
        ? medium(ErrorClass.UNRELATED, "the role of a function may not use a KMS key")
        : medium(ErrorClass.DENIED, "they may not use a KMS key, or there is none");
  }

  // Codes that mean what their service means by them.
  private static ErrorClassification unauthorized(AwsFailure failure) {
    if (byToken(failure)) {
      return failure.code().equalsIgnoreCase("ForbiddenException")
          ? high(ErrorClass.DENIED, "no access")
          : medium(ErrorClass.INVALID, "the token was refused");
    }
    return service(failure).equals("cognitoidentityprovider")
        ? medium(ErrorClass.UNRELATED, "a user's sign-in was refused, not these credentials")
        : medium(ErrorClass.DENIED, "they are accepted, and may not do this");
  }

  private static ErrorClassification other(AwsFailure failure) {
    int status = failure.status();
    if (status == 429 || status >= 500) {
      return high(ErrorClass.TRANSIENT, "the service is throttling or failing");
    }
    return failure.code().isEmpty() && (status == 400 || status == 401 || status == 403)
        ? withoutCode(failure)
        : medium(ErrorClass.UNRELATED, "the code says nothing of credentials");
  }

  // The answer to a HEAD has no body, and so no code; HttpURLConnection drops that of a 401.
  private static ErrorClassification withoutCode(AwsFailure failure) {
    Optional<Boolean> expired = expired(failure);
    if (clockWrong(failure)) {
      return low(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    if (expired.orElse(false)) {
      return low(ErrorClass.EXPIRED, "no code, and their expiration has passed");
    }
    return switch (failure.status()) {
      case 401 ->
          low(ErrorClass.INVALID, "no code, and the status says that they were not accepted");
      case 403 -> low(ErrorClass.DENIED, "no code, and nothing known against the credentials");
      default ->
          expired.isEmpty() && failure.operation().startsWith("Head")
              ? low(ErrorClass.EXPIRED, "no code, as S3 answers a HEAD by expired credentials")
              : medium(ErrorClass.UNRELATED, "no code, and a status that says nothing of them");
    };
  }

  /** The time of the request lies before what the service accepts: a slow clock, or a slow call. */
  private static ErrorClassification tooOld(
      AwsFailure failure, Confidence told, String whatTheServiceSays) {
    if (clockWrong(failure)) {
      return high(ErrorClass.CLOCK_SKEW, skewText(failure));
    }
    if (!late(failure)) {
      return new ErrorClassification(ErrorClass.CLOCK_SKEW, told, whatTheServiceSays);
    }
    return clock(failure).isPresent()
        ? medium(ErrorClass.TRANSIENT, "the clock is right, and the request was too long under way")
        : new ErrorClassification(
            ErrorClass.CLOCK_SKEW,
            told == Confidence.HIGH ? Confidence.MEDIUM : told,
            whatTheServiceSays);
  }

  /** The time of the request lies after what the service accepts: no slow call looks so. */
  private static ErrorClassification tooNew(
      AwsFailure failure, Confidence told, String whatTheServiceSays) {
    return clockWrong(failure)
        ? high(ErrorClass.CLOCK_SKEW, skewText(failure))
        : new ErrorClassification(ErrorClass.CLOCK_SKEW, told, whatTheServiceSays);
  }

  /**
   * How far the clock of AWS is ahead, where that is proved. An answer that is dated long after the
   * request went out may just have been long in coming, unless it is known when it came.
   */
  private static Optional<Duration> clock(AwsFailure failure) {
    return failure
        .skew()
        .filter(ahead -> failure.receiptTime().isPresent() || ahead.compareTo(SKEW) < 0);
  }

  private static boolean clockWrong(AwsFailure failure) {
    return clock(failure).filter(ahead -> ahead.abs().compareTo(SKEW) >= 0).isPresent();
  }

  /** Whether the call may have taken so long that its request was refused as too old. */
  private static boolean late(AwsFailure failure) {
    Optional<Instant> end = failure.receiptTime().or(failure::answerDate);
    return failure
        .requestTime()
        .flatMap(sent -> end.map(at -> Duration.between(sent, at)))
        .filter(taken -> taken.compareTo(SKEW) >= 0)
        .isPresent();
  }

  /** By the clock of AWS where it is known. */
  private static Optional<Boolean> expired(AwsFailure failure) {
    Optional<Instant> now = failure.answerDate().or(failure::requestTime);
    return now.flatMap(at -> failure.expiration().map(end -> !at.isBefore(end)));
  }

  private static String skewText(AwsFailure failure) {
    Duration awsAhead = clock(failure).orElse(Duration.ZERO);
    return "this machine's clock is "
        + (awsAhead.isNegative() ? "ahead" : "behind")
        + " by "
        + spoken(awsAhead.abs());
  }

  /** Such as {@code 39 min 14 s}. */
  private static String spoken(Duration time) {
    return ((time.toHours() == 0 ? "" : time.toHours() + " h ")
            + (time.toMinutesPart() == 0 ? "" : time.toMinutesPart() + " min ")
            + (time.toSecondsPart() == 0 ? "" : time.toSecondsPart() + " s"))
        .strip();
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
