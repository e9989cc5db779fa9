package io.github.rolekeeper.imds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;

/**
 * A port of the loopback interface where nobody listens. It is held, so that no other process is
 * given it meanwhile.
 */
final class RefusedPort implements AutoCloseable {
  private final SocketChannel held;
  private final int number;

  private RefusedPort() throws IOException {
    held = SocketChannel.open();
    held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    number = ((InetSocketAddress) held.getLocalAddress()).getPort();
  }

  static RefusedPort hold() {
    try {
      return new RefusedPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + number);
  }

  /** Refuses no more. */
  ScriptedMetadataServer serve() {
    close();
    return ScriptedMetadataServer.startAt(number);
  }

  @Override
  public void close() {
    try {
      held.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
