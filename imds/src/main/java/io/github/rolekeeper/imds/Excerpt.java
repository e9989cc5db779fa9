package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The words of an error page, for a person: words of letters alone, none of which is as long as a
 * key, and nothing at all of what may be a document, is written in another encoding, or is served
 * where secrets are. Of an answer of any other kind nothing is ever shown.
 */
final class Excerpt {
  private static final int LENGTH = 60; // enough for the title of an error page

  // "Authentication" has fourteen letters, the shortest key or id of AWS sixteen characters.
  private static final String WORD = "[A-Za-z]{2,15}[.,:;!?]?";

  private static final Pattern SPACE = Pattern.compile("\\s+");

  private Excerpt() {}

  /** No value if there is nothing that may be shown. */
  static Optional<String> ofPage(WireRequest request, WireAnswer answer) {
    String page = new String(request.withoutToken(answer.body()), StandardCharsets.ISO_8859_1);
    if (!allowed(request.path())
        || answer.mediaType().filter(Excerpt::isText).isEmpty()
        || page.chars().anyMatch(c -> c > '~' || (c < ' ' && !Character.isWhitespace(c)))) {
      return Optional.empty();
    }
    // The end of the page may be missing, and with it the end of its last tag.
    String words = page.replaceAll("<[^>]*(>|$)", " ");
    if (words.matches("(?s).*[{}\\[\\]\"&].*")) {
      return Optional.empty();
    }
    return Optional.of(
            cut(
                SPACE
                    .splitAsStream(words)
                    .filter(word -> word.matches(WORD))
                    .collect(Collectors.joining(" "))))
        .filter(text -> !text.isEmpty());
  }

  private static boolean isText(String mediaType) {
    return mediaType.equals("text/html") || mediaType.equals("text/plain");
  }

  /** Whether anything of what is served at this path may be shown at all. */
  static boolean allowed(String path) {
    String plain = CredentialPaths.plain(path);
    return !CredentialPaths.servesSecrets(path)
        && !plain.contains("user-data")
        && !plain.contains(WireRequest.TOKEN_PATH.toLowerCase(Locale.ROOT));
  }

  /** At the end of a word, or a part of a longer one would be shown. */
  private static String cut(String text) {
    return text.length() <= LENGTH
        ? text
        : text.substring(0, text.lastIndexOf(' ', LENGTH - "...".length())) + "...";
  }
}
