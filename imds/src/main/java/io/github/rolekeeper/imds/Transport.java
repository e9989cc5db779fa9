package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** HTTP requests, blocking, each on a connection of its own unless the service keeps one open. */
final class Transport {
  private final Endpoints endpoints;
  private final AddressLookup lookup;
  private final long connectNanos;
  private final long readNanos;
  private final IdleConnection idle;

  Transport(
      Endpoints endpoints,
      AddressLookup lookup,
      Duration connect,
      Duration read,
      LongSupplier nanos) {
    this.endpoints = endpoints;
    this.lookup = lookup;
    this.connectNanos = connect.toNanos();
    this.readNanos = read.toNanos();
    this.idle = new IdleConnection(nanos);
  }

  WireAnswer exchange(WireRequest request, Deadline deadline) {
    return new Exchange(request, deadline).run();
  }

  /** What is under way ends by itself, and leaves no connection behind. */
  void close() {
    idle.close();
    lookup.close();
  }

  /** One request and its answer. */
  private final class Exchange {
    private final WireRequest request;
    private final Deadline deadline;

    /** How long what is waited for now may take. */
    private long grantedNanos;

    Exchange(WireRequest request, Deadline deadline) {
      this.request = request;
      this.deadline = deadline;
    }

    WireAnswer run() {
      // Silence after a token request says something of the hop limit only if the connection is
      // new.
      Optional<Connection> kept = request.forToken() ? Optional.empty() : idle.take();
      if (kept.isPresent()) {
        Optional<WireAnswer> answer = askAgain(kept.get());
        if (answer.isPresent()) {
          return answer.get();
        }
      }
      Connection fresh = connect();
      try {
        return ask(fresh);
      } catch (IOException e) {
        throw told(e, fresh);
      }
    }

    /**
     * Empty if the service had closed the connection, which is no attempt: nothing came back, and a
     * read is safe to repeat.
     */
    private Optional<WireAnswer> askAgain(Connection kept) {
      try {
        return Optional.of(ask(kept));
      } catch (IOException e) {
        if (kept.heard()
            || e instanceof SocketTimeoutException
            || Thread.currentThread().isInterrupted()) {
          throw told(e, kept);
        }
        return Optional.empty();
      }
    }

    private Connection connect() {
      List<Endpoint> inOrder = endpoints.inOrder();
      try {
        return connect(inOrder.get(0));
      } catch (ExchangeFailure first) {
        if (inOrder.size() == 1 || first.kind() != Kind.UNREACHABLE) {
          throw first;
        }
        return connectInstead(first, inOrder.get(0), inOrder.get(1));
      }
    }

    private Connection connectInstead(ExchangeFailure first, Endpoint one, Endpoint other) {
      try {
        return connect(other);
      } catch (ExchangeFailure second) {
        if (second.kind() == Kind.DEADLINE_EXCEEDED) { // of the other one nothing is known
          throw first.adding(
              " to " + one.uri() + "; then " + second.event() + " to " + other.uri());
        }
        throw second.adding(
            " to " + other.uri() + "; before that " + first.event() + " to " + one.uri());
      }
    }

    private Connection connect(Endpoint endpoint) {
      try {
        return open(endpoint);
      } catch (ExchangeFailure failure) {
        throw failure.at(endpoint.uri());
      }
    }

    private Connection open(Endpoint endpoint) {
      try {
        grantedNanos = deadline.remainingNanos();
        InetAddress host = lookup.of(endpoint.host(), grantedNanos);
        Connection connection = Connection.open(endpoint, host, millis(connectNanos));
        endpoints.connected(endpoint);
        return connection;
      } catch (SocketTimeoutException e) {
        throw tooLate(e, Kind.UNREACHABLE, "no connection", enough(connectNanos));
      } catch (IOException | RuntimeException e) {
        throw Thread.currentThread().isInterrupted()
            ? interrupted(e)
            : failure(Kind.UNREACHABLE, "no connection, " + e, e);
      }
    }

    private WireAnswer ask(Connection connection) throws IOException {
      deadline.met(connection.peer());
      boolean goesOn = false;
      try {
        WireAnswer answer = connection.exchange(request, () -> millis(readNanos));
        goesOn = connection.whole();
        return answer;
      } finally {
        if (goesOn) {
          idle.keep(connection);
        } else {
          connection.close();
        }
      }
    }

    private ExchangeFailure told(IOException e, Connection connection) {
      return told(e, connection.heard()).at(connection.peer());
    }

    private ExchangeFailure told(IOException e, boolean heard) {
      if (e instanceof BrokenAnswer) {
        return failure(Kind.MALFORMED_ANSWER, String.valueOf(e.getMessage()), null);
      }
      if (e instanceof SocketTimeoutException) {
        return silent(e, heard);
      }
      return Thread.currentThread().isInterrupted()
          ? interrupted(e)
          : failure(Kind.NO_ANSWER, "connected, but the connection broke, " + e, e);
    }

    private ExchangeFailure silent(IOException e, boolean heard) {
      if (heard) {
        // Something did come, and with more time there might be more.
        return tooLate(e, Kind.NO_ANSWER, "the answer began and did not end", readNanos);
      }
      return tooLate(
          e,
          request.forToken() ? Kind.HOP_LIMIT_SUSPECTED : Kind.NO_ANSWER,
          "connected, but no answer came",
          enough(readNanos));
    }

    private ExchangeFailure interrupted(Exception e) {
      return failure(Kind.INTERRUPTED, "interrupted while it waited", e);
    }

    /**
     * How long to wait for what is limited in time, before it can be said that it does not come:
     * the end of the whole call may cut the wait short. Half of its own time, or of the call's if
     * that is less: who waits for as long again hardly learns anything else.
     */
    private long enough(long limitNanos) {
      return Math.min(limitNanos, deadline.wholeNanos()) / 2;
    }

    private ExchangeFailure tooLate(Exception e, Kind kind, String event, long enoughNanos) {
      return grantedNanos < enoughNanos
          ? failure(Kind.DEADLINE_EXCEEDED, event + " before the time was over", e)
          : failure(kind, event + " within " + grantedNanos / 1_000_000 + " ms", e);
    }

    private ExchangeFailure failure(Kind kind, String event, @Nullable Exception cause) {
      return new ExchangeFailure(kind, 0, request + ": " + event, cause);
    }

    private int millis(long limitNanos) throws SocketTimeoutException {
      grantedNanos = Math.min(limitNanos, deadline.remainingNanos());
      if (grantedNanos <= 0) {
        throw new SocketTimeoutException("no time left");
      }
      return Math.toIntExact(grantedNanos / 1_000_000 + 1); // 0 would mean for ever
    }
  }
}
