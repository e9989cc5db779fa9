package io.github.rolekeeper.imds.watch;

import io.github.rolekeeper.imds.AutoScalingState;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.MaintenanceEvent;
import io.github.rolekeeper.imds.RebalanceRecommendation;
import io.github.rolekeeper.imds.Reported;
import io.github.rolekeeper.imds.RoleCredentials;
import io.github.rolekeeper.imds.SpotNotice;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one perishable item of the metadata again and again, and tells a {@link WatchListener}
 * when it is not what it was. {@link #close} ends it. Thread-safe.
 *
 * <p>A watcher has one daemon thread of its own, so that a look which the service keeps waiting
 * holds up no other watcher; several that are given one scheduler share its threads. The next look
 * is planned when the one before has ended, so that looks of one watcher never overlap. A failure
 * is told, and no reason to stop.
 *
 * @param <T> what is watched
 */
public final class MetadataWatcher<T> implements AutoCloseable {
  private static final Logger LOG = System.getLogger(MetadataWatcher.class.getName());

  private final String name;
  private final Supplier<T> source;
  private final WatchListener<T> listener;
  private final Pace pace;
  private final ScheduledExecutorService scheduler;
  private final boolean ownScheduler;
  private final Object lock = new Object();

  // Both are touched by one look at a time, and looks follow one another through the scheduler.
  private T last;
  private int failures;

  // Guarded by lock.
  private boolean closed;
  private @Nullable Future<?> next;

  private MetadataWatcher(Builder<T> builder, WatchListener<T> listener) {
    this.name = builder.name;
    this.source = builder.source;
    this.listener = Objects.requireNonNull(listener, "listener");
    this.pace = new Pace(builder.interval);
    this.last = builder.nothing;
    ScheduledExecutorService given = builder.scheduler;
    this.ownScheduler = given == null;
    this.scheduler = given == null ? ownThread(name) : given;
  }

  private static ScheduledExecutorService ownThread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        work -> {
          Thread thread = new Thread(work, "rolekeeper-watch-" + name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Watches for the interruption of a Spot instance; every 5 s, as AWS advises (EC2 user guide,
   * "Spot Instance interruption notices").
   *
   * @param client what reads; it stays the caller's
   * @return settings, to be changed or started
   */
  public static Builder<Optional<SpotNotice>> spotInterruption(InstanceMetadataClient client) {
    return new Builder<>("spot", client::spot, Optional.empty(), Duration.ofSeconds(5));
  }

  /**
   * Watches for the recommendation to replace a Spot instance; every 5 s, as AWS advises (EC2 user
   * guide, "EC2 instance rebalance recommendations").
   *
   * @param client what reads; it stays the caller's
   * @return settings, to be changed or started
   */
  public static Builder<Optional<RebalanceRecommendation>> rebalance(
      InstanceMetadataClient client) {
    return new Builder<>(
        "rebalance", client::rebalanceRecommendation, Optional.empty(), Duration.ofSeconds(5));
  }

  /**
   * Watches the scheduled maintenance; every minute. AWS advises nothing: events are announced days
   * ahead as a rule, and their times are whole minutes.
   *
   * @param client what reads; it stays the caller's
   * @return settings, to be changed or started
   */
  public static Builder<List<MaintenanceEvent>> maintenance(InstanceMetadataClient client) {
    return new Builder<>(
        "maintenance", client::scheduledMaintenance, List.of(), Duration.ofMinutes(1));
  }

  /**
   * Watches the state that Auto Scaling is bringing the instance to; every 10 s, three looks within
   * the shortest time that a lifecycle hook can wait (30 s, {@code HeartbeatTimeout} of Auto
   * Scaling PutLifecycleHook).
   *
   * @param client what reads; it stays the caller's
   * @return settings, to be changed or started
   */
  public static Builder<Optional<Reported<AutoScalingState>>> autoScaling(
      InstanceMetadataClient client) {
    return new Builder<>(
        "auto-scaling", client::autoScalingState, Optional.empty(), Duration.ofSeconds(10));
  }

  /**
   * Watches what can be known of the role's credentials; every minute. New ones are served at least
   * five minutes before the old ones end, so that five looks fall between (EC2 user guide,
   * "Retrieve security credentials from instance metadata"). For states, windows and forecasts use
   * a {@code CredentialTracker} of the module {@code core} instead.
   *
   * @param client what reads; it stays the caller's
   * @return settings, to be changed or started
   */
  public static Builder<RoleCredentials> credentials(InstanceMetadataClient client) {
    return new Builder<>(
        "credentials",
        client::credentialsMetadata,
        new RoleCredentials.None(client.configuration().roleName().value()),
        Duration.ofMinutes(1));
  }

  private void start() {
    plan(Duration.ZERO);
  }

  private void plan(Duration wait) {
    synchronized (lock) {
      if (closed) {
        return;
      }
      try {
        next = scheduler.schedule(this::look, wait.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.WARNING, "the scheduler was shut down: " + this + " ends");
      }
    }
  }

  private void look() {
    try {
      T before = last;
      T now = source.get();
      failures = 0;
      last = now;
      if (!now.equals(before)) {
        tell(() -> listener.changed(before, now));
      }
    } catch (RuntimeException e) {
      failures++;
      tell(() -> listener.failed(e, failures));
    } catch (Error e) { // which a scheduler would keep to itself
      failures++;
      LOG.log(Level.ERROR, "a look of " + this + " threw " + e.getClass().getName(), e);
    } finally {
      plan(pace.after(failures));
    }
  }

  private void tell(Runnable call) {
    synchronized (lock) {
      if (closed) {
        return;
      }
    }
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "the listener of " + this + " threw " + e.getClass().getName(), e);
    }
  }

  /**
   * Ends the watching: no look begins after it. A call of the listener that is under way may still
   * end, and one that is due just now may still begin, on the thread that looked: one at most.
   * Interrupts the watcher's own thread, never one of a given scheduler. Again is no error.
   */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (next != null) {
        next.cancel(false);
      }
    }
    if (ownScheduler) {
      scheduler.shutdownNow();
    }
  }

  /** Names what is watched. */
  @Override
  public String toString() {
    return "MetadataWatcher[" + name + ", every " + pace.interval() + "]";
  }

  /**
   * Settings of a watcher. Not thread-safe.
   *
   * @param <T> what is watched
   */
  public static final class Builder<T> {
    // More often would take its share of the packets that the service and DNS have in common.
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final String name;
    private final Supplier<T> source;
    private final T nothing;
    private Duration interval;
    private @Nullable ScheduledExecutorService scheduler;

    Builder(String name, Supplier<T> source, T nothing, Duration interval) {
      this.name = name;
      this.source = source;
      this.nothing = nothing;
      this.interval = interval;
    }

    /**
     * How long to wait after a look before the next one.
     *
     * @param interval 1 s to 1 h
     * @return this
     * @throws IllegalArgumentException if it is outside these limits
     */
    public Builder<T> interval(Duration interval) {
      if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "the interval is " + interval + "; 1 s to 1 h is expected, such as 5 s");
      }
      this.interval = interval;
      return this;
    }

    /**
     * Where to look and call the listener, instead of a thread of the watcher's own. A look may
     * block for as long as the client's time-out.
     *
     * @param scheduler stays the caller's and is not shut down
     * @return this
     */
    public Builder<T> scheduler(ScheduledExecutorService scheduler) {
      this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
      return this;
    }

    /**
     * Begins to watch; the first look comes at once.
     *
     * @param listener is told
     * @return the watcher, to be closed
     */
    public MetadataWatcher<T> start(WatchListener<T> listener) {
      MetadataWatcher<T> watcher = new MetadataWatcher<>(this, listener);
      watcher.start();
      return watcher;
    }
  }
}
