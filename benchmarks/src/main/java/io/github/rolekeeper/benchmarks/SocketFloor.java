package io.github.rolekeeper.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What a read costs that checks nothing: the floor. One thread. */
final class SocketFloor implements AutoCloseable {
  private static final byte[] REQUEST =
      """
      GET /latest/meta-data/instance-id HTTP/1.1\r
      Host: 127.0.0.1\r
      X-aws-ec2-metadata-token: AQAAexampletoken==\r
      \r
      """
          .getBytes(StandardCharsets.ISO_8859_1);
  private static final String BODY = "i-0123456789abcdef0";

  private final int port;
  private final boolean closes;
  private final byte[] buffer = new byte[2048];
  private Socket socket;

  SocketFloor(int port, boolean closes) throws IOException {
    this.port = port;
    this.closes = closes;
    this.socket = connected();
    socket.setTcpNoDelay(true);
  }

  private Socket connected() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  String read() throws IOException {
    socket.getOutputStream().write(REQUEST);
    InputStream in = socket.getInputStream();
    int length = 0;
    while (true) {
      length += in.read(buffer, length, buffer.length - length);
      String answer = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
      if (answer.endsWith(BODY)) {
        if (closes) {
          socket.close();
          socket = connected();
        }
        return answer.substring(length - BODY.length());
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
