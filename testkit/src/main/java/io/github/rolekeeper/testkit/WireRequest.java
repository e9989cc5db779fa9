package io.github.rolekeeper.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request as it came over the wire. */
final class WireRequest {
  private final String method;
  private final String path;
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final Function<String, @Nullable String> headers;
  private final String body;

  /**
   * Reads a request.
   *
   * @throws Malformed if a parameter is not percent-encoded as it should be
   */
  WireRequest(
      String method, String target, Function<String, @Nullable String> headers, String body) {
    this.method = method;
    int question = target.indexOf('?');
    this.path = question < 0 ? target : target.substring(0, question);
    this.headers = headers;
    this.body = body;
    if (question >= 0) {
      readParameters(target.substring(question + 1));
    }
    String contentType = header("Content-Type");
    if (contentType != null && contentType.startsWith("application/x-www-form-urlencoded")) {
      readParameters(body);
    }
  }

  private void readParameters(String encoded) {
    for (String pair : encoded.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (!name.isEmpty()) {
        parameters.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
  }

  private static String decode(String encoded) {
    try {
      return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Malformed("'" + encoded + "' is not percent-encoded as a form's parameters are");
    }
  }

  /** Not what HTTP and the Query protocol allow. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  String method() {
    return method;
  }

  /** The path as sent, percent-encoding and all. */
  String path() {
    return path;
  }

  @Nullable String header(String name) {
    return headers.apply(name);
  }

  String body() {
    return body;
  }

  Parameters parameters() {
    return new Parameters(parameters);
  }
}
