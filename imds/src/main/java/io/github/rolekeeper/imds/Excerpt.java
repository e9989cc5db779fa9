package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The beginning of bytes that were answered in place of a value, for a person. What looks like a
 * secret is masked, and nothing is shown of what is served where secrets are.
 */
final class Excerpt {
  private static final int LENGTH = 60; // enough to tell a login page from a document

  private static final int LOOKED_AT = 768; // the title of AWS's error pages ends within 400 bytes

  private static final String MASK = "****";

  // Sixteen is shorter than any key, token or secret of AWS. A backslash or a percent sign may
  // stand
  // in the middle of one, before a slash or in its place.
  private static final String LIKE_A_SECRET = "[A-Za-z0-9+/=_%\\\\-]{16,}";

  private Excerpt() {}

  /** Of a body that makes no sense; no value if it must not be shown, empty if there is none. */
  static Optional<String> of(String path, byte[] body) {
    return allowed(path) ? Optional.of(cut(masked(text(body)))) : Optional.empty();
  }

  /** Of an error page, without its markup; no value if it must not be shown or has no text. */
  static Optional<String> ofPage(String path, byte[] page) {
    if (!allowed(path)) {
      return Optional.empty();
    }
    // The end of the page may be missing, and with it the end of its last tag.
    String words = text(page).replaceAll("<[^>]*(>|$)", " ").replaceAll(" +", " ");
    return Optional.of(cut(masked(words))).filter(text -> !text.isEmpty());
  }

  /** Whether anything of what is served at this path may be shown at all. */
  static boolean allowed(String path) {
    String plain = CredentialPaths.plain(path);
    return !CredentialPaths.servesSecrets(path)
        && !plain.contains("user-data")
        && !plain.contains(WireRequest.TOKEN_PATH);
  }

  private static String text(byte[] bytes) {
    int length = bytes.length;
    if (length > LOOKED_AT) {
      // A word that is cut in two could be too short to be seen as a secret.
      length = LOOKED_AT;
      while (length > 0 && bytes[length - 1] > ' ') {
        length--;
      }
    }
    return length < bytes.length && length == 0
        ? MASK
        : new String(bytes, 0, length, StandardCharsets.US_ASCII)
            .replaceAll("[^\\x21-\\x7e]+", " ");
  }

  private static String masked(String text) {
    return text.replaceAll(LIKE_A_SECRET, MASK).strip();
  }

  /** After it was masked, or the cut could make a secret too short to be seen as one. */
  private static String cut(String text) {
    return text.length() <= LENGTH ? text : text.substring(0, LENGTH) + "...";
  }
}
