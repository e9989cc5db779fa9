package io.github.rolekeeper.imds;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * At most one connection that waits for the next request. EC2's service closes its connections, so
 * that none waits there; look-alikes and proxies for containers keep theirs.
 */
final class IdleConnection {
  // Servers commonly close an idle connection after 5 s (Apache httpd, Node.js) or later; before
  // that,
  // the risk to meet one that is just being closed is small.
  private static final long LONGEST_IDLE_NANOS = Duration.ofSeconds(4).toNanos();

  private record Kept(Connection connection, long since) {}

  private final LongSupplier nanos;
  private final AtomicReference<@Nullable Kept> waiting = new AtomicReference<>();
  private volatile boolean closed;

  IdleConnection(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** The connection, for the caller alone; empty if there is none that can still be used. */
  Optional<Connection> take() {
    Kept kept = waiting.getAndSet(null);
    if (kept == null) {
      return Optional.empty();
    }
    Connection connection = kept.connection();
    if (nanos.getAsLong() - kept.since() <= LONGEST_IDLE_NANOS && connection.quiet()) {
      return Optional.of(connection);
    }
    connection.close();
    return Optional.empty();
  }

  /** Takes a connection over, and closes the one that it has. */
  void keep(Connection connection) {
    replace(new Kept(connection, nanos.getAsLong()));
    if (closed) { // perhaps since before it was put there
      replace(null);
    }
  }

  void close() {
    closed = true;
    replace(null);
  }

  private void replace(@Nullable Kept next) {
    Kept before = waiting.getAndSet(next);
    if (before != null) {
      before.connection().close();
    }
  }
}
