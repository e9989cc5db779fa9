package io.github.rolekeeper.imds;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.0 or HTTP/1.1 answer. Every length has a limit, so that no peer can make this
 * read for ever. A {@link ProtocolException} says that the bytes are no such answer, any other
 * {@link IOException} that they stopped coming.
 */
final class AnswerReader {
  static final int MAX_LINE = 8 * 1024; // as most servers have it
  static final int MAX_HEADERS = 64; // a metadata service sends about eight
  static final int MAX_BODY = 64 * 1024; // the largest thing served is user data, 16 KiB

  private final InputStream in;

  AnswerReader(InputStream in) {
    this.in = in;
  }

  WireAnswer read() throws IOException {
    int status = status();
    Map<String, String> headers = headers();
    // Error pages decide nothing and may be of any kind, so they are not even read.
    return new WireAnswer(status, headers, status == 200 ? body(headers) : new byte[0]);
  }

  private int status() throws IOException {
    String line = line();
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
      throw new ProtocolException("the answer does not begin with an HTTP/1 status line");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (int count = 0; ; count++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || count == MAX_HEADERS) {
        throw new ProtocolException(
            colon < 1 ? "a header line has no name" : "more than " + MAX_HEADERS + " headers");
      }
      headers.putIfAbsent(
          line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    String coding = headers.get("transfer-encoding");
    if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new ProtocolException("the body is neither plain nor chunked");
      }
      return chunks();
    }
    String length = headers.get("content-length");
    return length == null ? untilClosed() : exactly(number(length, 10, "Content-Length"));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = line();
      int extension = line.indexOf(';');
      int size =
          number(extension < 0 ? line : line.substring(0, extension), 16, "the size of a chunk");
      if (size == 0) {
        headers(); // trailers
        return body.toByteArray();
      }
      requireRoom(body.size() + size);
      body.writeBytes(exactly(size));
      if (!line().isEmpty()) {
        throw new ProtocolException("a chunk is longer than it said");
      }
    }
  }

  private byte[] untilClosed() throws IOException {
    byte[] body = in.readNBytes(MAX_BODY + 1);
    requireRoom(body.length);
    return body;
  }

  private byte[] exactly(int length) throws IOException {
    requireRoom(length);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the answer broke off");
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(64);
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the answer broke off");
      }
      if (line.size() == MAX_LINE) {
        throw new ProtocolException("a line is longer than " + MAX_LINE + " bytes");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static int number(String text, int radix, String what) throws ProtocolException {
    try {
      // Eight digits: enough to be over the limit, too few to overflow a long.
      String digits = text.strip();
      if (digits.length() <= 8 && !digits.startsWith("+") && !digits.startsWith("-")) {
        return (int) Math.min(Long.parseLong(digits, radix), MAX_BODY + 1L);
      }
    } catch (NumberFormatException e) {
      // Falls through: the text may come from anywhere and is not repeated.
    }
    throw new ProtocolException(what + " is no acceptable number");
  }

  private static void requireRoom(int size) throws ProtocolException {
    if (size > MAX_BODY) {
      throw new ProtocolException("the body is longer than " + MAX_BODY + " bytes");
    }
  }
}
