package io.github.rolekeeper.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands changes to the log and to the listeners, to each in the order in which they were announced.
 * Each listener has an outbox of its own, so one that blocks keeps nobody waiting.
 */
final class EventDelivery {
  private static final Logger LOG = System.getLogger(CredentialTracker.class.getName());

  private final List<Registration> registrations = new CopyOnWriteArrayList<>();
  private final Outbox log = new Outbox(EventDelivery::logChange);
  private final Executor executor;

  EventDelivery(Executor executor) {
    this.executor = executor;
  }

  /** One listener, once. Not a record: two registrations of one listener must differ. */
  private final class Registration implements ListenerRegistration {
    private final Outbox outbox = new Outbox(this::tell);
    private final CredentialListener listener;
    private final AtomicBoolean refused = new AtomicBoolean();
    private volatile boolean closed;

    Registration(CredentialListener listener) {
      this.listener = listener;
    }

    @Override
    public void close() {
      closed = true;
      registrations.remove(this);
    }

    private void tell(Change change) {
      for (CredentialEvent event : change.events()) {
        if (!closed) {
          tell(event);
        }
      }
    }

    private void tell(CredentialEvent event) {
      try {
        listener.on(event);
      } catch (Throwable thrown) {
        log(Level.ERROR, "a credential listener failed on " + event.type(), thrown);
      }
    }
  }

  ListenerRegistration register(CredentialListener listener) {
    Registration registration = new Registration(listener);
    registrations.add(registration);
    return registration;
  }

  /** Notes a change for all who listen now; calls nobody. */
  void announce(Change change) {
    if (change.isNone()) {
      return;
    }
    log.add(change);
    registrations.forEach(registration -> registration.outbox.add(change));
  }

  /** Has everybody told what was announced. Not to be called under a lock. */
  void deliver() {
    log.flush(Runnable::run);
    for (Registration registration : registrations) {
      if (registration.outbox.overflowed()) {
        log(
            Level.WARNING,
            "a credential listener has left "
                + Outbox.LIMIT
                + " changes waiting; what changes until it takes them it is told as one change."
                + " Let it return sooner, or hand its work to a thread of its own",
            null);
      }
      try {
        registration.outbox.flush(executor);
        registration.refused.set(false);
      } catch (Throwable refused) { // an executor that can make no thread throws an error
        if (!registration.refused.getAndSet(true)) {
          log(
              Level.ERROR,
              "the executor of the credential listeners refused; events wait until it takes them",
              refused);
        }
      }
    }
  }

  private static void logChange(Change change) {
    if (change.remarkable()) {
      log(ChangeLog.level(change), ChangeLog.line(change), null);
    }
  }

  private static void log(Level level, String line, @Nullable Throwable thrown) {
    SafeLog.log(LOG, level, line, thrown);
  }
}
