package io.github.rolekeeper.imds;

import java.util.regex.Pattern;

/**
 * What a service says of itself, as it may be shown: on one line, without what steers a terminal.
 * Whoever answers in the service's place may say anything.
 */
final class ServiceWords {
  // The longest messages that AWS documents have some 200 characters.
  private static final int LONGEST = 400;

  // Control and format characters (line feeds, ESC, what turns the direction of writing), lone
  // surrogates, unassigned and private ones; line and paragraph separators.
  private static final Pattern UNFIT = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

  // An agent in the service's place may quote a document that it could not read.
  private static final Pattern OF_A_DOCUMENT =
      Pattern.compile("SecretAccessKey", Pattern.CASE_INSENSITIVE);

  private ServiceWords() {}

  /** Whether a text can be shown as it is. */
  static boolean fit(String text) {
    return !UNFIT.matcher(text).find();
  }

  /** The text with a space in the place of what is not fit to be shown. */
  static String line(String text) {
    return UNFIT.matcher(text).replaceAll(" ");
  }

  /** What the service says, on one line; something else in its place if it quotes a secret. */
  static String shown(String text) {
    return OF_A_DOCUMENT.matcher(text).find()
        ? "(not shown: it may quote a document of credentials)"
        : line(text);
  }

  /** Code and message, if there is one. */
  static String of(String code, String message) {
    String said = cut(message).strip();
    return "Code " + named(cut(code)) + (said.isEmpty() ? "" : ", Message \"" + said + "\"");
  }

  /** All codes that AWS documents are one word. */
  private static String named(String code) {
    return code.matches("\\w+") ? code : "\"" + code + "\"";
  }

  private static String cut(String text) {
    String line = shown(text);
    return line.codePointCount(0, line.length()) <= LONGEST
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST)) + "...";
  }
}
