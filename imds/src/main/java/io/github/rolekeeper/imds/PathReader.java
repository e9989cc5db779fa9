package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads the paths of one call of the client: however many there are, they share its deadline. A 404
 * and a blank value are both absence.
 */
record PathReader(MetadataReader reader, Deadline deadline) {
  // How HTML and XML begin, perhaps after a byte order mark: what a login page of a captive network
  // or the error page of a proxy looks like.
  private static final Pattern PAGE =
      Pattern.compile(
          "\uFEFF?\\s*<(!doctype|!--|\\?xml|html|head|body|title)", Pattern.CASE_INSENSITIVE);

  Optional<byte[]> bytes(String path) {
    return reader.read(path, deadline, bytes -> CredentialPaths.shown(path, bytes));
  }

  Optional<String> text(String path) {
    return bytes(path).map(PathReader::decoded);
  }

  /** One value. A page in its place is none: no value of this service begins with a tag. */
  Optional<String> value(String path) {
    return reader
        .read(path, deadline, bytes -> valueOf(path, bytes))
        .filter(Predicate.not(String::isEmpty));
  }

  private static String valueOf(String path, byte[] bytes) {
    String value = decoded(bytes).strip();
    if (PAGE.matcher(value).lookingAt()) {
      throw ExchangeFailure.malformed(
          "GET " + path + " answered 200 with a page, not with a value");
    }
    return value;
  }

  Optional<Integer> number(String path) {
    // No number of this service has more than a few digits; what is none is left out.
    return value(path).filter(text -> text.matches("[0-9]{1,9}")).map(Integer::valueOf);
  }

  <E extends Enum<E>> Optional<Reported<E>> word(String path, Class<E> words) {
    return value(path).map(text -> Reported.of(words, text));
  }

  List<String> lines(String path) {
    return text(path).map(PathReader::linesOf).orElse(List.of());
  }

  Optional<List<MetadataEntry>> listing(String path) {
    return text(path).map(text -> linesOf(text).stream().map(MetadataEntry::of).toList());
  }

  /** The names of a listing that can stand in a path, whether marked as directories or not. */
  List<String> names(String path) {
    return listing(path).orElse(List.of()).stream()
        .map(MetadataEntry::name)
        .filter(name -> !name.isEmpty() && !name.equals(".") && !name.equals(".."))
        .toList();
  }

  /** A document; a blank body is as good as none. */
  <T> Optional<T> document(String path, Function<byte[], T> parser) {
    Optional<Optional<T>> read =
        reader.readDocument(
            path,
            deadline,
            bytes ->
                decoded(bytes).isBlank() ? Optional.<T>empty() : Optional.of(parser.apply(bytes)));
    return read.flatMap(Function.identity());
  }

  static List<String> linesOf(String text) {
    return text.lines().map(String::strip).filter(Predicate.not(String::isEmpty)).toList();
  }

  private static String decoded(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
