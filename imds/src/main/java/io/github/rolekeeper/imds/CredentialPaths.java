package io.github.rolekeeper.imds;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths below which credentials are served, however they are spelt. What is read there does not
 * leave the client as text or bytes; the lists of names that stand above them may.
 */
final class CredentialPaths {
  private static final String WORD = "security-credentials";

  private static final Pattern CATEGORY =
      Pattern.compile("(?s)(.*?" + WORD + "(?:-extended)?)(.*)");

  private static final Pattern ENCODED = Pattern.compile("%([0-9a-fA-F]{2})");

  private CredentialPaths() {}

  /**
   * Refuses a path that serves credentials.
   *
   * @throws IllegalArgumentException names the category and no more: what follows may have come out
   *     of an answer
   */
  static void checked(String path) {
    String plain = plain(path);
    Matcher category = CATEGORY.matcher(plain);
    if (plain.contains(WORD) && category.matches() && !category.group(2).matches("/*")) {
      throw new IllegalArgumentException(
          "what is below "
              + category.group(1)
              + " are credentials, which are not read as text: call credentialsMetadata(), or"
              + " identityCredentials() below identity-credentials, for what is no secret of them;"
              + " an AWS SDK client takes InstanceMetadataCredentialsProvider of the package"
              + " imds.awssdk");
    }
    if (plain.matches("(?s)(.*/)?\\.{1,2}(/.*)?")) {
      throw new IllegalArgumentException(
          "the path holds a dot segment, percent-encoded: something like meta-data/instance-id is"
              + " expected");
    }
  }

  /**
   * What was read at a path that {@link #checked} lets pass. A list of roles must be one: where it
   * is not, emulators were seen to answer with the credentials themselves (boto/botocore#1676).
   */
  static byte[] shown(String path, byte[] body) {
    if (servesSecrets(path)) {
      RoleCredentialsDocument.requireRoles(path, body);
    }
    return body;
  }

  /** Whether the path is that of credentials, or of the list above them. */
  static boolean servesSecrets(String path) {
    return plain(path).contains(WORD);
  }

  /** Without any percent-encoding, be it an encoding of an encoding, and in lower case. */
  static String plain(String path) {
    String plain = path;
    String before = path.contains("%") ? "" : path;
    while (!plain.equals(before)) {
      before = plain;
      plain =
          ENCODED
              .matcher(before)
              .replaceAll(
                  octet ->
                      Matcher.quoteReplacement(
                          Character.toString(Integer.parseInt(octet.group(1), 16))));
    }
    return plain.toLowerCase(Locale.ROOT);
  }
}
