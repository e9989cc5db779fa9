package io.github.rolekeeper.imds;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * HTTP requests, one connection each, blocking. It is built on channels rather than plain sockets
 * because a channel knows no proxy (a plain socket obeys {@code socksProxyHost}) and gives way to
 * an interrupt.
 */
final class Transport {
  // A connection on the instance itself takes less than a millisecond. Where none comes about
  // within
  // this time there is no metadata service, or a SYN was lost, and a new attempt is faster than
  // TCP's own repetition after 1 s. aws-sdk-go-v2 dials with the same limit.
  private static final Duration CONNECT = Duration.ofMillis(250);

  // The read time-out that AWS documents for its SDKs' metadata clients.
  private static final Duration READ = Duration.ofSeconds(1);

  private final Endpoint endpoint;
  private final long connectNanos;
  private final long readNanos;

  /**
   * @param whole the time allowed for a whole call, of which one silent attempt takes at most half
   */
  Transport(Endpoint endpoint, Duration whole) {
    this.endpoint = endpoint;
    long half = whole.toNanos() / 2;
    this.connectNanos = Math.min(CONNECT.toNanos(), half);
    this.readNanos = Math.min(READ.toNanos(), half);
  }

  WireAnswer exchange(WireRequest request, Deadline deadline) {
    return new Exchange(request, deadline).run();
  }

  /** One request and its answer. */
  private final class Exchange {
    private final WireRequest request;
    private final Deadline deadline;
    private boolean heard;

    Exchange(WireRequest request, Deadline deadline) {
      this.request = request;
      this.deadline = deadline;
    }

    WireAnswer run() {
      try (SocketChannel channel = connect()) {
        return ask(channel);
      } catch (IOException e) { // from close()
        throw broken(e);
      }
    }

    private SocketChannel connect() {
      try {
        SocketChannel channel = SocketChannel.open();
        try {
          InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
          channel.socket().connect(address, millis(connectNanos));
          return channel;
        } catch (IOException | RuntimeException e) {
          channel.close();
          throw e;
        }
      } catch (SocketTimeoutException e) {
        throw tooLate(e, Kind.UNREACHABLE, "no connection", connectNanos);
      } catch (IOException | RuntimeException e) {
        throw Thread.currentThread().isInterrupted()
            ? interrupted(e)
            : failure(Kind.UNREACHABLE, "no connection, " + e, e);
      }
    }

    private WireAnswer ask(SocketChannel channel) {
      try {
        ByteBuffer bytes = ByteBuffer.wrap(request.bytes(endpoint));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        InputStream in = new TimedInput(channel.socket());
        return new AnswerReader(new BufferedInputStream(in, 2048)).read();
      } catch (ProtocolException e) {
        throw failure(Kind.MALFORMED_ANSWER, String.valueOf(e.getMessage()), null);
      } catch (SocketTimeoutException e) {
        if (heard) {
          throw tooLate(e, Kind.NO_ANSWER, "the answer stopped coming", readNanos);
        }
        throw tooLate(
            e,
            request.forToken() ? Kind.NO_TOKEN_ANSWER : Kind.NO_ANSWER,
            "connected, but no answer came",
            readNanos);
      } catch (IOException e) {
        throw broken(e);
      }
    }

    private ExchangeFailure broken(IOException e) {
      return Thread.currentThread().isInterrupted()
          ? interrupted(e)
          : failure(Kind.NO_ANSWER, "connected, but the connection broke, " + e, e);
    }

    private ExchangeFailure interrupted(Exception e) {
      return failure(Kind.INTERRUPTED, "interrupted while it waited", e);
    }

    private ExchangeFailure tooLate(Exception e, Kind kind, String event, long limitNanos) {
      return deadline.remainingNanos() <= 0
          ? failure(Kind.DEADLINE_EXCEEDED, event + " before the time was over", e)
          : failure(kind, event + " within " + limitNanos / 1_000_000 + " ms", e);
    }

    private ExchangeFailure failure(Kind kind, String event, @Nullable Exception cause) {
      return new ExchangeFailure(kind, 0, request + ": " + event, cause);
    }

    private int millis(long limitNanos) throws SocketTimeoutException {
      long nanos = Math.min(limitNanos, deadline.remainingNanos());
      if (nanos <= 0) {
        throw new SocketTimeoutException("no time left");
      }
      return Math.toIntExact(nanos / 1_000_000 + 1); // 0 would mean for ever
    }

    /** Sets the time-out anew before each read, so that an answer that drips ends in time. */
    private final class TimedInput extends InputStream {
      private final Socket socket;

      TimedInput(Socket socket) {
        this.socket = socket;
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        socket.setSoTimeout(millis(readNanos));
        int count = socket.getInputStream().read(bytes, offset, length);
        heard |= count > 0;
        return count;
      }
    }
  }
}
