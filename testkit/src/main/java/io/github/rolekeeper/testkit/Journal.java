package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.ArrayList;
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
  }

  List<ApiCall> calls() {
    return List.copyOf(calls);
  }
}
