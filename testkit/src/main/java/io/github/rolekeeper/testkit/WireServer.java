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
import java.net.URI;

/** The account's one port, on loopback. */
final class WireServer implements AutoCloseable {
  private static final int PIECES = 20;

  private final WireMockServer server;
  private final URI endpoint;

  WireServer(Front front) {
    server =
        new WireMockServer(
            options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .gzipDisabled(true)
                .http2PlainDisabled(true)
                .extensions(new Dispatcher(front)));
    server.stubFor(any(anyUrl()).willReturn(aResponse()));
    server.start();
    endpoint = URI.create("http://127.0.0.1:" + server.port());
  }

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    server.stop();
  }

  private static final class Dispatcher implements ResponseDefinitionTransformerV2 {
    private final Front front;

    Dispatcher(Front front) {
      this.front = front;
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
      WireRequest read;
      try {
        read =
            new WireRequest(
                request.getMethod().value(),
                request.getUrl(),
                name -> request.containsHeader(name) ? request.getHeader(name) : null,
                request.getBodyAsString());
      } catch (IllegalArgumentException e) {
        return WireResponse.of(400, "text/plain", "Malformed request: " + e.getMessage());
      }
      return front.answer(read);
    }
  }
}
