package io.github.rolekeeper.imds;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where the metadata service is, and how its paths look on the wire. */
record Endpoint(URI uri) {
  private static final String ALLOWED = "-._~!$&'()*+,;=:@/"; // RFC 3986, pchar and "/"

  private static final String EXPECTED =
      "http://HOST, http://HOST:PORT or either with a path is expected, without user, query,"
          + " fragment, percent-encoding and dot segments, and ending before /latest, which the"
          + " client adds";

  // http:// and then a name with an underscore, which java.net.URI has no host for.
  private static final Pattern UNDERSCORE = Pattern.compile("(?i)http://[^/?#@]*_[^/?#@]*(/.*)?");

  private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~!$&'()*+,;=:/-]*)?");

  private static final Pattern LEADS_ELSEWHERE =
      Pattern.compile("(?:.*/)?(?:\\.{1,2}(?:/.*)?|latest(?:/.*)?)");

  // Nothing that a user and a password can be written with: no @ in any spelling, no query, and
  // nothing but digits behind the colon.
  private static final Pattern SHOWN =
      Pattern.compile(
          "(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:\\[[0-9A-Fa-f:.]*\\]|[A-Za-z0-9._-]*)(?::-?[0-9]*)?"
              + "(?:/[A-Za-z0-9._~!$&'()*+,;=/-]*)?");

  // Twice as long as the longest path of EC2, a tag's key of 128 characters in percent-encoded
  // UTF-8 (4 times 3 each), and as much as a server is sure to take in its first line.
  private static final int LONGEST_PATH = 4096;

  /** What is expected in the place of a text that is no endpoint. */
  static String expected(String text) {
    return UNDERSCORE.matcher(text).matches()
        ? EXPECTED
            + "; the name of a host has no underscore (RFC 1123): use another name, or the address"
        : EXPECTED;
  }

  /** A text that was given as an endpoint, as it may be shown: a password has many spellings. */
  static String shown(String text) {
    return SHOWN.matcher(text).matches() ? text : "**** (not shown: it may hold a password)";
  }

  /** Empty if it is no endpoint of a metadata service. */
  static Optional<Endpoint> parse(URI uri) {
    if (!"http".equalsIgnoreCase(uri.getScheme())
        || uri.getHost() == null
        || uri.getHost().indexOf('%') >= 0 // a zone, which has no meaning on the wire
        || uri.getPort() == 0
        || uri.getPort() > 65_535
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || !PATH.matcher(uri.getRawPath()).matches()
        || LEADS_ELSEWHERE.matcher(uri.getRawPath()).matches()) {
      return Optional.empty();
    }
    String text = uri.toString();
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    return Optional.of(new Endpoint(URI.create(text)));
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

  static void checked(String path) {
    if (path.isBlank() || path.startsWith("/")) {
      throw new IllegalArgumentException(
          "the path is not one below latest/: something like meta-data/instance-id is expected,"
              + " without a slash in front");
    }
    ofBearableLength(path);
  }

  static String ofBearableLength(String path) {
    int length = encoded(path).length();
    if (length > LONGEST_PATH) {
      throw new IllegalArgumentException(
          "the path is "
              + length
              + " characters long, percent-encoded; at most "
              + LONGEST_PATH
              + " are expected: correct it");
    }
    return path;
  }

  /** The path as it is sent, which is how it is shown too. */
  static String encoded(String path) {
    if (path.chars().allMatch(Endpoint::isAllowed)) {
      return path;
    }
    StringBuilder target = new StringBuilder();
    byte[] octets = path.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < octets.length; i++) {
      char c = (char) (octets[i] & 0xff);
      if (isAllowed(c) || isEncoded(octets, i)) {
        target.append(c);
      } else {
        target.append('%');
        target.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        target.append(Character.toUpperCase(Character.forDigit(c & 0xf, 16)));
      }
    }
    return target.toString();
  }

  private static boolean isAllowed(int c) {
    return c < 0x80 && (Character.isLetterOrDigit(c) || ALLOWED.indexOf(c) >= 0);
  }

  /** A percent sign with two digits after it is an encoding already: of a slash in a name, say. */
  private static boolean isEncoded(byte[] octets, int at) {
    return octets[at] == '%'
        && at + 2 < octets.length
        && Character.digit(octets[at + 1], 16) >= 0
        && Character.digit(octets[at + 2], 16) >= 0;
  }
}
