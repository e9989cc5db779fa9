package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.time.Instant;

/**
 * How a service refuses a caller. The codes and statuses differ by service, which is why a client
 * must not go by one of them alone.
 */
enum Denials {
  /** IAM and STS, which share the Query protocol's common errors. */
  QUERY {
    @Override
    AwsError missing() {
      return new AwsError(
          403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    }

    @Override
    AwsError unknown() {
      return new AwsError(
          403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    }

    @Override
    AwsError torn() {
      return unknown();
    }

    @Override
    AwsError expired() {
      return new AwsError(
          403, "ExpiredToken", "The security token included in the request is expired");
    }

    @Override
    AwsError denied(Refusal refusal) {
      return new AwsError(403, "AccessDenied", refusal.reason());
    }
  },
  /** The services of the JSON protocols; the names of their errors end in {@code Exception}. */
  JSON {
    @Override
    AwsError malformed(String credential) {
      return new AwsError(400, "IncompleteSignatureException", QUERY.malformed(credential).text());
    }

    @Override
    AwsError undated() {
      return new AwsError(400, "IncompleteSignatureException", QUERY.undated().text());
    }

    @Override
    AwsError skewed(Instant date, Instant now) {
      return new AwsError(400, "InvalidSignatureException", QUERY.skewed(date, now).text());
    }

    @Override
    AwsError ofAnotherDay(String day, Instant date) {
      return new AwsError(400, "InvalidSignatureException", QUERY.ofAnotherDay(day, date).text());
    }

    @Override
    AwsError throttled() {
      return new AwsError(400, "ThrottlingException", "Rate exceeded");
    }

    @Override
    AwsError internalError() {
      return new AwsError(500, "InternalFailure", QUERY.internalError().text());
    }

    @Override
    AwsError missing() {
      return new AwsError(400, "MissingAuthenticationTokenException", QUERY.missing().text());
    }

    @Override
    AwsError unknown() {
      return new AwsError(400, "UnrecognizedClientException", QUERY.unknown().text());
    }

    @Override
    AwsError torn() {
      return unknown();
    }

    @Override
    AwsError expired() {
      return new AwsError(400, "ExpiredTokenException", QUERY.expired().text());
    }

    @Override
    AwsError denied(Refusal refusal) {
      return new AwsError(400, "AccessDeniedException", refusal.reason());
    }
  },
  EC2 {
    @Override
    AwsError malformed(String credential) {
      return unknown();
    }

    @Override
    AwsError undated() {
      return unknown();
    }

    @Override
    AwsError skewed(Instant date, Instant now) {
      return expired();
    }

    @Override
    AwsError ofAnotherDay(String day, Instant date) {
      return unknown();
    }

    @Override
    AwsError throttled() {
      return new AwsError(503, "RequestLimitExceeded", "Request limit exceeded.");
    }

    @Override
    AwsError internalError() {
      return new AwsError(500, "InternalError", "An internal error has occurred");
    }

    @Override
    AwsError missing() {
      return unknown();
    }

    @Override
    AwsError unknown() {
      return new AwsError(
          401, "AuthFailure", "AWS was not able to validate the provided access credentials");
    }

    @Override
    AwsError torn() {
      return unknown();
    }

    @Override
    AwsError expired() {
      return new AwsError(400, "RequestExpired", "Request has expired.");
    }

    @Override
    AwsError denied(Refusal refusal) {
      return new AwsError(
          403,
          "UnauthorizedOperation",
          "You are not authorized to perform this operation. "
              + refusal.reason()
              + ". Encoded authorization failure message: "
              + AuthorizationMessage.encode(refusal));
    }
  },
  S3 {
    @Override
    AwsError malformed(String credential) {
      return new AwsError(
          400,
          "AuthorizationHeaderMalformed",
          "The authorization header is malformed; the Credential is mal-formed; expecting"
              + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    }

    @Override
    AwsError undated() {
      return new AwsError(
          403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
    }

    @Override
    Duration tolerance() {
      return Duration.ofMinutes(15);
    }

    @Override
    AwsError ofAnotherDay(String day, Instant date) {
      return new AwsError(
          400,
          "AuthorizationHeaderMalformed",
          "The authorization header is malformed; Invalid credential date \""
              + day
              + "\". This date is not the same as X-Amz-Date: \""
              + RequestDate.day(date)
              + "\".");
    }

    @Override
    AwsError skewed(Instant date, Instant now) {
      return new AwsError(
          403,
          "RequestTimeTooSkewed",
          "The difference between the request time and the current time is too large.");
    }

    @Override
    AwsError throttled() {
      return new AwsError(503, "SlowDown", "Please reduce your request rate.");
    }

    @Override
    AwsError internalError() {
      return new AwsError(
          500, "InternalError", "We encountered an internal error. Please try again.");
    }

    @Override
    AwsError missing() {
      return new AwsError(403, "AccessDenied", PLAIN_DENIAL);
    }

    @Override
    AwsError unknown() {
      return new AwsError(
          403,
          "InvalidAccessKeyId",
          "The AWS Access Key Id you provided does not exist in our records.");
    }

    @Override
    AwsError torn() {
      return new AwsError(
          400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
    }

    @Override
    AwsError expired() {
      return new AwsError(400, "ExpiredToken", "The provided token has expired.");
    }

    @Override
    AwsError denied(Refusal refusal) {
      return new AwsError(403, "AccessDenied", PLAIN_DENIAL);
    }
  },
  /** S3 with the newer texts, which name the kind of policy that denied. */
  S3_WITH_REASON {
    @Override
    AwsError malformed(String credential) {
      return S3.malformed(credential);
    }

    @Override
    AwsError undated() {
      return S3.undated();
    }

    @Override
    Duration tolerance() {
      return S3.tolerance();
    }

    @Override
    AwsError ofAnotherDay(String day, Instant date) {
      return S3.ofAnotherDay(day, date);
    }

    @Override
    AwsError skewed(Instant date, Instant now) {
      return S3.skewed(date, now);
    }

    @Override
    AwsError throttled() {
      return S3.throttled();
    }

    @Override
    AwsError internalError() {
      return S3.internalError();
    }

    @Override
    AwsError missing() {
      return S3.missing();
    }

    @Override
    AwsError unknown() {
      return S3.unknown();
    }

    @Override
    AwsError torn() {
      return S3.torn();
    }

    @Override
    AwsError expired() {
      return S3.expired();
    }

    @Override
    AwsError denied(Refusal refusal) {
      return new AwsError(403, "AccessDenied", refusal.reason());
    }
  };

  private static final String PLAIN_DENIAL = "Access Denied";

  /** What the service says when too much is asked of it. */
  AwsError throttled() {
    return new AwsError(400, "Throttling", "Rate exceeded");
  }

  AwsError internalError() {
    return new AwsError(
        500,
        "ServiceFailure",
        "The request processing has failed because of an unknown error, exception or failure.");
  }

  abstract AwsError missing();

  abstract AwsError unknown();

  /** The access key is known, the session token is not its own. */
  abstract AwsError torn();

  abstract AwsError expired();

  /** The {@code Authorization} header is there and cannot be read. */
  AwsError malformed(String credential) {
    return new AwsError(
        400,
        "IncompleteSignature",
        "Credential must have exactly 5 slash-delimited elements, e.g."
            + " keyid/date/region/service/term, got '"
            + credential
            + "'");
  }

  /** The request bears no date. */
  AwsError undated() {
    return new AwsError(
        400,
        "IncompleteSignature",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }

  /** The signature is for another day than that of the request's date. */
  AwsError ofAnotherDay(String day, Instant date) {
    return new AwsError(
        403,
        "SignatureDoesNotMatch",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
            + " '%s' != '%s', from '%s'."
                .formatted(day, RequestDate.day(date), RequestDate.basic(date)));
  }

  /** How far the date of a request may be from the service's clock. */
  Duration tolerance() {
    return Duration.ofMinutes(5);
  }

  /** The request's date is further from the service's clock than it may be. */
  AwsError skewed(Instant date, Instant now) {
    boolean early = date.isBefore(now);
    return new AwsError(
        403,
        "SignatureDoesNotMatch",
        "%s: %s is %s %s (%s %s %d min.)"
            .formatted(
                early ? "Signature expired" : "Signature not yet current",
                RequestDate.basic(date),
                early ? "now earlier than" : "still later than",
                RequestDate.basic(early ? now.minus(tolerance()) : now.plus(tolerance())),
                RequestDate.basic(now),
                early ? "-" : "+",
                tolerance().toMinutes()));
  }

  abstract AwsError denied(Refusal refusal);
}
