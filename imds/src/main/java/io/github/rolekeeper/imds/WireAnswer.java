package io.github.rolekeeper.imds;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** An HTTP answer. Not a record: its text must not show the body, which may hold secrets. */
final class WireAnswer {
  static final String TYPE = "content-type";

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final Peer peer;

  /**
   * @param headers by name in lower case; of a repeated one, the first
   * @param body of an error page the beginning, or nothing
   * @param peer who answered
   */
  WireAnswer(int status, Map<String, String> headers, byte[] body, Peer peer) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.peer = peer;
  }

  int status() {
    return status;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Such as {@code text/html}; empty if it is not said, or is none. */
  Optional<String> mediaType() {
    return header(TYPE)
        .map(type -> type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT))
        .filter(type -> type.matches("[a-z]{1,20}/[a-z0-9.+-]{1,60}"));
  }

  /** What came, without showing any of it. */
  String described() {
    return mediaType().orElse("of no known type") + ", " + body.length + " bytes";
  }

  /** The same answer with the page that came with it. */
  WireAnswer with(byte[] page) {
    return new WireAnswer(status, headers, page, peer);
  }

  byte[] body() {
    return body;
  }

  Peer peer() {
    return peer;
  }
}
