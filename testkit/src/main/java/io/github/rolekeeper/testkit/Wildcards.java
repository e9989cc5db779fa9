package io.github.rolekeeper.testkit;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Patterns in which {@code *} stands for any text and {@code ?} for one character. How either is
 * taken literally depends on who reads the pattern.
 *
 * <p>Clients choose pattern and value, and all others wait meanwhile. So this takes time in
 * proportion to the product of both lengths at most, where a regular expression tries every way to
 * divide the value among the stars.
 */
final class Wildcards {
  private static final int STAR = -1;
  private static final int ONE = -2;

  // IAM User Guide, policy variables: special characters.
  private static final Pattern POLICY_ESCAPE = Pattern.compile("\\$\\{([*?$])}");
  // EC2 User Guide, listing and filtering: wildcards.
  private static final Pattern FILTER_ESCAPE = Pattern.compile("\\\\([*?\\\\])");
  private static final Pattern SPECIAL = Pattern.compile("[*?$]");

  private Wildcards() {}

  /** Matches a pattern in which nothing can be taken literally. */
  static boolean match(String pattern, String value) {
    int[] symbols = new int[pattern.length()];
    return match(Arrays.copyOf(symbols, symbols(pattern, symbols, 0)), value);
  }

  /** Matches a pattern of a policy, which writes {@code ${*}}, {@code ${?}} and {@code ${$}}. */
  static boolean matchPolicy(String pattern, String value) {
    return match(symbols(pattern, POLICY_ESCAPE), value);
  }

  /** Matches a value of one of EC2's filters, which escapes with a backslash. */
  static boolean matchFilter(String pattern, String value) {
    return match(symbols(pattern, FILTER_ESCAPE), value);
  }

  static boolean matchIgnoringCase(String pattern, String value) {
    return match(pattern.toLowerCase(Locale.ROOT), value.toLowerCase(Locale.ROOT));
  }

  /** What a text of a policy says where it is no pattern. */
  static String literal(String text) {
    return POLICY_ESCAPE.matcher(text).replaceAll(escape -> quoted(escape.group(1)));
  }

  /** A text that stands for itself in a pattern of a policy. */
  static String escaped(String text) {
    return SPECIAL.matcher(text).replaceAll(special -> quoted("${" + special.group() + "}"));
  }

  private static String quoted(String text) {
    return Matcher.quoteReplacement(text);
  }

  private static int[] symbols(String pattern, Pattern escape) {
    int[] symbols = new int[pattern.length()];
    int count = 0;
    int from = 0;
    for (Matcher found = escape.matcher(pattern); found.find(); from = found.end()) {
      count = symbols(pattern.substring(from, found.start()), symbols, count);
      symbols[count++] = found.group(1).charAt(0);
    }
    return Arrays.copyOf(symbols, symbols(pattern.substring(from), symbols, count));
  }

  private static int symbols(String pattern, int[] into, int from) {
    for (int i = 0; i < pattern.length(); i++) {
      char each = pattern.charAt(i);
      into[from + i] = each == '*' ? STAR : each == '?' ? ONE : each;
    }
    return from + pattern.length();
  }

  private static boolean match(int[] pattern, String value) {
    int p = 0;
    int v = 0;
    int afterStar = -1;
    int retry = 0;
    while (v < value.length()) {
      if (p < pattern.length && pattern[p] == STAR) {
        p++;
        afterStar = p;
        retry = v;
      } else if (p < pattern.length && pattern[p] == ONE) {
        p++;
        v += width(value, v);
      } else if (p < pattern.length && pattern[p] == value.charAt(v)) {
        p++;
        v++;
      } else if (afterStar >= 0) {
        // Only the last star need take more: what the earlier ones took was as little as possible.
        retry += width(value, retry);
        p = afterStar;
        v = retry;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == STAR) {
      p++;
    }
    return p == pattern.length;
  }

  /** How many Java characters the character at an index has. */
  private static int width(String text, int index) {
    return Character.charCount(text.codePointAt(index));
  }
}
