package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads the paths of one call of the client: however many there are, they share its deadline. A 404
 * is absence, and so is a blank value of what does not change; a blank document, or a blank value
 * of what perishes, is asked for again.
 */
record PathReader(MetadataReader reader, Deadline deadline) {
  // How pages and JSON begin: the login page of a captive network, the error page of a proxy, or a
  // document in the wrong place. No value of this service begins so.
  private static final Pattern NO_VALUE =
      Pattern.compile("<[!?a-z]|\\{|\\[\\s*[{\\[\"]", Pattern.CASE_INSENSITIVE);

  // A public key of 16,384 bits has some 2,800 characters.
  private static final int LONGEST_VALUE = 4096;

  Optional<byte[]> bytes(String path) {
    return reader.read(path, deadline, bytes -> CredentialPaths.shown(path, bytes));
  }

  Optional<String> text(String path) {
    return bytes(path).map(PathReader::decoded);
  }

  /** One value, on one line. */
  Optional<String> value(String path) {
    return reader
        .read(path, deadline, bytes -> valueOf(path, bytes))
        .filter(Predicate.not(String::isEmpty));
  }

  /** One value that perishes, and cannot be blank. */
  Optional<String> perishable(String path) {
    return document(
        path,
        bytes -> {
          String value = valueOf(path, bytes);
          if (value.isEmpty()) {
            throw ExchangeFailure.malformed("GET " + path + " answered 200, but with nothing");
          }
          return value;
        });
  }

  private static String valueOf(String path, byte[] bytes) {
    String value = decoded(bytes).strip();
    if (value.length() > LONGEST_VALUE
        || !ServiceWords.fit(value)
        || NO_VALUE.matcher(value).lookingAt()) {
      throw ExchangeFailure.malformed(
          "GET " + path + " answered 200, but not with one line of text");
    }
    return value;
  }

  /** Base64, in one line or more. */
  Optional<String> base64(String path) {
    return reader
        .read(
            path,
            deadline,
            bytes -> {
              String text = decoded(bytes).strip();
              if (!text.matches("[A-Za-z0-9+/=\\s]*")) {
                throw ExchangeFailure.malformed(
                    "GET " + path + " answered 200, but not with Base64");
              }
              return text;
            })
        .filter(Predicate.not(String::isEmpty));
  }

  Optional<Integer> number(String path) {
    // No number of this service has more than a few digits; what is none is left out.
    return value(path).filter(text -> text.matches("[0-9]{1,9}")).map(Integer::valueOf);
  }

  <E extends Enum<E>> Optional<Reported<E>> word(String path, Class<E> words) {
    return value(path).map(text -> Reported.of(words, text));
  }

  /** The lines at a path, all of them of one sort; none if there is no such path. */
  List<String> lines(String path, Lines sort) {
    return reader.read(path, deadline, bytes -> sort.of(path, bytes)).orElse(List.of());
  }

  /** The same, whether they are marked as directories or not. */
  List<String> names(String path, Lines sort) {
    return lines(path, sort).stream().map(line -> MetadataEntry.of(line).name()).toList();
  }

  /** Any lines. */
  List<String> anyLines(String path) {
    return text(path).map(Lines::split).orElse(List.of());
  }

  Optional<List<MetadataEntry>> listing(String path) {
    return text(path).map(text -> Lines.split(text).stream().map(MetadataEntry::of).toList());
  }

  /** A document that is asked for again while the parser calls it malformed. */
  <T> Optional<T> document(String path, Function<byte[], T> parser) {
    return reader.readDocument(path, deadline, parser);
  }

  private static String decoded(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
