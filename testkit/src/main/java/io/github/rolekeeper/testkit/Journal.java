package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The requests in the order of arrival. Guarded by the world's lock. */
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

  private static final int MOST_NAMES = 4096;

  private final Settings settings;
  private final Deque<ApiCall> calls = new ArrayDeque<>();
  // Requests repeat the same few names: kept once, a hundred thousand calls take little memory.
  private final Map<String, String> names = new HashMap<>();
  private long dropped;

  Journal(Settings settings) {
    this.settings = settings;
  }

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
    while (calls.size() > settings.journalLimit) {
      calls.remove();
      dropped++;
    }
  }

  private String shared(String text) {
    if (names.size() > MOST_NAMES) {
      names.clear();
    }
    // Longer texts are policies and the like; a table of them would only keep them longer.
    return text.length() > 128 ? text : names.computeIfAbsent(text, same -> same);
  }

  /** The requests that are kept: the newest ones. */
  List<ApiCall> calls() {
    return List.copyOf(calls);
  }

  /** How many older ones were dropped. */
  long dropped() {
    return dropped;
  }

  void clear() {
    calls.clear();
    names.clear();
    dropped = 0;
  }
}
