package io.github.rolekeeper.imds;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads HTTP/1.0 and HTTP/1.1 answers, one after the other. Every length has a limit, so that no
 * peer can make this read for ever. A {@link BrokenAnswer} says that the bytes are no such answer,
 * any other {@link IOException} that they stopped coming.
 */
final class AnswerReader {
  static final int MAX_LINE = 8 * 1024; // as most servers have it
  static final int MAX_HEADERS = 64; // a metadata service sends about eight
  static final int MAX_BODY = 64 * 1024; // the largest thing served is user data, 16 KiB
  static final int MAX_PAGE = 1024; // the title of AWS's error pages ends within 400 bytes

  private static final String CONNECTION = "connection";
  private static final String CODING = "transfer-encoding";
  private static final String LENGTH = "content-length";
  private static final String ENCODING = "content-encoding";

  /** The headers that somebody looks at; the others are passed over. */
  private static final List<String> READ =
      List.of(
          CONNECTION,
          CODING,
          LENGTH,
          ENCODING,
          WireAnswer.TYPE,
          WireRequest.TTL_HEADER.toLowerCase(Locale.ROOT));

  private static final byte[] UNREAD = new byte[0];

  private final InputStream in;
  private final Peer peer;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(128); // a usual header
  private boolean contradictory;
  private boolean open;

  /**
   * @param in the bytes
   * @param peer where they come from
   */
  AnswerReader(InputStream in, Peer peer) {
    this.in = in;
    this.peer = peer;
  }

  WireAnswer read() throws IOException {
    open = false;
    contradictory = false;
    String first;
    int status;
    Map<String, String> headers;
    do { // interim answers, which may come before any (RFC 9110, 15.2); the deadline ends them too
      first = line();
      status = status(first);
      headers = headers();
    } while (status < 200);
    // Error pages decide nothing and may be of any kind: see withPage.
    WireAnswer answer =
        new WireAnswer(status, headers, status == 200 ? body(headers) : UNREAD, peer);
    open =
        status == 200
            && first.startsWith("HTTP/1.1")
            && headers.containsKey(LENGTH)
            && !headers.containsKey(CODING)
            && headers.getOrDefault(CONNECTION, "keep-alive").equalsIgnoreCase("keep-alive")
            && !contradictory;
    return answer;
  }

  /**
   * The last answer with the beginning of the page that came with it: what one read brings, for a
   * person. That nothing comes is no failure of an answer whose status is known already.
   */
  WireAnswer withPage(WireAnswer answer) {
    byte[] page = new byte[MAX_PAGE];
    int length = 0;
    try {
      length = answer.header(LENGTH).filter("0"::equals).isPresent() ? 0 : in.read(page);
    } catch (IOException e) {
      // Nothing came.
    }
    int start = answer.header(CODING).isPresent() ? chunkStart(page, length) : 0;
    return length <= start ? answer : answer.with(Arrays.copyOfRange(page, start, length));
  }

  /** Behind the line with the size of the first chunk. */
  private static int chunkStart(byte[] page, int length) {
    int at = 0;
    while (at < length && page[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  /**
   * Whether the last answer was read to an end that its one length marks, and the service has not
   * said that it closes the connection.
   */
  boolean leavesConnectionOpen() {
    return open;
  }

  private static int status(String line) throws BrokenAnswer {
    boolean complete =
        (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
            && line.length() >= 12
            && (line.length() == 12 || line.charAt(12) == ' ');
    int status = complete ? digits(line) : 0;
    if (status < 100 || status > 599) {
      throw new BrokenAnswer("the answer does not begin with an HTTP/1 status line");
    }
    return status;
  }

  /** The three digits of a status line; 0 if there is something else in their place. */
  private static int digits(String line) {
    int status = 0;
    for (int i = 9; i < 12; i++) {
      char digit = line.charAt(i);
      if (digit < '0' || digit > '9') {
        return 0;
      }
      status = status * 10 + digit - '0';
    }
    return status;
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>(8); // six at most are kept
    for (int count = 0; ; count++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || count == MAX_HEADERS) {
        throw new BrokenAnswer(
            colon < 1
                ? "a header line has no name"
                : "the answer has more than " + MAX_HEADERS + " headers");
      }
      for (String name : READ) {
        if (isNamed(line, colon, name)) {
          String value = line.substring(colon + 1).strip();
          String before = headers.putIfAbsent(name, value);
          contradictory |= before != null && !before.equalsIgnoreCase(value);
        }
      }
    }
  }

  private static boolean isNamed(String line, int colon, String name) {
    int end = colon;
    while (end > 0 && line.charAt(end - 1) == ' ') {
      end--;
    }
    return end == name.length() && line.regionMatches(true, 0, name, 0, end);
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    String encoding = headers.getOrDefault(ENCODING, "identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      // Nobody asked for it, and compressed bytes must not pass for a value.
      throw new BrokenAnswer("the body has a Content-Encoding");
    }
    String coding = headers.get(CODING);
    if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new BrokenAnswer("the body has a Transfer-Encoding other than chunked");
      }
      return chunks();
    }
    String length = headers.get(LENGTH);
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
        throw new BrokenAnswer("a chunk is longer than it said");
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
    line.reset();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the answer broke off");
      }
      if (line.size() == MAX_LINE) {
        throw new BrokenAnswer("a line is longer than " + MAX_LINE + " bytes");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static int number(String text, int radix, String what) throws BrokenAnswer {
    try {
      // Eight digits: enough to be over the limit, too few to overflow a long.
      String digits = text.strip();
      if (digits.length() <= 8 && !digits.startsWith("+") && !digits.startsWith("-")) {
        return (int) Math.min(Long.parseLong(digits, radix), MAX_BODY + 1L);
      }
    } catch (NumberFormatException e) {
      // Falls through.
    }
    throw new BrokenAnswer(what + " is no acceptable number");
  }

  private static void requireRoom(int size) throws BrokenAnswer {
    if (size > MAX_BODY) {
      throw new BrokenAnswer("the body is longer than " + MAX_BODY + " bytes");
    }
  }
}
