package io.github.rolekeeper.testkit;

import com.github.tomakehurst.wiremock.core.Options;
import com.github.tomakehurst.wiremock.http.AdminRequestHandler;
import com.github.tomakehurst.wiremock.http.StubRequestHandler;
import com.github.tomakehurst.wiremock.jetty11.Jetty11HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import wiremock.jakarta.servlet.ServletException;
import wiremock.jakarta.servlet.http.HttpServletRequest;
import wiremock.jakarta.servlet.http.HttpServletResponse;
import wiremock.org.eclipse.jetty.server.Request;
import wiremock.org.eclipse.jetty.server.handler.HandlerWrapper;

/**
 * WireMock's web server, except that a form whose percent-encoding is broken is answered by the
 * handler too: WireMock reads forms before any of its extensions and fails with a stack trace.
 */
final class WireServerJetty extends Jetty11HttpServer {
  WireServerJetty(
      WireHandler handler, Options options, AdminRequestHandler admin, StubRequestHandler stubs) {
    super(options, admin, stubs);
    jettyServer.insertHandler(new Unreadable(handler));
  }

  private static final class Unreadable extends HandlerWrapper {
    private final WireHandler handler;

    Unreadable(WireHandler handler) {
      this.handler = handler;
    }

    @Override
    public void handle(
        String target, Request base, HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      try {
        super.handle(target, base, request, response);
      } catch (IllegalArgumentException e) {
        if (response.isCommitted()) {
          throw e;
        }
        WireResponse answer =
            handler.malformed(
                request.getRequestURI(), request::getHeader, String.valueOf(e.getMessage()));
        response.reset();
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.getOutputStream().write(answer.body().getBytes(StandardCharsets.UTF_8));
        base.setHandled(true);
      }
    }
  }
}
