package io.github.rolekeeper.imds;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
final class ScriptedMetadataServer implements AutoCloseable {
  /** A request as it came, header names in lower case. */
  record Request(String line, Map<String, String> headers) {}

  /** What one connection gets; a server that sends nothing may still wait for the client to go. */
  record Reply(byte[] bytes, boolean staysOpen) {}

  static final String TOKEN = "PUT /latest/api/token";

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
  private int tokens;

  private ScriptedMetadataServer() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  static ScriptedMetadataServer start() {
    try {
      ScriptedMetadataServer server = new ScriptedMetadataServer();
      daemon(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Scripts the replies to a request such as {@code GET /latest/meta-data/instance-id}. */
  ScriptedMetadataServer on(String request, Reply... replies) {
    script.put(request, new ArrayDeque<>(List.of(replies)));
    return this;
  }

  /** Scripts one text for a path below {@code latest/}. */
  ScriptedMetadataServer serves(String path, String text) {
    return on("GET /latest/" + path, ok(text));
  }

  List<Request> requests() {
    return requests;
  }

  /** Method and path of each request, in the order of arrival. */
  List<String> trace() {
    return requests.stream().map(Request::line).toList();
  }

  int connections() {
    return connections.size();
  }

  void awaitRequest(String line) {
    while (!trace().contains(line)) {
      Thread.onSpinWait();
    }
  }

  static Reply ok(String body, String... headers) {
    return status(200, body, headers);
  }

  static Reply status(int status, String body, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Reason\r\n");
    head.append("Content-Type: text/plain\r\nServer: EC2ws\r\nConnection: close\r\n");
    head.append("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return raw(head + "\r\n" + body);
  }

  static Reply token(String value, int ttl) {
    return ok(value, "X-aws-ec2-metadata-token-ttl-seconds: " + ttl);
  }

  /** Exactly these bytes, then the connection is closed. */
  static Reply raw(String bytes) {
    return new Reply(bytes.getBytes(StandardCharsets.UTF_8), false);
  }

  /** Exactly these bytes, then nothing until the client goes. */
  static Reply thenSilence(String bytes) {
    return new Reply(bytes.getBytes(StandardCharsets.UTF_8), true);
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
      String line = in.readLine();
      if (line == null) {
        return;
      }
      Map<String, String> headers = new TreeMap<>();
      for (String h = in.readLine(); h != null && !h.isEmpty(); h = in.readLine()) {
        int colon = h.indexOf(':');
        headers.put(h.substring(0, colon).toLowerCase(Locale.ROOT), h.substring(colon + 1).strip());
      }
      String asked = line.substring(0, line.lastIndexOf(' '));
      requests.add(new Request(asked, headers));
      Reply reply = next(asked);
      OutputStream out = connection.getOutputStream();
      out.write(reply.bytes());
      out.flush();
      if (reply.staysOpen()) {
        in.read(); // ends when the client goes
      }
    } catch (IOException e) {
      // The client went away first, as some tests make it do.
    }
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

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "scripted-metadata-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
