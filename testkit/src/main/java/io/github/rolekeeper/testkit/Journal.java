package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
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

  private final Settings settings;
  private final Deque<ApiCall> calls = new ArrayDeque<>();
  private long dropped;

  Journal(Settings settings) {
    this.settings = settings;
  }

  void add(Entry entry) {
    calls.add(
        new ApiCall(
            entry.time,
            entry.service,
            entry.operation,
            entry.write,
            entry.principal,
            entry.outcome,
            entry.fault,
            entry.parameters));
    while (calls.size() > settings.journalLimit) {
      calls.remove();
      dropped++;
    }
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
    dropped = 0;
  }
}
