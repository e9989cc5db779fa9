package io.github.rolekeeper.core;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Watches the credentials that a source serves and says where they stand, when they end, and
 * whether their loss is foretold. It only watches: it refreshes nothing and has no thread of its
 * own, so somebody calls {@link #poll} now and then. Thread-safe.
 */
public final class CredentialTracker {
  private final CredentialSource source;
  private final InstantSource clock;
  private final ExpiryWindows windows;
  private final EventDelivery delivery = new EventDelivery();

  /** The poll under way. Whoever sets it from null leads, and alone writes the two fields below. */
  private final AtomicReference<Flight> flight = new AtomicReference<>();

  private volatile TrackerState known = TrackerState.initial();

  /** What the last poll saw. Only the leader of a flight touches it. */
  private CredentialSnapshot reported;

  private record Flight(Thread leader, CompletableFuture<CredentialSnapshot> landing) {}

  private CredentialTracker(Builder builder) {
    source = builder.source;
    clock = builder.clock;
    windows = builder.windows;
    builder.listeners.forEach(delivery::register);
    reported = snapshot();
  }

  /**
   * A tracker with the default windows on the clock of the machine.
   *
   * @param source what to watch
   * @return the tracker; nothing is observed before the first {@link #poll}
   */
  public static CredentialTracker create(CredentialSource source) {
    return builder(source).build();
  }

  /**
   * Starts a tracker that differs from the default.
   *
   * @param source what to watch
   * @return a builder
   */
  public static Builder builder(CredentialSource source) {
    return new Builder(source);
  }

  /**
   * Asks the source once and judges its answer. What changed since the last poll is logged and told
   * to the listeners, normally before this returns and on this thread. A call during a poll of
   * another thread waits for that poll instead of asking again, so a source is never asked twice at
   * once and no older answer displaces a newer one. A source that throws makes no exception here:
   * the state then rests on what was seen before, flagged {@link CredentialFlag#SOURCE_FAILING}.
   *
   * @return what is known after the answer. A thread interrupted while it waits for another one's
   *     poll gets {@link #snapshot} and stays interrupted
   * @throws IllegalStateException if the source itself calls this
   */
  public CredentialSnapshot poll() {
    Flight mine = new Flight(Thread.currentThread(), new CompletableFuture<>());
    Flight running = flight.compareAndExchange(null, mine);
    if (running != null) {
      return join(running);
    }
    CredentialSnapshot seen;
    try {
      seen = look();
      mine.landing().complete(seen);
    } catch (Throwable thrown) {
      mine.landing().completeExceptionally(thrown);
      throw thrown;
    } finally {
      flight.set(null);
    }
    delivery.deliver();
    return seen;
  }

  /**
   * Judges what the last poll saw by the clock of this moment. Reads memory only: no lock, no I/O,
   * no event.
   *
   * @return what is known now; state UNKNOWN before the first poll
   */
  public CredentialSnapshot snapshot() {
    return judge(clock.instant());
  }

  /**
   * Adds a listener. It is told of changes that later polls notice.
   *
   * @param listener whom to tell
   * @return its place; close it to leave
   */
  public ListenerRegistration addListener(CredentialListener listener) {
    return delivery.register(Objects.requireNonNull(listener, "listener"));
  }

  private CredentialSnapshot look() {
    TrackerState next;
    Instant now;
    try {
      CredentialObservation observation = source.observe();
      now = clock.instant();
      next = known.observed(Objects.requireNonNull(observation, "the source returned null"), now);
    } catch (RuntimeException failure) {
      now = clock.instant();
      next = known.failed(message(failure), now);
    }
    known = next;
    CredentialSnapshot seen = judge(now);
    // Announced before the flight ends, so that changes stand in the order of the polls.
    delivery.announce(new Change(reported, seen));
    reported = seen;
    return seen;
  }

  private CredentialSnapshot join(Flight running) {
    if (running.leader() == Thread.currentThread()) {
      throw new IllegalStateException(
          "the source of this tracker called poll(), which waits for the source; call snapshot()");
    }
    try {
      return running.landing().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return snapshot();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the poll that this one waited for broke off", e.getCause());
    }
  }

  private CredentialSnapshot judge(Instant now) {
    return SnapshotRules.judge(known, windows, now);
  }

  private static String message(RuntimeException failure) {
    return Optional.ofNullable(failure.getMessage())
        .filter(text -> !text.isBlank())
        .orElse(failure.getClass().getName());
  }

  /** Settings of a tracker. Not thread-safe. */
  public static final class Builder {
    private final CredentialSource source;
    private final List<CredentialListener> listeners = new ArrayList<>();
    private InstantSource clock = SystemTime.wallClock();
    private ExpiryWindows windows = ExpiryWindows.scaledToLifetime();

    private Builder(CredentialSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * The wall clock to compare expirations with; by default that of the machine.
     *
     * @param clock any {@link java.time.Clock} will do
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * When credentials count as expiring and as overdue; by default {@link
     * ExpiryWindows#scaledToLifetime}.
     *
     * @param windows the windows
     * @return this
     */
    public Builder windows(ExpiryWindows windows) {
      this.windows = Objects.requireNonNull(windows, "windows");
      return this;
    }

    /**
     * Adds a listener that is there from the first poll on and never leaves.
     *
     * @param listener whom to tell
     * @return this
     */
    public Builder listener(CredentialListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Makes the tracker.
     *
     * @return a tracker that has not looked yet
     */
    public CredentialTracker build() {
      return new CredentialTracker(this);
    }
  }
}
