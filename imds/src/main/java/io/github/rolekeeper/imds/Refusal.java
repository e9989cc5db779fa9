package io.github.rolekeeper.imds;

/** What is said to whoever set something to a value that it cannot have. */
final class Refusal {
  private Refusal() {}

  /**
   * Names the value, its source, the rule and the remedy.
   *
   * @param expected such as {@code 1 to 100 is expected}
   */
  static IllegalArgumentException of(Object value, Origin origin, String expected) {
    return new IllegalArgumentException(
        "\""
            + ServiceWords.line(value.toString())
            + "\" ("
            + origin
            + ") is not accepted: "
            + expected
            + ". Correct it there, or take it away: then the next source counts");
  }

  static IllegalArgumentException ofMethod(Object value, String method, String expected) {
    return of(value, new Origin(Origin.Source.BUILDER, method), expected);
  }
}
