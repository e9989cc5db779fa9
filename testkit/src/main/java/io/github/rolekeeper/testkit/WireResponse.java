package io.github.rolekeeper.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer, and how it travels. Immutable: nobody changes the bytes that it hands out. */
final class WireResponse {

  enum Transit {
    WHOLE,
    /** Comes {@code duration} late. */
    LATE,
    /** Comes in pieces over {@code duration}. */
    DRIPPED,
    /** Comes as HTTP/1.0, without its length. */
    HTTP_1_0,
    /** Nobody listens: no answer. */
    REFUSED,
    /** The connection is reset instead of an answer. */
    RESET,
    /** Nothing for {@code duration}, then the connection is reset. */
    SILENCE
  }

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final Transit transit;
  private final Duration duration;

  private WireResponse(
      int status, Map<String, String> headers, byte[] body, Transit transit, Duration duration) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.transit = transit;
    this.duration = duration;
  }

  static WireResponse of(int status, String contentType, String body) {
    return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  static WireResponse of(int status, String contentType, byte[] body) {
    return new WireResponse(
        status, Map.of("Content-Type", contentType), body, Transit.WHOLE, Duration.ZERO);
  }

  static WireResponse none(Transit how, Duration duration) {
    return new WireResponse(0, Map.of(), new byte[0], how, duration);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  /** What the connection does to the answer. */
  Transit transit() {
    return transit;
  }

  /** How late the answer is, or how long it takes, in real time. */
  Duration duration() {
    return duration;
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

  WireResponse withBody(byte[] other) {
    return new WireResponse(status, headers, other, transit, duration);
  }

  WireResponse travelling(Transit how, Duration time) {
    return new WireResponse(status, headers, body, how, time);
  }
}
