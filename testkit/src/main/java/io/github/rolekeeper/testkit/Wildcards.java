package io.github.rolekeeper.testkit;

import java.util.Locale;

/**
 * Patterns in which {@code *} stands for any text and {@code ?} for one character. There is no way
 * to take either literally.
 *
 * <p>Clients choose pattern and value, and all others wait meanwhile. So this takes time in
 * proportion to the product of both lengths at most, where a regular expression tries every way to
 * divide the value among the stars.
 */
final class Wildcards {
  private Wildcards() {}

  static boolean match(String pattern, String value) {
    int p = 0;
    int v = 0;
    int afterStar = -1;
    int retry = 0;
    while (v < value.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        p++;
        afterStar = p;
        retry = v;
      } else if (p < pattern.length() && pattern.charAt(p) == '?') {
        p++;
        v += width(value, v);
      } else if (p < pattern.length() && pattern.charAt(p) == value.charAt(v)) {
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
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  static boolean matchIgnoringCase(String pattern, String value) {
    return match(pattern.toLowerCase(Locale.ROOT), value.toLowerCase(Locale.ROOT));
  }

  /** How many Java characters the character at an index has. */
  private static int width(String text, int index) {
    return Character.charCount(text.codePointAt(index));
  }
}
