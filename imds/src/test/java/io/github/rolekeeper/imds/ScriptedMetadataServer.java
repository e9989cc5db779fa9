package io.github.rolekeeper.imds;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A metadata service on a raw socket of the loopback interface, for what a well-behaved HTTP server
 * cannot do. Each request takes the next reply scripted for it; the last one stays. A token request
 * is granted unless scripted otherwise, and what is not scripted is a 404 with AWS's page.
 */
public final class ScriptedMetadataServer implements AutoCloseable {
  /** A request as it came, header names in lower case. */
  public record Request(String line, Map<String, String> headers) {}

  /** What one connection gets; a server that sends nothing may still wait for the client to go. */
  public record Reply(byte[] bytes, After after) {}

  /** What becomes of a connection after a reply. */
  public enum After {
    CLOSED,
    SILENT,
    KEPT
  }

  public static final String TOKEN = "PUT /latest/api/token";

  private static final String NOT_FOUND_PAGE =
      """
      <?xml version="1.0" encoding="iso-8859-1"?>
      <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
      "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
      <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
      <head><title>404 - Not Found</title></head>
      <body><h1>404 - Not Found</h1></body>
      </html>
      """;

  private final ServerSocket socket;
  private final Map<String, Deque<Reply>> script = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final Thread acceptor;
  private int tokens;

  private ScriptedMetadataServer(InetAddress address, int port) throws IOException {
    socket = new ServerSocket(port, 50, address);
    acceptor = daemon(this::accept);
  }

  public static ScriptedMetadataServer start() {
    return startAt(0);
  }

  /** For a port that refused connections until now. */
  static ScriptedMetadataServer startAt(int port) {
    return startAt(InetAddress.getLoopbackAddress(), port);
  }

  static ScriptedMetadataServer startAt(InetAddress address) {
    return startAt(address, 0);
  }

  private static ScriptedMetadataServer startAt(InetAddress address, int port) {
    try {
      return new ScriptedMetadataServer(address, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI endpoint() {
    boolean six = socket.getInetAddress() instanceof Inet6Address;
    return URI.create("http://" + (six ? "[::1]" : "127.0.0.1") + ":" + port());
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Scripts the replies to a request such as {@code GET /latest/meta-data/instance-id}. */
  public ScriptedMetadataServer on(String request, Reply... replies) {
    script.put(request, new ArrayDeque<>(List.of(replies)));
    return this;
  }

  /** Scripts one text for a path below {@code latest/}. */
  public ScriptedMetadataServer serves(String path, String text) {
    return on("GET /latest/" + path, ok(text));
  }

  List<Request> requests() {
    return requests;
  }

  /** Method and path of each request, in the order of arrival. */
  public List<String> trace() {
    return requests.stream().map(Request::line).toList();
  }

  int connections() {
    return connections.size();
  }

  /** Whether every connection that was taken is closed here, its reply sent. */
  boolean allEnded() {
    return connections.stream().allMatch(Socket::isClosed);
  }

  /** Waits until no more connections than these are open: the others have ended on both sides. */
  void awaitOpenConnections(int most) {
    Waiting.until(() -> connections.stream().filter(open -> !open.isClosed()).count() <= most);
  }

  public void awaitRequest(String line) {
    Waiting.until(() -> trace().contains(line));
  }

  public static Reply ok(String body, String... headers) {
    return status(200, body, headers);
  }

  public static Reply status(int status, String body, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Reason\r\n");
    head.append("Content-Type: text/plain\r\nServer: EC2ws\r\nConnection: close\r\n");
    head.append("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return raw(head + "\r\n" + body);
  }

  public static Reply token(String value, int ttl) {
    return ok(value, "X-aws-ec2-metadata-token-ttl-seconds: " + ttl);
  }

  /** Exactly these bytes, then the connection is closed. */
  public static Reply raw(String bytes) {
    return new Reply(bytes.getBytes(StandardCharsets.UTF_8), After.CLOSED);
  }

  /** Exactly these bytes, then nothing until the client goes. */
  public static Reply thenSilence(String bytes) {
    return new Reply(bytes.getBytes(StandardCharsets.UTF_8), After.SILENT);
  }

  /** Exactly these bytes, and then the next request on the same connection. */
  static Reply kept(String bytes) {
    return new Reply(bytes.getBytes(StandardCharsets.UTF_8), After.KEPT);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        daemon(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      After after = After.KEPT;
      while (after == After.KEPT) {
        after = serve(in, connection.getOutputStream());
      }
      if (after == After.SILENT) {
        in.read(); // ends when the client goes
      }
    } catch (IOException e) {
      // The client went away first, as some tests make it do.
    }
  }

  private After serve(BufferedReader in, OutputStream out) throws IOException {
    String line = in.readLine();
    if (line == null) {
      return After.CLOSED;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String h = in.readLine(); h != null && !h.isEmpty(); h = in.readLine()) {
      int colon = h.indexOf(':');
      headers.put(h.substring(0, colon).toLowerCase(Locale.ROOT), h.substring(colon + 1).strip());
    }
    String asked = line.substring(0, line.lastIndexOf(' '));
    requests.add(new Request(asked, headers));
    Reply reply = next(asked);
    out.write(reply.bytes());
    out.flush();
    return reply.after();
  }

  private synchronized Reply next(String asked) {
    Deque<Reply> replies = script.get(asked);
    if (replies != null) {
      return replies.size() > 1 ? replies.remove() : replies.element();
    }
    return asked.equals(TOKEN)
        ? token("token-" + ++tokens, 21_600)
        : status(404, NOT_FOUND_PAGE, "X-Kind: xhtml");
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "scripted-metadata-server");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public void close() {
    try {
      socket.close();
      acceptor.join(); // until then a connection may still be taken
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
