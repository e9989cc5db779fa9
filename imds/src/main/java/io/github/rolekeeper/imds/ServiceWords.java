package io.github.rolekeeper.imds;

/**
 * What a service says of itself, as it may stand in a log: on one line, without what steers a
 * terminal, and not without end. Whoever answers in the service's place may say anything.
 */
final class ServiceWords {
  // The longest messages that AWS documents have some 200 characters.
  private static final int LONGEST = 400;

  // Control and format characters (line feeds, ESC, what turns the direction of writing), lone
  // surrogates, unassigned and private ones; line and paragraph separators.
  private static final String UNFIT = "[\\p{C}\\p{Zl}\\p{Zp}]+";

  private ServiceWords() {}

  /** Code and message, if there is one. */
  static String of(String code, String message) {
    String said = clean(message).strip();
    return "Code " + named(clean(code)) + (said.isEmpty() ? "" : ", Message \"" + said + "\"");
  }

  /** All codes that AWS documents are one word. */
  private static String named(String code) {
    return code.matches("\\w+") ? code : "\"" + code + "\"";
  }

  private static String clean(String text) {
    String line = text.replaceAll(UNFIT, " ");
    return line.codePointCount(0, line.length()) <= LONGEST
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST)) + "...";
  }
}
