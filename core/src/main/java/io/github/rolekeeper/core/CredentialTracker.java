package io.github.rolekeeper.core;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches the credentials that a source serves and says where they stand, when they end, and
 * whether their loss is foretold. It only watches: it looks at its source, and neither refreshes
 * nor replaces what the application uses.
 *
 * <p>What to watch on EC2: {@link CompletedSource} where the application's provider can be wrapped,
 * which sees what it really uses; {@link InstanceProfileSource} where it cannot, or the metadata
 * client alone. Then {@link #start} it, or call {@link #poll} about once a minute; ask {@link
 * #snapshot} as often as you like, and {@link #close} it in the end. Thread-safe.
 */
public final class CredentialTracker implements AutoCloseable {
  private final CredentialSource source;
  private final String name;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final ExpiryWindows windows;
  private final EventDelivery delivery;

  /** The poll under way. Whoever sets it from null leads. */
  private final AtomicReference<@Nullable Flight> flight = new AtomicReference<>();

  /** Guards the fields below, so that changes stand in one order; no call goes out under it. */
  private final Object news = new Object();

  private final @Nullable ClockWatch watch;
  private CredentialSnapshot reported;
  private @Nullable PollSchedule schedule;
  private boolean closed;

  /** Whether the clock jumped and nobody began to look since. */
  private boolean lookDue;

  /**
   * What is known, with its last judgement. News are set under the lock; whoever judges the same
   * anew swaps it in unless there are news.
   */
  private final AtomicReference<Judged> judged;

  private record Flight(Thread leader, CompletableFuture<CredentialSnapshot> landing) {}

  private CredentialTracker(Builder builder) {
    source = builder.source;
    name = builder.sourceName;
    clock = builder.clock;
    nanoTime = builder.nanoTime;
    windows = builder.windows;
    delivery =
        new EventDelivery(
            builder.listenerExecutor == null
                ? TrackerThreads.listening(name)
                : builder.listenerExecutor);
    builder.listeners.forEach(delivery::register);
    Instant now = clock.instant();
    watch = builder.clocksCompare ? new ClockWatch(nanoTime, now) : null;
    Judged nothing = Judged.of(TrackerState.initial(now), windows, name, now);
    judged = new AtomicReference<>(nothing);
    reported = nothing.view();
  }

  /**
   * A tracker with the default windows on the clock of the machine.
   *
   * @param source what to watch
   * @return the tracker; nothing is observed before {@link #start} or the first {@link #poll}
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
   * Looks by itself from now on, at once and then at a pace that follows the remaining time, on a
   * daemon thread of its own that {@link #close} ends. Again is no error.
   *
   * @throws IllegalStateException if the tracker is closed
   */
  public void start() {
    start(() -> TrackerThreads.polling(name), true);
  }

  /**
   * Looks by itself from now on, as {@link #start()} does, on the caller's scheduler. A look takes
   * as long as the source takes to answer. Again is no error, and changes nothing unless the
   * scheduler before was shut down.
   *
   * @param scheduler never shut down by this tracker
   * @throws IllegalStateException if the tracker is closed
   * @throws java.util.concurrent.RejectedExecutionException if the scheduler is shut down
   */
  public void start(ScheduledExecutorService scheduler) {
    Objects.requireNonNull(scheduler, "scheduler");
    start(() -> scheduler, false);
  }

  /**
   * Asks the source once and judges its answer. What changed since the last look is logged, and
   * told to the listeners by their executor. A call during a poll of another thread waits for that
   * poll instead of asking again, so a source is never asked twice at once and no older answer
   * displaces a newer one. A source that throws makes no exception here, be it an {@code Error}
   * such as a class that is missing: the state then rests on what was seen before, flagged {@link
   * CredentialFlag#SOURCE_FAILING}. A closed tracker asks nothing.
   *
   * @return what is known after the answer. A thread interrupted while it waits for another one's
   *     poll gets {@link #snapshot} and stays interrupted
   * @throws IllegalStateException if the source itself calls this
   * @throws VirtualMachineError if the source throws one, such as {@code OutOfMemoryError}, which
   *     is not this tracker's to hide; it counts as a failure of the source all the same, and later
   *     polls and events still happen. A {@code StackOverflowError} is only such a failure: what
   *     overflowed has unwound
   */
  public CredentialSnapshot poll() {
    Flight mine = new Flight(Thread.currentThread(), new CompletableFuture<>());
    Flight running = flight.compareAndExchange(null, mine);
    if (running != null) {
      return join(running);
    }
    CredentialSnapshot seen;
    try {
      seen = isClosed() ? snapshot() : look();
      mine.landing().complete(seen);
    } catch (Throwable thrown) {
      mine.landing().completeExceptionally(thrown);
      throw thrown;
    } finally {
      flight.set(null);
      delivery.deliver();
    }
    return seen;
  }

  /**
   * Judges what the last look saw by the clock of this moment. Reads memory only: no lock, no I/O,
   * no event.
   *
   * @return what is known now; state UNKNOWN before the first look
   */
  public CredentialSnapshot snapshot() {
    Instant now = clock.instant();
    Judged last = latest();
    if (last.holds(now)) {
      return last.view().judgedAt(now);
    }
    Judged next = Judged.of(last.known(), windows, name, now);
    judged.compareAndSet(last, next);
    return next.view();
  }

  /**
   * Adds a listener. It is told of changes that are noticed from now on.
   *
   * @param listener whom to tell
   * @return its place; close it to leave
   */
  public ListenerRegistration addListener(CredentialListener listener) {
    return delivery.register(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Takes the {@code Date} header of an answer of AWS that has just come, to measure the clock of
   * this machine by it. Four minutes of difference raise {@link CredentialFlag#CLOCK_SUSPECT}.
   *
   * @param date the time of AWS
   */
  public void reportAnswerDate(Instant date) {
    Objects.requireNonNull(date, "date");
    told((state, now) -> state.withClock(state.clock().measured(Duration.between(now, date))));
  }

  /**
   * Takes what a call of the application tells, from {@code TrafficInterceptor} of the package
   * {@code awssdk} or from elsewhere. Two actions that are denied to the very session that
   * performed them before raise {@link CredentialFlag#SUSPECTED_REVOKED}, until any action but
   * {@code GetCallerIdentity}, which needs no permission, succeeds or another session comes. Only
   * what is classified as a denial with confidence HIGH counts, or as {@link
   * ErrorClass#REVOCATION_SUSPECTED}, whose confidence is that of the suspicion: no HEAD without a
   * code, no {@code AuthFailure} for a resource, no KMS key.
   *
   * <p>It is a suspicion and no proof. It is a false alarm where two actions lose their permission
   * without a revocation, by a policy made stricter, or are refused for one resource, such as two
   * reads of an S3 object that is not there without {@code s3:ListBucket}, and nothing else
   * succeeds between or after them. The time between the two does not matter. An application that
   * calls seldom keeps a false one until its next success.
   *
   * <p>Where the source gives no expiration, a service's word that the session has expired stands
   * in for it. The answer's date is taken as by {@link #reportAnswerDate}. A call that tells
   * nothing new costs no lock.
   *
   * @param call what was called, and how it ended
   */
  public void report(CallReport call) {
    if (latest().known().unmovedBy(call, clock.instant())) {
      return;
    }
    told((state, now) -> state.called(call, now));
  }

  /**
   * Ends the looking. What was noticed before is still told; nothing is noticed after. A look under
   * way is not waited for, and its answer is dropped. Again is no error.
   */
  @Override
  public void close() {
    PollSchedule running;
    synchronized (news) {
      closed = true;
      running = schedule;
      schedule = null;
    }
    if (running != null) {
      running.close();
    }
  }

  private void start(Supplier<ScheduledExecutorService> executor, boolean owned) {
    PollSchedule before;
    PollSchedule next;
    synchronized (news) {
      if (closed) {
        throw new IllegalStateException(
            "this tracker of " + name + " is closed and looks no more; build another one");
      }
      before = schedule;
      if (before != null && !before.abandoned()) {
        return;
      }
      next = new PollSchedule(new OwnLooks(), executor.get(), owned, nanoTime);
      schedule = next;
    }
    if (before != null) {
      before.close(); // a scheduler that was shut down may still have its last tick to run
    }
    try {
      next.start(); // outside the lock: a scheduler may look on this very thread
    } catch (RuntimeException refused) {
      synchronized (news) {
        schedule = null;
        if (closed) {
          return; // closed while it started: that is why
        }
      }
      throw refused;
    }
  }

  private final class OwnLooks implements PollSchedule.Looks {
    @Override
    public boolean clockJumped() {
      synchronized (news) {
        return lookDue || (watch != null && watch.jumped(clock.instant()));
      }
    }

    @Override
    public Duration look() {
      CredentialSnapshot seen = poll();
      Optional<Instant> edge = Judged.of(latest().known(), windows, name, seen.at()).nextEdge();
      return PollPace.after(seen, edge, ThreadLocalRandom.current().nextDouble());
    }
  }

  private Judged latest() {
    return Objects.requireNonNull(judged.get());
  }

  private boolean isClosed() {
    synchronized (news) {
      return closed;
    }
  }

  private CredentialSnapshot look() {
    CredentialObservation observation;
    synchronized (news) {
      lookDue = false;
    }
    try {
      observation =
          Objects.requireNonNull(
              source.observe(),
              "the source returned null; let it return CredentialObservation.none() if it has no"
                  + " credentials");
    } catch (Throwable failure) { // a source in another language throws checked exceptions too
      CredentialSnapshot seen = advance((state, now) -> state.failed(failure, now));
      if (failure instanceof VirtualMachineError broken
          && !(failure instanceof StackOverflowError)) {
        throw broken;
      }
      return seen;
    }
    return advance((state, now) -> state.observed(observation, now));
  }

  /** Takes news that no look brought, so that one is due where a jump of the clock came up. */
  private void told(BiFunction<TrackerState, Instant, TrackerState> step) {
    synchronized (news) {
      int jumps = latest().known().clock().jumps();
      advance(step);
      lookDue |= latest().known().clock().jumps() != jumps;
    }
    delivery.deliver();
  }

  /** Takes news in and announces what they change; they are delivered by the caller, later. */
  private CredentialSnapshot advance(BiFunction<TrackerState, Instant, TrackerState> step) {
    synchronized (news) {
      Instant now = clock.instant();
      if (closed) {
        return Judged.of(latest().known(), windows, name, now).view();
      }
      Optional<ClockJump> jump = watch == null ? Optional.empty() : watch.check(now);
      TrackerState before = latest().known();
      TrackerState checked =
          jump.map(found -> before.withClock(before.clock().jumped(found))).orElse(before);
      TrackerState next = step.apply(checked, now);
      Judged result = Judged.of(next, windows, name, now);
      judged.set(result);
      delivery.announce(new Change(reported, result.view()));
      reported = result.view();
      return reported;
    }
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

  /** Settings of a tracker. Not thread-safe. */
  public static final class Builder {
    private final CredentialSource source;
    private final List<CredentialListener> listeners = new ArrayList<>();
    private String sourceName = "credentials";
    private InstantSource clock = SystemTime.wallClock();
    private LongSupplier nanoTime = SystemTime.nanoTime();
    private boolean clocksCompare = true;
    private ExpiryWindows windows = ExpiryWindows.scaledToLifetime();
    private @Nullable Executor listenerExecutor;

    private Builder(CredentialSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * What the source is called in snapshots, thread names and messages; by default {@code
     * credentials}.
     *
     * @param name such as {@code imds}; not blank
     * @return this
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder sourceName(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            "the name of a source must not be blank; it tells trackers apart for people");
      }
      sourceName = name;
      return this;
    }

    /**
     * The wall clock to compare expirations with; by default that of the machine. Jumps of a clock
     * given like this are not looked for, since nothing is known to compare it with.
     *
     * @param clock any {@link java.time.Clock} will do
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      nanoTime = SystemTime.nanoTime();
      clocksCompare = false;
      return this;
    }

    /**
     * The wall clock, and a count of nanoseconds that passes evenly and that nobody sets, to notice
     * by their difference that the clock was set or the machine suspended.
     *
     * @param clock compared with expirations
     * @param nanoTime such as {@link System#nanoTime}
     * @return this
     */
    public Builder clock(InstantSource clock, LongSupplier nanoTime) {
      this.clock = Objects.requireNonNull(clock, "clock");
      this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
      clocksCompare = true;
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
     * Adds a listener that is there from the first look on and never leaves.
     *
     * @param listener whom to tell
     * @return this
     */
    public Builder listener(CredentialListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Who calls the listeners; by default daemon threads, at most one for each listener and none
     * while there is nothing to tell. {@code Runnable::run} calls them on the thread that noticed
     * the change, before {@link #poll} returns; then one that blocks holds up the looking. One that
     * blocks holds a thread of the executor, so on fewer threads than listeners it holds up others.
     *
     * @param executor given one task at a time for each listener, and never shut down by the
     *     tracker. It must run what it takes, however late, or refuse it by an exception: that is
     *     logged once, and the events wait for the next poll or report. A listener whose task is
     *     dropped without a word is never told again
     * @return this
     */
    public Builder listenerExecutor(Executor executor) {
      listenerExecutor = Objects.requireNonNull(executor, "executor");
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
