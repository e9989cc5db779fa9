package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The faults that were injected, with their counts; each until it cannot happen any more. One whose
 * time is over stays, since the clock can be set back. Thread-safe.
 */
final class Faults {
  private static final System.Logger LOG = System.getLogger(Faults.class.getName());

  private static final class Injected {
    final Fault fault;
    final Fault.Schedule schedule;
    final FaultWindow window;
    int matched;

    /** How often it acts at the moment; only for another actor. */
    int acting;

    Injected(Fault fault, Instant now) {
      this.fault = fault;
      this.window = fault.window().openedAt(now);
      this.schedule = fault.schedule();
    }
  }

  private final List<Injected> injected = new ArrayList<>();

  synchronized void add(Fault fault, Instant now) {
    injected.add(new Injected(fault, now));
  }

  synchronized void clear() {
    injected.clear();
  }

  /**
   * What goes wrong with a request: other actors have acted when this returns, and of the other
   * faults that are due the one injected first is left to be done. The rest wait for the next one.
   *
   * @param heard whether anybody is there to answer; if not, only other actors do something
   */
  Optional<Fault> next(
      String service, String operation, @Nullable String instanceId, boolean heard, Instant now) {
    List<Injected> due = due(service, operation, instanceId, heard, now);
    due.stream().filter(Faults::isActor).forEach(this::act);
    return due.stream().filter(each -> !isActor(each)).map(each -> each.fault).findFirst();
  }

  private static boolean isActor(Injected each) {
    return each.fault.kind() == Fault.Kind.ANOTHER_ACTOR;
  }

  private void act(Injected actor) {
    try {
      actor.fault.act();
    } catch (RuntimeException e) {
      // The request must not suffer from what somebody else did wrong.
      LOG.log(System.Logger.Level.WARNING, "the act of another actor failed", e);
    } finally {
      synchronized (this) {
        actor.acting--;
      }
    }
  }

  private synchronized List<Injected> due(
      String service, String operation, @Nullable String instanceId, boolean heard, Instant now) {
    var due = new ArrayList<Injected>();
    boolean taken = false;
    for (var all = injected.iterator(); all.hasNext(); ) {
      Injected each = all.next();
      // What another actor does must not set off itself; its requests arrive on other threads.
      if (each.acting > 0
          || (!heard && !isActor(each))
          || !each.window.holds(now)
          || !each.fault.matches(service, operation, instanceId)) {
        continue;
      }
      each.matched++;
      if (each.schedule.happensAt(each.matched)) {
        if (taken && !isActor(each) && each.schedule.waits()) {
          // It gives way to an earlier one and is not used up by that.
          each.matched--;
          continue;
        }
        taken |= !isActor(each);
        due.add(each);
        each.acting += isActor(each) ? 1 : 0;
      }
      if (each.schedule.isOverAfter(each.matched)) {
        all.remove();
      }
    }
    return due;
  }
}
