package io.github.rolekeeper.testkit;

import java.util.Map;

/** One AWS API of the account, in its own protocol. Stateless but for the world. */
abstract class AwsService {
  private final String name;
  private final String version;

  /**
   * A service.
   *
   * @param name as in the scope of a signature
   * @param version of the API, as sent by the Query protocol; empty in the others
   */
  AwsService(String name, String version) {
    this.name = name;
    this.version = version;
  }

  final String name() {
    return name;
  }

  final String version() {
    return version;
  }

  /** Which operation a request is for; if there is none, a text that says what was asked for. */
  abstract String operation(WireRequest request);

  /** The parameters as the journal keeps them. */
  abstract Map<String, String> parameters(WireRequest request);

  abstract boolean writes(String operation);

  /**
   * Does the work.
   *
   * @return the body of the answer
   * @throws AwsError as the service refuses, for an unknown operation too
   */
  abstract String answer(String operation, WireRequest request, Caller caller, String requestId);

  abstract Denials denials();

  AwsError internalError() {
    return denials().internalError();
  }

  /** The body of an answer that is an error. */
  abstract String error(AwsError error, String requestId);

  abstract String contentType();

  String requestIdHeader() {
    return "x-amzn-RequestId";
  }
}
