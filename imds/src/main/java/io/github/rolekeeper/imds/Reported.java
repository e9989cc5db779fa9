package io.github.rolekeeper.imds;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A word of the metadata service: as it was served, and which of the documented ones it is. A word
 * that is newer than this library is kept, and is no error.
 *
 * @param <E> the documented words
 * @param text as served, without white space around it
 * @param known which of the documented words it is; empty for any other
 */
public record Reported<E extends Enum<E>>(String text, Optional<E> known) {
  /**
   * Checks that nothing is null.
   *
   * @param text as above
   * @param known as above
   */
  public Reported {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(known, "known");
  }

  static <E extends Enum<E>> Reported<E> of(Class<E> words, String text) {
    String served = text.strip();
    for (E word : words.getEnumConstants()) {
      if (plain(word.name()).equals(plain(served))) {
        return new Reported<E>(served, Optional.of(word));
      }
    }
    return new Reported<E>(served, Optional.empty());
  }

  /** {@code IN_SERVICE}, {@code InService} and {@code in-service} are one word. */
  private static String plain(String word) {
    return word.replaceAll("[-_:. ]", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Whether it is this word.
   *
   * @param word a documented word
   * @return whether the service said just that
   */
  public boolean is(E word) {
    return known.filter(word::equals).isPresent();
  }

  /** The text as served. */
  @Override
  public String toString() {
    return text;
  }
}
