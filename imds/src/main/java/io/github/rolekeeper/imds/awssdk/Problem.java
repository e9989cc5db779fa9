package io.github.rolekeeper.imds.awssdk;

import java.util.Optional;

/** The service's own words for what is wrong, and AWS's cure. */
final class Problem {
  private Problem() {}

  static String of(String path, String words, Optional<String> cure) {
    return path + " says " + words + "." + cure.map(text -> " Remedy: " + text).orElse("");
  }
}
