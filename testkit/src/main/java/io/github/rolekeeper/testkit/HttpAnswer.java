package io.github.rolekeeper.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the account answers to a request that did not come over a socket. Immutable. */
public final class HttpAnswer {
  private final int status;
  private final Map<String, String> headers;
  private final byte[] content;

  HttpAnswer(int status, Map<String, String> headers, byte[] content) {
    this.status = status;
    this.headers = Map.copyOf(headers);
    this.content = content.clone();
  }

  /**
   * The HTTP status.
   *
   * @return such as 200
   */
  public int status() {
    return status;
  }

  /**
   * The headers by name, each with one value.
   *
   * @return the headers
   */
  public Map<String, String> headers() {
    return headers;
  }

  /**
   * The body as text.
   *
   * @return the body read as UTF-8; empty if there is none
   */
  public String body() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /**
   * The body as it is; user data need not be text.
   *
   * @return a copy of the bytes; none if there is no body
   */
  public byte[] content() {
    return content.clone();
  }

  /** Without the body, which may hold secrets. */
  @Override
  public String toString() {
    return "HttpAnswer[" + status + ", " + content.length + " bytes]";
  }
}
