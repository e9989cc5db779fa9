package io.github.rolekeeper.testkit;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Ports at whose root the metadata of one instance is served, for clients that know no path: the
 * AWS SDK for JavaScript v3 takes host and port alone from {@code
 * AWS_EC2_METADATA_SERVICE_ENDPOINT}. Each is opened on demand. Thread-safe.
 */
final class MetadataPorts implements AutoCloseable {
  private final WireHandler accounts;
  private final String address;
  private final Map<String, WireServer> open = new TreeMap<>();
  private boolean closed;

  /**
   * None is open at first.
   *
   * @param accounts answers what is asked for below {@link MetadataService#PREFIX}
   * @param address of the network interface to listen on
   */
  MetadataPorts(WireHandler accounts, String address) {
    this.accounts = accounts;
    this.address = address;
  }

  /**
   * Opens the port of an instance, unless it is open.
   *
   * @param port zero for any: the open one, or one of the system's choice
   * @throws IllegalStateException if it is open at another port, or the account is closed
   * @throws java.io.UncheckedIOException if it cannot have the port
   */
  synchronized URI open(String id, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          port + " is no port: use one of 1 to 65535, or 0 for any free one");
    }
    if (closed) {
      throw new IllegalStateException("the account was closed; metadata is not served any more");
    }
    URI at = open.computeIfAbsent(id, any -> listening(id, port)).endpoint();
    if (port != 0 && at.getPort() != port) {
      throw new IllegalStateException(
          "the metadata of " + id + " is served at " + at + " already, and not at port " + port);
    }
    return at;
  }

  /** The instances that have a port. */
  synchronized Set<String> ids() {
    return Set.copyOf(open.keySet());
  }

  /** Frees the port of an instance; false if it has none. */
  boolean close(String id) {
    WireServer ending;
    synchronized (this) {
      ending = open.remove(id);
    }
    if (ending == null) {
      return false;
    }
    ending.close();
    return true;
  }

  private WireServer listening(String id, int port) {
    return new WireServer(new AtRoot(accounts, MetadataService.PREFIX + id), address, port);
  }

  /** Where the metadata of an instance is served; empty if it has no port of its own. */
  synchronized Optional<URI> opened(String id) {
    return Optional.ofNullable(open.get(id)).map(WireServer::endpoint);
  }

  @Override
  public void close() {
    List<WireServer> ending;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(open.values());
      open.clear();
    }
    ending.forEach(WireServer::close);
  }

  private record AtRoot(WireHandler accounts, String prefix) implements WireHandler {
    private String below(String target) {
      return prefix + (target.startsWith("/") ? target : "/" + target);
    }

    @Override
    public WireResponse answer(
        String method, String target, Function<String, @Nullable String> headers, byte[] body) {
      WireResponse response = accounts.answer(method, below(target), headers, body);
      String location = response.headers().get("Location");
      // Where a client is sent that knows no path.
      return location == null || !location.contains(prefix)
          ? response
          : response.with("Location", location.replace(prefix, ""));
    }

    @Override
    public int largestBody(String target) {
      return accounts.largestBody(below(target));
    }

    @Override
    public WireResponse tooLarge(
        String target, Function<String, @Nullable String> headers, long bytes) {
      return accounts.tooLarge(below(target), headers, bytes);
    }

    @Override
    public WireResponse malformed(
        String target, Function<String, @Nullable String> headers, String problem) {
      return accounts.malformed(below(target), headers, problem);
    }
  }
}
