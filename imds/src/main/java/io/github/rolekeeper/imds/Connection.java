package io.github.rolekeeper.imds;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * A connection to the service, for one exchange after the other. It is built on a channel rather
 * than a plain socket because a channel knows no proxy (a plain socket obeys {@code
 * socksProxyHost}) and gives way to an interrupt. Used by one thread at a time.
 */
final class Connection {
  /** How long the next read may wait. */
  interface Patience {
    int millis() throws SocketTimeoutException;
  }

  // The page comes with its head, or at once after it: the service answers within milliseconds. It
  // is not worth waiting for.
  private static final int PAGE_MILLIS = 100;

  private final SocketChannel channel;
  private final Endpoint endpoint;
  private final Peer peer;
  private final InputStream in;
  private final AnswerReader answers;
  private Patience patience = () -> 1; // replaced by each exchange
  private boolean heard;
  private boolean whole;

  private Connection(SocketChannel channel, Endpoint endpoint, InetAddress address)
      throws IOException {
    this.channel = channel;
    this.endpoint = endpoint;
    this.peer = new Peer(endpoint.uri(), address);
    this.in = new BufferedInputStream(new TimedInput(channel.socket()), 2048); // most answers
    this.answers = new AnswerReader(in, peer);
  }

  /** Connects to the endpoint at one of its host's addresses. */
  static Connection open(Endpoint endpoint, InetAddress host, int connectMillis)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(new InetSocketAddress(host, endpoint.port()), connectMillis);
      return new Connection(channel, endpoint, host);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  Peer peer() {
    return peer;
  }

  WireAnswer exchange(WireRequest request, Patience patience) throws IOException {
    heard = false;
    whole = false;
    this.patience = patience;
    write(ByteBuffer.wrap(request.bytes(endpoint)));
    WireAnswer answer = answers.read();
    if (hasPage(answer.status()) && Excerpt.allowed(request.path())) {
      this.patience = () -> Math.min(PAGE_MILLIS, patience.millis());
      answer = answers.withPage(answer);
    }
    whole = answers.leavesConnectionOpen() && in.available() == 0;
    return answer;
  }

  /** A write that blocks has no limit of time; this one waits as long as a read would. */
  private void write(ByteBuffer bytes) throws IOException {
    if (Thread.currentThread().isInterrupted()) { // which nothing heeds that does not block
      throw new ClosedByInterruptException();
    }
    channel.configureBlocking(false);
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        awaitRoom();
      }
    }
    channel.configureBlocking(true);
  }

  private void awaitRoom() throws IOException {
    try (Selector selector = channel.provider().openSelector()) {
      channel.register(selector, SelectionKey.OP_WRITE);
      if (selector.select(patience.millis()) == 0) {
        throw Thread.currentThread().isInterrupted()
            ? new ClosedByInterruptException()
            : new IOException("the request was not taken within the read time-out");
      }
    }
  }

  /** Absence and a refused token are told by their status, and are not worth a look. */
  private static boolean hasPage(int status) {
    return status >= 300 && status != 401 && status != 404;
  }

  /** Whether anything came of the answer to the last request. */
  boolean heard() {
    return heard;
  }

  /** Whether the last answer was read to its known end, and the service means to go on. */
  boolean whole() {
    return whole;
  }

  /** Whether nothing has come since: neither the end nor bytes that nobody asked for. */
  boolean quiet() {
    try {
      channel.configureBlocking(false);
      boolean nothing = channel.read(ByteBuffer.allocate(1)) == 0;
      channel.configureBlocking(true);
      return nothing;
    } catch (IOException e) {
      return false;
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // What was to be read is read, or its failure is told already.
    }
  }

  /** Sets the time-out anew before each read, so that an answer that drips ends in time. */
  private final class TimedInput extends InputStream {
    private final Socket socket;
    private final InputStream bytes;

    TimedInput(Socket socket) throws IOException {
      this.socket = socket;
      this.bytes = socket.getInputStream();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      socket.setSoTimeout(patience.millis());
      int count = bytes.read(into, offset, length);
      heard |= count > 0;
      return count;
    }
  }
}
