package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every request in the order of arrival. Guarded by the world's lock. */
final class Journal {
  /** A request while it is being answered. */
  static final class Entry {
    private final Instant time;
    Map<String, String> parameters = Map.of();
    String service = "";
    String operation = "";
    boolean write;
    String principal = "";
    String outcome = "OK";
    String fault = "";

    Entry(Instant time) {
      this.time = time;
    }
  }

  private final List<ApiCall> calls = new ArrayList<>();
  // Requests repeat the same few names: kept once, a hundred thousand calls take little memory.
  private final Map<String, String> names = new HashMap<>();

  void add(Entry entry) {
    var parameters = new LinkedHashMap<String, String>();
    entry.parameters.forEach((name, value) -> parameters.put(shared(name), shared(value)));
    calls.add(
        new ApiCall(
            entry.time,
            entry.service,
            shared(entry.operation),
            entry.write,
            shared(entry.principal),
            entry.outcome,
            entry.fault,
            parameters));
  }

  private String shared(String text) {
    // Longer texts are policies and the like; a table of them would only keep them longer.
    return text.length() > 128 ? text : names.computeIfAbsent(text, same -> same);
  }

  void clear() {
    calls.clear();
    names.clear();
  }

  List<ApiCall> calls() {
    return List.copyOf(calls);
  }
}
