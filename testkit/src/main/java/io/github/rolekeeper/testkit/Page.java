package io.github.rolekeeper.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A page of a listing. The token that leads to the next page names the last key of this one, so
 * what is added or removed between two pages neither repeats nor hides an entry that stays.
 *
 * @param next leads to the next page; null on the last
 */
record Page<T>(List<T> items, @Nullable String next) {
  private static final char SEPARATOR = '\0';

  /**
   * Cuts a page.
   *
   * @param world whose page limit holds, and which may want an empty page
   * @param all the whole listing, in any order
   * @param key what the listing is ordered by, different for each entry
   * @param listing what is listed; a token of another listing is refused
   * @param token that of the page before; null for the first page
   * @param size the most entries of a page
   * @param invalid how the service refuses a token that it has not made
   */
  static <T> Page<T> of(
      World world,
      Collection<T> all,
      Function<T, String> key,
      String listing,
      @Nullable String token,
      int size,
      Supplier<AwsError> invalid) {
    String last = token == null ? "" : lastKey(listing, token, invalid);
    if (world.answersEmptyPage) {
      return new Page<>(List.of(), token == null ? token(listing, "") : token);
    }
    List<T> rest =
        all.stream()
            .filter(each -> token == null || key.apply(each).compareTo(last) > 0)
            .sorted(Comparator.comparing(key))
            .toList();
    int most = Math.min(size, world.settings.pageLimit);
    if (rest.size() <= most) {
      return new Page<>(rest, null);
    }
    List<T> items = List.copyOf(rest.subList(0, most));
    return new Page<>(items, token(listing, key.apply(items.get(most - 1))));
  }

  private static String token(String listing, String key) {
    String content = listing + SEPARATOR + key;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((checksum(content) + SEPARATOR + content).getBytes(StandardCharsets.UTF_8));
  }

  private static String lastKey(String listing, String token, Supplier<AwsError> invalid) {
    String text;
    try {
      text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid.get();
    }
    String[] parts = text.split(String.valueOf(SEPARATOR), 3);
    if (parts.length != 3
        || !parts[1].equals(listing)
        || !parts[0].equals(checksum(parts[1] + SEPARATOR + parts[2]))) {
      throw invalid.get();
    }
    return parts[2];
  }

  private static String checksum(String content) {
    var crc = new CRC32();
    crc.update(content.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }
}
