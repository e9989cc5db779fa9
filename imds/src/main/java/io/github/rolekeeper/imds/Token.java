package io.github.rolekeeper.imds;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** A session token of the metadata service. Not a record: its text must not show the value. */
final class Token {
  // EC2's have 56 characters. It goes with each read, in one header line, and 8 KiB is what servers
  // commonly take for all of them.
  private static final int LONGEST_VALUE = 4096;

  /** Six hours, the longest that the service grants. */
  private static final int LONGEST_SECONDS = 21_600;

  // A token is renewed this long before its end, as the SDK for Rust does, or a tenth of its life
  // before it if that is less. A 401 was seen 75 ms before the computed end; a tenth of the
  // shortest life, 1 s, is more than that.
  private static final long MARGIN_NANOS = Duration.ofMinutes(2).toNanos();

  private final String value;
  private final long refreshAt;
  private final long deadAt;

  private Token(String value, long refreshAt, long deadAt) {
    this.value = value;
    this.refreshAt = refreshAt;
    this.deadAt = deadAt;
  }

  /**
   * Reads the answer to a token request.
   *
   * @param askedAt when the request went out: the life of the token begins no earlier
   * @param askedFor the life that was asked for, in seconds
   * @return empty if the body is nothing that can stand in a header
   */
  static Optional<Token> granted(WireAnswer answer, long askedAt, int askedFor) {
    String value = new String(answer.body(), StandardCharsets.ISO_8859_1).strip();
    if (value.isEmpty()
        || value.length() > LONGEST_VALUE
        || (value.startsWith("<") && value.endsWith(">")) // a page
        || (value.startsWith("{") && value.endsWith("}")) // a document
        || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return Optional.empty();
    }
    long life = Duration.ofSeconds(ttl(answer, askedFor)).toNanos();
    long end = askedAt + life;
    return Optional.of(new Token(value, end - Math.min(MARGIN_NANOS, life / 10), end));
  }

  // Look-alike services leave the header out; then the life that was asked for is assumed, and a
  // 401 tells if that was wrong.
  private static int ttl(WireAnswer answer, int askedFor) {
    return answer
        .header(WireRequest.TTL_HEADER)
        .filter(text -> text.matches("[0-9]{1,5}"))
        .map(Integer::parseInt)
        .filter(seconds -> seconds >= 1 && seconds <= LONGEST_SECONDS)
        .orElse(askedFor);
  }

  String value() {
    return value;
  }

  boolean sameAs(Token other) {
    return value.equals(other.value);
  }

  boolean freshAt(long now) {
    return refreshAt - now > 0;
  }

  boolean aliveAt(long now) {
    return deadAt - now > 0;
  }

  /** The same token; nobody tries to renew it before a tenth of what is left has passed. */
  Token keptAt(long now) {
    return new Token(value, now + (deadAt - now) / 10, deadAt);
  }

  @Override
  public String toString() {
    return "Token[****]";
  }
}
