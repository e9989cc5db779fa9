package io.github.rolekeeper.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/** An answer; {@code reset} stands for none, because nobody listens there. */
record WireResponse(int status, Map<String, String> headers, String body, boolean reset) {

  static WireResponse of(int status, String contentType, String body) {
    return new WireResponse(status, Map.of("Content-Type", contentType), body, false);
  }

  static WireResponse connectionReset() {
    return new WireResponse(0, Map.of(), "", true);
  }

  WireResponse with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new WireResponse(status, more, body, reset);
  }
}
