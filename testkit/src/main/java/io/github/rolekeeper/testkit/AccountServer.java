package io.github.rolekeeper.testkit;

import java.net.URI;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SimulatedAccount} for programs in other processes: on a port that stays the same while
 * the account behind it can be replaced by a fresh one, with a JSON API under {@code /_rolekeeper/}
 * that does what tests in the same process do by method. Thread-safe. Close it to free the port.
 */
public final class AccountServer implements AutoCloseable {
  private final Supplier<SimulatedAccount.Builder> fresh;
  private final WireServer server;
  private final MetadataPorts ports;
  private volatile @Nullable SimulatedAccount current;
  private final Set<String> lasting = ConcurrentHashMap.newKeySet();

  private AccountServer(Supplier<SimulatedAccount.Builder> fresh, String address, int port) {
    this.fresh = fresh;
    var door = new Door();
    this.server = new WireServer(door, address, port);
    this.ports = new MetadataPorts(door, address);
  }

  /**
   * Starts a server with a first account.
   *
   * @param fresh how each account begins; called for the first and for each reset
   * @param address of the network interface to listen on, such as {@code 127.0.0.1}. Whoever
   *     reaches it controls the account
   * @param port zero for one of the system's choice
   * @return the server, listening
   * @throws java.io.UncheckedIOException if it cannot have the port; the message says why
   * @throws IllegalArgumentException if an account cannot begin like that
   */
  public static AccountServer start(
      Supplier<SimulatedAccount.Builder> fresh, String address, int port) {
    var server = new AccountServer(Objects.requireNonNull(fresh, "fresh"), address, port);
    try {
      server.reset();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Where the server answers.
   *
   * @return an address that can be connected to from this machine
   */
  public URI endpoint() {
    return server.endpoint();
  }

  /**
   * The account of now; another one after each reset.
   *
   * @return the account
   */
  public SimulatedAccount account() {
    return Objects.requireNonNull(current, "the server has not started");
  }

  /**
   * Serves the metadata of an instance at the root of a port of its own, too, which is freed
   * neither by {@link #reset()} nor by another state in which the instance is not.
   *
   * @param instanceId of an instance of the account of now
   * @param port zero for one of the system's choice
   * @return the address of that root
   * @throws IllegalStateException if there is no such instance, or it is served at another port
   * @throws java.io.UncheckedIOException if it cannot have the port
   */
  public URI metadataRoot(String instanceId, int port) {
    URI root = account().instance(instanceId).metadataRoot(port);
    lasting.add(instanceId);
    return root;
  }

  /**
   * Replaces the account by a fresh one, with the settings and the seed of the start. Ports of
   * instances that are not in it are freed.
   */
  public void reset() {
    replace(fresh.get());
  }

  /** Replaces the account by one that begins with another state. */
  void restore(String snapshot) {
    replace(fresh.get().seed(snapshot));
  }

  private void replace(SimulatedAccount.Builder other) {
    SimulatedAccount account = other.behind(endpoint(), ports);
    current = account;
    for (String id : ports.ids()) {
      if (!lasting.contains(id) && !account.has(id)) {
        ports.close(id);
      }
    }
  }

  /** The instances' own ports, which stay the same while the account is replaced. */
  MetadataPorts ports() {
    return ports;
  }

  @Override
  public void close() {
    ports.close();
    server.close();
  }

  /** Sends each request to the control API or to the account of now. */
  private final class Door implements WireHandler {
    private final ControlApi control = new ControlApi(AccountServer.this);

    @Override
    public WireResponse answer(
        String method, String target, Function<String, @Nullable String> headers, byte[] body) {
      if (current == null) {
        return ControlApi.error(503, "Starting", "The account is not ready yet; ask again.");
      }
      return ControlApi.isMeant(target)
          ? control.answer(method, target, body)
          : account().front().answer(method, target, headers, body);
    }

    @Override
    public int largestBody(String target) {
      return current == null || ControlApi.isMeant(target)
          ? ControlApi.LARGEST_BODY
          : account().front().largestBody(target);
    }

    @Override
    public WireResponse tooLarge(
        String target, Function<String, @Nullable String> headers, long bytes) {
      return current == null || ControlApi.isMeant(target)
          ? ControlApi.tooLarge(bytes)
          : account().front().tooLarge(target, headers, bytes);
    }

    @Override
    public WireResponse malformed(
        String target, Function<String, @Nullable String> headers, String problem) {
      return current == null || ControlApi.isMeant(target)
          ? ControlApi.error(400, "MalformedInput", problem)
          : account().front().malformed(target, headers, problem);
    }
  }
}
