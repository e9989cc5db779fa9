package io.github.rolekeeper.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import wiremock.jakarta.servlet.http.HttpServletRequest;
import wiremock.jakarta.servlet.http.HttpServletResponse;
import wiremock.org.eclipse.jetty.http.UriCompliance;
import wiremock.org.eclipse.jetty.server.HttpConfiguration;
import wiremock.org.eclipse.jetty.server.HttpConnectionFactory;
import wiremock.org.eclipse.jetty.server.Request;
import wiremock.org.eclipse.jetty.server.Server;
import wiremock.org.eclipse.jetty.server.ServerConnector;
import wiremock.org.eclipse.jetty.server.handler.AbstractHandler;
import wiremock.org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * One port. It listens with the Jetty that WireMock brings under names of its own, so that none
 * comes into the way of the Jetty of an application under test. WireMock's own servlet is left out:
 * it holds a thread for every request whose body is on its way and for every answer that is late.
 */
final class WireServer implements AutoCloseable {
  /**
   * Threads only work here, they do not wait for the network; and what they do most, they do one
   * after the other, holding the world's monitor. The reserve is for acts of other actors, which
   * send requests of their own.
   */
  private static final int THREADS = 32;

  private static final int IDLE_THREADS = 8;

  /** Several hundred clients may connect at once before one is accepted; Jetty's default is 0. */
  private static final int BACKLOG = 1024;

  /** More than the 60 s for which the AWS SDK keeps an idle connection and may use it again. */
  private static final long IDLE_MILLIS = 200_000;

  /** Session tokens and policies in a query string make heads of more than Jetty's 8 KiB. */
  private static final int LARGEST_HEAD = 64 << 10;

  private final Server server;
  private final URI endpoint;

  /** A port of the system's choice, on loopback. */
  WireServer(WireHandler handler) {
    this(handler, "127.0.0.1", 0);
  }

  /**
   * Listens.
   *
   * @param address of the network interface to listen on
   * @param port zero for one of the system's choice
   * @throws UncheckedIOException if it cannot have the port
   */
  WireServer(WireHandler handler, String address, int port) {
    var threads = new QueuedThreadPool(THREADS, IDLE_THREADS);
    threads.setName("simulated-account");
    server = new Server(threads);
    server.setErrorHandler(new WireServerErrors(handler));
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
    connector.setHost(address);
    connector.setPort(port);
    connector.setAcceptQueueSize(BACKLOG);
    connector.setIdleTimeout(IDLE_MILLIS);
    server.addConnector(connector);
    server.setHandler(new WireServerEntry(handler));
    try {
      server.start();
    } catch (Exception e) {
      stop();
      String message =
          "cannot listen on " + address + " port " + port + ": " + root(e).getMessage();
      throw new UncheckedIOException(message, new IOException(message, e));
    }
    endpoint = URI.create("http://" + reachable(address) + ":" + connector.getLocalPort());
  }

  private static HttpConfiguration configuration() {
    var configuration = new HttpConfiguration();
    // Both are the simulated service's to send.
    configuration.setSendServerVersion(false);
    configuration.setSendDateHeader(false);
    configuration.setRequestHeaderSize(LARGEST_HEAD);
    // A path is the account's to judge; nothing is served from files here.
    configuration.setUriCompliance(UriCompliance.UNSAFE);
    return configuration;
  }

  private static Throwable root(Throwable e) {
    Throwable cause = e.getCause();
    return cause == null || cause == e ? e : root(cause);
  }

  /** An address to connect to: who listens everywhere is reached on loopback. */
  private static String reachable(String address) {
    return switch (address) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::", "0:0:0:0:0:0:0:0" -> "[::1]";
      default -> address.contains(":") ? "[" + address + "]" : address;
    };
  }

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    stop();
  }

  private void stop() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server did not stop: " + e.getMessage(), e);
    }
  }

  private static final class WireServerEntry extends AbstractHandler {
    private final WireHandler handler;

    WireServerEntry(WireHandler handler) {
      this.handler = handler;
    }

    @Override
    public void handle(
        String target, Request base, HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      base.setHandled(true);
      new WireServerExchange(handler, base).begin();
    }
  }
}
