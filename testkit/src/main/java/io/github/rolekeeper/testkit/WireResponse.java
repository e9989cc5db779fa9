package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer, and how it travels.
 *
 * @param transit what the connection does to it
 * @param duration how late it is, or how long it takes, in real time
 */
record WireResponse(
    int status, Map<String, String> headers, String body, Transit transit, Duration duration) {

  enum Transit {
    WHOLE,
    /** Comes {@code duration} late. */
    LATE,
    /** Comes in pieces over {@code duration}. */
    DRIPPED,
    /** Nobody listens: no answer. */
    REFUSED,
    /** The connection is reset instead of an answer. */
    RESET,
    /** Nothing for {@code duration}, then the connection is reset. */
    SILENCE
  }

  static WireResponse of(int status, String contentType, String body) {
    return new WireResponse(
        status, Map.of("Content-Type", contentType), body, Transit.WHOLE, Duration.ZERO);
  }

  static WireResponse none(Transit how, Duration duration) {
    return new WireResponse(0, Map.of(), "", how, duration);
  }

  WireResponse with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new WireResponse(status, more, body, transit, duration);
  }

  WireResponse without(String header) {
    var fewer = new LinkedHashMap<>(headers);
    fewer.keySet().removeIf(header::equalsIgnoreCase);
    return new WireResponse(status, fewer, body, transit, duration);
  }

  WireResponse withBody(String other) {
    return new WireResponse(status, headers, other, transit, duration);
  }

  WireResponse travelling(Transit how, Duration time) {
    return new WireResponse(status, headers, body, how, time);
  }
}
