package io.github.rolekeeper.testkit;

import java.util.Map;

/**
 * What the account answers to a request that did not come over a socket.
 *
 * @param status the HTTP status
 * @param headers the headers by name, each with one value
 * @param body the body; empty if there is none
 */
public record HttpAnswer(int status, Map<String, String> headers, String body) {

  /**
   * Keeps a copy of the headers.
   *
   * @param status see above
   * @param headers see above
   * @param body see above
   */
  public HttpAnswer {
    headers = Map.copyOf(headers);
  }
}
