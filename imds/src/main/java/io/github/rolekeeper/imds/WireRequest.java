package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;

/** An HTTP request: for a token, or with one. Not a record: its text must not show the token. */
final class WireRequest {
  static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
  private static final String TOKEN_PATH = "api/token";

  private final String method;
  private final String path;
  private final String header;

  private WireRequest(String method, String path, String header) {
    this.method = method;
    this.path = path;
    this.header = header;
  }

  static WireRequest forToken(int ttlSeconds) {
    return new WireRequest(
        "PUT", TOKEN_PATH, TTL_HEADER + ": " + ttlSeconds + "\r\nContent-Length: 0\r\n");
  }

  static WireRequest get(String path, Token token) {
    return new WireRequest("GET", path, "X-aws-ec2-metadata-token: " + token.value() + "\r\n");
  }

  boolean forToken() {
    return method.equals("PUT");
  }

  byte[] bytes(Endpoint endpoint) {
    return (method
            + " "
            + endpoint.target(path)
            + " HTTP/1.1\r\nHost: "
            + endpoint.authority()
            + "\r\nUser-Agent: rolekeeper\r\nAccept: */*\r\nConnection: close\r\n"
            + header
            + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Method and path, without the headers. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
