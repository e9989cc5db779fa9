package io.github.rolekeeper.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import wiremock.jakarta.servlet.http.HttpServletRequest;
import wiremock.jakarta.servlet.http.HttpServletResponse;
import wiremock.org.eclipse.jetty.http.HttpFields;
import wiremock.org.eclipse.jetty.server.Request;
import wiremock.org.eclipse.jetty.server.handler.ErrorHandler;

/** What Jetty refuses before it is a request is refused in the account's words all the same. */
final class WireServerErrors extends ErrorHandler {
  private final WireHandler handler;

  WireServerErrors(WireHandler handler) {
    this.handler = handler;
  }

  /** The request's head cannot be read, so nobody knows whom it was for. */
  @Override
  public ByteBuffer badMessageError(int status, String reason, HttpFields.Mutable fields) {
    WireResponse answer = handler.malformed("/", name -> null, problem(status, reason));
    answer.headers().forEach(fields::put);
    return ByteBuffer.wrap(answer.body());
  }

  @Override
  public void handle(
      String target, Request base, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    base.setHandled(true);
    String path = base.getHttpURI() == null ? "/" : base.getHttpURI().getPathQuery();
    WireResponse answer =
        handler.malformed(
            path == null ? "/" : path,
            base::getHeader,
            problem(response.getStatus(), base.getResponse().getReason()));
    answer.headers().forEach(response::setHeader);
    response.setContentLength(answer.body().length);
    response.getOutputStream().write(answer.body());
  }

  private static String problem(int status, String reason) {
    return "The request is not one of HTTP/1.1: "
        + status
        + (reason == null || reason.isEmpty() ? "" : " " + reason);
  }
}
