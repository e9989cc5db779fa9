package io.github.rolekeeper.testkit;

import java.util.regex.Pattern;

/** Patterns in which {@code *} stands for any text and {@code ?} for one character. */
final class Wildcards {
  private Wildcards() {}

  static boolean match(String pattern, String value) {
    return Pattern.matches(
        Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"), value);
  }
}
