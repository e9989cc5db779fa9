package io.github.rolekeeper.imds;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of hosts. An address needs no lookup. A name does, and the JDK gives it no limit of
 * time and no way to end it: {@code getaddrinfo} of the operating system heeds no interrupt. So a
 * daemon thread looks it up, one at a time for all callers, and is left to itself when the time is
 * over: however often a resolver is asked that hangs, a single thread waits for it. Thread-safe.
 */
final class AddressLookup {
  private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

  /** The system's resolver; another one stands in for it in tests. */
  interface Resolver {
    InetAddress resolve(String host) throws UnknownHostException;
  }

  private record Lookup(FutureTask<InetAddress> task, Thread thread) {
    static Lookup of(Callable<InetAddress> work) {
      FutureTask<InetAddress> task = new FutureTask<>(work);
      Thread thread = new Thread(task, "rolekeeper-imds-lookup");
      thread.setDaemon(true);
      return new Lookup(task, thread);
    }
  }

  private final Resolver resolver;
  private final AtomicReference<@Nullable Lookup> running = new AtomicReference<>();
  private volatile boolean closed;

  AddressLookup(Resolver resolver) {
    this.resolver = resolver;
  }

  InetAddress of(String host, long nanos) throws IOException {
    if (host.indexOf(':') >= 0 || NUMBERS.matcher(host).matches()) {
      return InetAddress.getByName(host);
    }
    try {
      return shared(host).get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("the name was not resolved in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the name was resolved");
    } catch (ExecutionException e) {
      throw new UnknownHostException(host + " has no address");
    }
  }

  /** The lookup under way, or a new one. A client has at most one host that is a name. */
  private FutureTask<InetAddress> shared(String host) throws UnknownHostException {
    while (true) {
      Lookup now = running.get();
      if (now != null && !now.task().isDone()) {
        return now.task();
      }
      if (closed) {
        throw new UnknownHostException(host + " is not looked up, the client was closed");
      }
      Lookup next = Lookup.of(() -> resolver.resolve(host));
      if (running.compareAndSet(now, next)) {
        next.thread().start();
        if (closed) { // perhaps since before it was there to be interrupted
          next.thread().interrupt();
        }
        return next.task();
      }
    }
  }

  /** Starts no other thread, and interrupts the one that there may be: a resolver may heed it. */
  void close() {
    closed = true;
    Lookup last = running.get();
    if (last != null) {
      last.thread().interrupt();
    }
  }
}
