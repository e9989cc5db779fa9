package io.github.rolekeeper.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Hands changes to the log and to the listeners, in the order in which they were announced. One
 * thread at a time delivers, without a lock: a thread that finds another one at it leaves its
 * changes there.
 */
final class EventDelivery {
  private static final Logger LOG = System.getLogger(CredentialTracker.class.getName());

  private final List<Registration> registrations = new CopyOnWriteArrayList<>();
  private final Queue<Change> announced = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  /** One listener, once. Not a record: two registrations of one listener must differ. */
  private final class Registration implements ListenerRegistration {
    private final CredentialListener listener;

    Registration(CredentialListener listener) {
      this.listener = listener;
    }

    @Override
    public void close() {
      registrations.remove(this);
    }
  }

  ListenerRegistration register(CredentialListener listener) {
    Registration registration = new Registration(listener);
    registrations.add(registration);
    return registration;
  }

  void announce(Change change) {
    announced.add(change);
  }

  void deliver() {
    if (calls.getAndIncrement() > 0) {
      return; // the delivering thread, or this one further up its stack, sees the count and goes on
    }
    int answered = 1;
    do {
      for (Change change = announced.poll(); change != null; change = announced.poll()) {
        deliver(change);
      }
      answered = calls.addAndGet(-answered);
    } while (answered > 0);
  }

  private void deliver(Change change) {
    if (change.remarkable()) {
      log(ChangeLog.level(change), ChangeLog.line(change), null);
    }
    for (CredentialEvent event : change.events()) {
      for (Registration registration : registrations) {
        tell(registration.listener, event);
      }
    }
  }

  // Whatever escaped from here or from the log would leave the count above zero, and so end all
  // delivery.
  private static void tell(CredentialListener listener, CredentialEvent event) {
    try {
      listener.on(event);
    } catch (Throwable thrown) {
      log(Level.ERROR, "a credential listener failed on " + event.type(), thrown);
    }
  }

  private static void log(Level level, String line, @Nullable Throwable thrown) {
    try {
      LOG.log(level, line, thrown);
    } catch (RuntimeException ignored) {
      // There is no place left to say so.
    }
  }
}
