package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** An HTTP request: for a token, or with one. Not a record: its text must not show the token. */
final class WireRequest {
  static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
  static final String TOKEN_PATH = "api/token";

  /** The three requests there are. */
  enum Form {
    TOKEN("PUT"),
    V2("GET"),
    V1("GET");

    private final String method;

    Form(String method) {
      this.method = method;
    }
  }

  private final Form form;
  private final String path;
  private final String header;
  private final String token;

  private WireRequest(Form form, String path, String header, String token) {
    this.form = form;
    this.path = path;
    this.header = header;
    this.token = token;
  }

  static WireRequest forToken(int ttlSeconds) {
    return new WireRequest(
        Form.TOKEN, TOKEN_PATH, TTL_HEADER + ": " + ttlSeconds + "\r\nContent-Length: 0\r\n", "");
  }

  /** With a token, or as IMDSv1 has it. */
  static WireRequest get(String path, Optional<Token> token) {
    return token
        .map(held -> get(path, held))
        .orElseGet(() -> new WireRequest(Form.V1, path, "", ""));
  }

  static WireRequest get(String path, Token token) {
    return new WireRequest(
        Form.V2, path, "X-aws-ec2-metadata-token: " + token.value() + "\r\n", token.value());
  }

  Form form() {
    return form;
  }

  boolean forToken() {
    return form == Form.TOKEN;
  }

  String path() {
    return path;
  }

  /** The same bytes without the token of this request, which an error page may repeat. */
  byte[] withoutToken(byte[] answered) {
    if (token.isEmpty() || answered.length == 0) {
      return answered;
    }
    return new String(answered, StandardCharsets.ISO_8859_1)
        .replace(token, "****")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  byte[] bytes(Endpoint endpoint) {
    return (form.method
            + " "
            + endpoint.target(path)
            + " HTTP/1.1\r\nHost: "
            + endpoint.authority()
            + "\r\nUser-Agent: rolekeeper\r\nAccept: */*\r\n"
            + header
            + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Method and path as they are sent, without the headers. */
  @Override
  public String toString() {
    return form.method + " " + Endpoint.encoded(path);
  }
}
