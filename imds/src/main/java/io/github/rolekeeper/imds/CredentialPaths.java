package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths below which credentials are served, however they are spelt. What is read there does not
 * leave the client as text or bytes; the lists of names that stand above them may.
 */
final class CredentialPaths {
  private static final String WORD = "security-credentials";

  private static final Pattern BELOW =
      Pattern.compile("(?s).*?" + WORD + "(?:-extended)?+/*+[^/].*");

  private static final Pattern TOKEN = Pattern.compile("(?s)/*api(?:;[^/]*)?/+token(?:[/;?#].*)?");

  private static final Pattern ENCODED = Pattern.compile("%([0-9a-fA-F]{2})");

  private static final Pattern ESCAPED = Pattern.compile("\\\\u00([4-7][0-9a-fA-F])");

  private CredentialPaths() {}

  /**
   * Refuses a path that serves credentials or a session token.
   *
   * @throws IllegalArgumentException repeats nothing of the path, which may have come out of an
   *     answer
   */
  static void checked(String path) {
    String plain = plain(path);
    if (plain.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "the path holds a control character: something like meta-data/instance-id is expected");
    }
    if (BELOW.matcher(plain).matches()) {
      throw new IllegalArgumentException(
          "what is below "
              + WORD
              + " are credentials, which are not read as text: call credentialsMetadata(), or"
              + " identityCredentials() below identity-credentials, for what is no secret of them;"
              + " an AWS SDK client takes InstanceMetadataCredentialsProvider of the package"
              + " imds.awssdk");
    }
    if (TOKEN.matcher(plain).matches()) {
      throw new IllegalArgumentException(
          "the path is that of a session token, which is not read as text: the client asks for one"
              + " by itself, so leave it out");
    }
    if (plain.matches("(?s)(.*/)?\\.{1,2}(/.*)?")) {
      throw new IllegalArgumentException(
          "the path holds a dot segment, perhaps percent-encoded: something like"
              + " meta-data/instance-id is expected");
    }
  }

  /**
   * What was read at a path that {@link #checked} lets pass. A list of roles must be one, and no
   * other path may serve credentials either: emulators were seen to answer with them whatever was
   * asked (boto/botocore#1676). User data is anybody's own.
   */
  static byte[] shown(String path, byte[] body) {
    if (servesSecrets(path)) {
      Lines.ROLES.of(path, body);
    } else if (!plain(path).contains("user-data")
        && unescaped(new String(body, StandardCharsets.ISO_8859_1))
            .contains("\"SecretAccessKey\"")) {
      throw ExchangeFailure.malformed(
          "GET " + Endpoint.encoded(path) + " answered 200, but with a document of credentials");
    }
    return body;
  }

  /** Whether the path is that of credentials, or of the list above them. */
  static boolean servesSecrets(String path) {
    return plain(path).contains(WORD);
  }

  /** With the ASCII letters that JSON has escaped: the name of a member has many spellings. */
  private static String unescaped(String json) {
    return replaced(ESCAPED, json);
  }

  /** Without any percent-encoding, be it an encoding of an encoding, and in lower case. */
  static String plain(String path) {
    String plain = path;
    String before = path.contains("%") ? "" : path;
    while (!plain.equals(before)) {
      before = plain;
      plain = replaced(ENCODED, before);
    }
    return plain.toLowerCase(Locale.ROOT);
  }

  /** With the character that the two digits of each match stand for. */
  private static String replaced(Pattern form, String text) {
    return form.matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 16))));
  }
}
