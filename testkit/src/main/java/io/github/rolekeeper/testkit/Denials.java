package io.github.rolekeeper.testkit;

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
    AwsError denied(
        String caller, String action, String resource, PolicyEvaluator.Decision decision) {
      return new AwsError(403, "AccessDenied", reason(caller, action, resource, decision));
    }
  },
  EC2 {
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
    AwsError denied(
        String caller, String action, String resource, PolicyEvaluator.Decision decision) {
      return new AwsError(
          403,
          "UnauthorizedOperation",
          "You are not authorized to perform this operation. "
              + reason(caller, action, resource, decision));
    }
  },
  S3 {
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
    AwsError denied(
        String caller, String action, String resource, PolicyEvaluator.Decision decision) {
      return new AwsError(403, "AccessDenied", PLAIN_DENIAL);
    }
  },
  /** S3 with the newer texts, which name the kind of policy that denied. */
  S3_WITH_REASON {
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
    AwsError denied(
        String caller, String action, String resource, PolicyEvaluator.Decision decision) {
      return new AwsError(403, "AccessDenied", reason(caller, action, resource, decision));
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

  abstract AwsError denied(
      String caller, String action, String resource, PolicyEvaluator.Decision decision);

  private static String reason(
      String caller, String action, String resource, PolicyEvaluator.Decision decision) {
    return "User: "
        + caller
        + " is not authorized to perform: "
        + action
        + " on resource: "
        + resource
        + (decision == PolicyEvaluator.Decision.DENIED_EXPLICITLY
            ? " with an explicit deny in an identity-based policy"
            : " because no identity-based policy allows the " + action + " action");
  }
}
