package io.github.rolekeeper.imds;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Where the metadata service is, and how its paths look on the wire. */
record Endpoint(URI uri) {
  private static final String ALLOWED = "-._~!$&'()*+,;=:@/"; // RFC 3986, pchar and "/"

  static Endpoint of(URI uri) {
    if (!"http".equalsIgnoreCase(uri.getScheme())
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "\""
              + uri
              + "\" is not the endpoint of a metadata service: http://HOST, http://HOST:PORT or"
              + " either with a path is expected");
    }
    String text = uri.toString();
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    return new Endpoint(URI.create(text));
  }

  String host() {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  int port() {
    return uri.getPort() < 0 ? 80 : uri.getPort();
  }

  String authority() {
    return uri.getRawAuthority();
  }

  /** The request target for a path below {@code latest/}. */
  String target(String path) {
    return uri.getRawPath() + "/latest/" + encoded(path);
  }

  static String checked(String path) {
    List<String> segments = List.of(path.split("/", -1));
    if (path.isBlank()
        || path.startsWith("/")
        || segments.contains(".")
        || segments.contains("..")) {
      throw new IllegalArgumentException(
          "\""
              + path
              + "\" is not a path below latest/: something like meta-data/instance-id is expected,"
              + " without a slash in front and without dot segments");
    }
    return path;
  }

  private static String encoded(String path) {
    StringBuilder target = new StringBuilder();
    for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || ALLOWED.indexOf(c) >= 0)) {
        target.append(c);
      } else {
        target.append('%');
        target.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        target.append(Character.toUpperCase(Character.forDigit(c & 0xf, 16)));
      }
    }
    return target.toString();
  }
}
