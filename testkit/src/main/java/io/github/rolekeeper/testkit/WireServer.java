package io.github.rolekeeper.testkit;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;

/** One port that WireMock listens on. */
final class WireServer implements AutoCloseable {
  private static final int PIECES = 20;

  private final WireMockServer server;
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
    server =
        new WireMockServer(
            options()
                .bindAddress(address)
                .port(port)
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .gzipDisabled(true)
                .http2PlainDisabled(true)
                // Neither is used, and the template engine takes long to load.
                .templatingEnabled(false)
                .extensionScanningEnabled(false)
                // WireMock's own control API could stop the server or add answers to it.
                .adminAuthenticator(request -> false)
                .httpServerFactory(
                    (options, admin, stubs) -> new WireServerJetty(handler, options, admin, stubs))
                .extensions(new Dispatcher(handler)));
    server.stubFor(any(anyUrl()).willReturn(aResponse()));
    try {
      server.start();
    } catch (RuntimeException e) {
      throw new UncheckedIOException(
          new IOException(
              "cannot listen on " + address + " port " + port + ": " + root(e).getMessage(), e));
    }
    endpoint = URI.create("http://" + reachable(address) + ":" + server.port());
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
    server.stop();
  }

  private static final class Dispatcher implements ResponseDefinitionTransformerV2 {
    private final WireHandler handler;

    Dispatcher(WireHandler handler) {
      this.handler = handler;
    }

    @Override
    public String getName() {
      return "rolekeeper";
    }

    @Override
    public ResponseDefinition transform(ServeEvent event) {
      WireResponse response = answer(event.getRequest());
      ResponseDefinitionBuilder definition = aResponse().withStatus(response.status());
      response.headers().forEach(definition::withHeader);
      definition.withBody(response.body());
      int milliseconds = Math.toIntExact(response.duration().toMillis());
      return switch (response.transit()) {
        case WHOLE -> definition.build();
        case LATE -> definition.withFixedDelay(milliseconds).build();
        case DRIPPED -> definition.withChunkedDribbleDelay(PIECES, milliseconds).build();
        case REFUSED, RESET -> aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER).build();
        case SILENCE ->
            aResponse()
                .withFault(Fault.CONNECTION_RESET_BY_PEER)
                .withFixedDelay(milliseconds)
                .build();
      };
    }

    private WireResponse answer(Request request) {
      return handler.answer(
          request.getMethod().value(),
          request.getUrl(),
          name -> request.containsHeader(name) ? request.getHeader(name) : null,
          request.getBody());
    }
  }
}
