package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The faults that were injected, with their counts. Thread-safe. */
final class Faults {
  private static final System.Logger LOG = System.getLogger(Faults.class.getName());

  private static final class Injected {
    final Fault fault;
    final Fault.Schedule schedule;
    int matched;

    Injected(Fault fault) {
      this.fault = fault;
      this.schedule = fault.schedule();
    }
  }

  private final List<Injected> injected = new ArrayList<>();
  // What another actor does must not set off itself; its requests arrive on other threads.
  private int acting;

  synchronized void add(Fault fault) {
    injected.add(new Injected(fault));
  }

  synchronized void clear() {
    injected.clear();
  }

  /**
   * What goes wrong with a request: other actors have acted when this returns, and of the other
   * faults that are due the one injected first is left to be done.
   */
  Optional<Fault> next(String service, String operation, @Nullable String instanceId) {
    List<Fault> due = due(service, operation, instanceId);
    List<Fault> actors =
        due.stream().filter(fault -> fault.kind() == Fault.Kind.ANOTHER_ACTOR).toList();
    if (!actors.isEmpty()) {
      try {
        actors.forEach(Faults::act);
      } finally {
        synchronized (this) {
          acting--;
        }
      }
    }
    return due.stream().filter(fault -> fault.kind() != Fault.Kind.ANOTHER_ACTOR).findFirst();
  }

  private static void act(Fault fault) {
    try {
      fault.act();
    } catch (RuntimeException e) {
      // The request must not suffer from what somebody else did wrong.
      LOG.log(System.Logger.Level.WARNING, "the act of another actor failed", e);
    }
  }

  private synchronized List<Fault> due(
      String service, String operation, @Nullable String instanceId) {
    var due = new ArrayList<Fault>();
    boolean actorDue = false;
    for (Injected each : injected) {
      boolean actor = each.fault.kind() == Fault.Kind.ANOTHER_ACTOR;
      if ((actor && acting > 0) || !each.fault.matches(service, operation, instanceId)) {
        continue;
      }
      each.matched++;
      if (each.schedule.happensAt(each.matched)) {
        due.add(each.fault);
        actorDue |= actor;
      }
    }
    if (actorDue) {
      acting++;
    }
    return due;
  }
}
