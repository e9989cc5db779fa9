package io.github.rolekeeper.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import wiremock.jakarta.servlet.AsyncContext;
import wiremock.jakarta.servlet.ReadListener;
import wiremock.jakarta.servlet.ServletInputStream;
import wiremock.org.eclipse.jetty.http.HttpMethod;
import wiremock.org.eclipse.jetty.http.HttpStatus;
import wiremock.org.eclipse.jetty.io.EndPoint;
import wiremock.org.eclipse.jetty.server.HttpChannel;
import wiremock.org.eclipse.jetty.server.Request;
import wiremock.org.eclipse.jetty.server.Response;
import wiremock.org.eclipse.jetty.util.Callback;

/**
 * One request over a socket and its answer. No thread waits while a body or an answer is on its
 * way, however many of them there are.
 */
final class WireServerExchange implements ReadListener {
  private static final int PIECES = 20;
  private static final int BUFFER = 8 << 10;

  private final WireHandler handler;
  private final Request request;
  private final String target;
  private final HttpChannel channel;
  private final AsyncContext async;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private long received;

  WireServerExchange(WireHandler handler, Request request) {
    this.handler = handler;
    this.request = request;
    String pathAndQuery = request.getHttpURI().getPathQuery();
    this.target = pathAndQuery == null ? "" : pathAndQuery;
    this.channel = request.getHttpChannel();
    this.async = request.startAsync();
    // An answer may be as late as a fault says.
    async.setTimeout(0);
  }

  void begin() throws IOException {
    long announced = request.getContentLengthLong();
    if (announced == 0 || (announced < 0 && request.getHeader("Transfer-Encoding") == null)) {
      onAllDataRead();
    } else if (announced > handler.largestBody(target)
        && "100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      // The client asks before it sends; nobody else looks at an answer while it is sending.
      send(handler.tooLarge(target, request::getHeader, announced));
    } else {
      request.getInputStream().setReadListener(this);
    }
  }

  /** What is more than will be taken is read and forgotten, so that the client gets its answer. */
  @Override
  public void onDataAvailable() throws IOException {
    ServletInputStream in = request.getInputStream();
    byte[] buffer = new byte[BUFFER];
    int largest = handler.largestBody(target);
    while (in.isReady()) {
      int read = in.read(buffer);
      if (read < 0) {
        return;
      }
      received += read;
      if (received <= largest) {
        body.write(buffer, 0, read);
      } else {
        body.reset();
      }
    }
  }

  @Override
  public void onAllDataRead() {
    send(
        received > handler.largestBody(target)
            ? handler.tooLarge(target, request::getHeader, received)
            : handler.answer(request.getMethod(), target, request::getHeader, body.toByteArray()));
  }

  /** The client has gone, or has been silent for too long in the middle of its request. */
  @Override
  public void onError(Throwable problem) {
    end(problem);
  }

  private void send(WireResponse answer) {
    long millis = answer.duration().toMillis();
    switch (answer.transit()) {
      case WHOLE -> sendWhole(answer);
      case LATE -> later(millis, () -> sendWhole(answer));
      case DRIPPED -> {
        head(answer);
        drip(answer.body(), 0, millis / PIECES);
      }
      case HTTP_1_0 -> sendHttp10(answer);
      case REFUSED, RESET -> reset();
      case SILENCE -> later(millis, this::reset);
    }
  }

  private void later(long millis, Runnable then) {
    channel.getConnector().getScheduler().schedule(then, millis, TimeUnit.MILLISECONDS);
  }

  private Response head(WireResponse answer) {
    Response response = request.getResponse();
    response.setStatus(answer.status());
    answer.headers().forEach(response::setHeader);
    return response;
  }

  private void sendWhole(WireResponse answer) {
    Response response = head(answer);
    response.setContentLength(answer.body().length);
    response
        .getHttpOutput()
        .sendContent(ByteBuffer.wrap(answer.body()), Callback.from(this::complete, this::end));
  }

  private void complete() {
    if (HttpMethod.CONNECT.is(request.getMethod())) {
      // Refused as all the others, but Jetty would keep the connection for a tunnel.
      end(new ClosedChannelException());
    } else {
      async.complete();
    }
  }

  private void drip(byte[] whole, int from, long pauseMillis) {
    int size = Math.min(Math.max(1, whole.length / PIECES), whole.length - from);
    if (size == 0) {
      complete();
      return;
    }
    channel.write(
        ByteBuffer.wrap(whole, from, size),
        false,
        Callback.from(
            () -> later(pauseMillis, () -> drip(whole, from + size, pauseMillis)), this::end));
  }

  /** Sends an answer past Jetty, which writes HTTP/1.1 whatever the request was. */
  private void sendHttp10(WireResponse answer) {
    var head =
        new StringBuilder(
            "HTTP/1.0 " + answer.status() + " " + HttpStatus.getMessage(answer.status()) + "\r\n");
    answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    Callback close = Callback.from(() -> end(new ClosedChannelException()), this::end);
    channel
        .getEndPoint()
        .write(
            close,
            ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1)),
            ByteBuffer.wrap(answer.body()));
  }

  private void reset() {
    EndPoint connection = channel.getEndPoint();
    if (connection.getTransport() instanceof SocketChannel socket && socket.isOpen()) {
      try {
        // Without a lingering time the system sends RST in place of FIN.
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // The client was faster.
      }
    }
    end(new ClosedChannelException());
  }

  /** Closes the connection without another word. */
  private void end(Throwable why) {
    channel.getEndPoint().close();
    channel.abort(why);
    async.complete();
  }
}
