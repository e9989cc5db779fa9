package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.failure;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was answered in place of a value is told, as far as it cannot be a secret. */
@Timeout(120)
class ExcerptTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  record Garbage(String bytes, String excerpt) {}

  static Stream<Garbage> garbage() {
    return Stream.of(
        new Garbage("SSH-2.0-OpenSSH\r\n", "SSH-2.0-OpenSSH"),
        new Garbage(OK + "no colon\r\n\r\n", "no colon"),
        new Garbage(OK + "X: 1\r\n".repeat(64) + "Last: \u00e9 1\r\n\r\n", "Last: 1"),
        new Garbage(OK + "X: " + "y ".repeat(5000), "X:" + " y".repeat(29) + "..."),
        new Garbage(OK + "Content-Length: many\r\n\r\n", "many"),
        new Garbage(OK + "Content-Encoding: gzip\r\n\r\n", "gzip"),
        new Garbage(OK + "Transfer-Encoding: deflate\r\n\r\n", "deflate"),
        new Garbage(OK + "Transfer-Encoding: chunked\r\n\r\nsize\r\n", "size"),
        new Garbage(OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n", "llo"),
        new Garbage(OK + "\r\n" + "hi ".repeat(30_000), "hi ".repeat(20) + "..."));
  }

  @ParameterizedTest
  @MethodSource("garbage")
  void what_is_no_http_is_quoted_at_the_place_where_it_is_none(Garbage garbage) {
    server.on(GET, raw(garbage.bytes()));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.excerpt()).contains(garbage.excerpt());
    assertThat(failure).hasMessageContaining("; it begins " + garbage.excerpt());
  }

  @Test
  void a_body_that_was_not_read_has_no_excerpt() {
    server.on(GET, raw(OK + "Content-Length: 99999999\r\n\r\nx"));
    assertThat(failure(client, ID).excerpt()).isEmpty();
    assertThat(failure(client, ID)).hasMessageContaining("longer than 65536 bytes (MALFORMED");
  }

  @ParameterizedTest
  @CsvSource({
    "400, BAD_REQUEST",
    "403, FORBIDDEN",
    "405, UNEXPECTED_STATUS",
    "302, UNEXPECTED_STATUS",
    "429, THROTTLED",
    "503, SERVER_ERROR"
  })
  void the_words_of_an_error_page_are_told_without_its_markup(int status, Kind kind) {
    server.on(
        GET,
        status(
            status,
            "<?xml version=\"1.0\"?>\n<!DOCTYPE html>\n<html lang=\"en\"><head>"
                + "<title>No Way</title></head>\n<body>\n<h1>Try\tlater</h1></bo"));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.excerpt()).contains("No Way Try later");
    assertThat(failure).hasMessageContaining(" answered " + status + "; it begins No Way Try");
  }

  static Stream<Reply> pages() {
    String head = "HTTP/1.1 503 Busy\r\n";
    return Stream.of(
        raw(head + "\r\nbusy"),
        raw("HTTP/1.0 503\n\nbusy"),
        raw(head + "Content-Length: 4\r\n\r\nbusy"),
        raw(head + "Transfer-Encoding: chunked\r\n\r\n4;a=b\r\nbusy"),
        thenSilence(head + "Content-Length: 9999\r\n\r\nbusy"),
        thenSilence(head + "Content-Length: 99999999999999\r\n\r\nbusy"));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_need_not_be_whole_or_end(Reply page) {
    server.on(GET, page);
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
    assertThat(failure.status()).hasValue(503);
    assertThat(failure.excerpt().orElse("")).startsWith("busy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 403 No\r\n\r\n",
        "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 403 No\r\nContent-Length: 50\r\n\r\n",
        "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n5",
        "HTTP/1.1 403 No\r\n\r\n<html><body></body>"
      })
  void a_page_that_does_not_come_or_says_nothing_changes_nothing(String answer) {
    server.on(GET, raw(answer), thenSilence(answer));
    for (int i = 0; i < 2; i++) {
      InstanceMetadataException failure = failure(client, ID);
      assertThat(failure.kind()).isEqualTo(Kind.FORBIDDEN);
      assertThat(failure).hasMessageContaining(" answered 403 (FORBIDDEN");
    }
  }

  // The wait for a page has a limit of its own: the time-out for bytes here is an hour.
  @Test
  void nobody_waits_long_for_a_page() {
    server.on(GET, thenSilence("HTTP/1.1 403 No\r\nContent-Length: 50\r\n\r\n"));
    Duration hour = Duration.ofHours(1);
    try (InstanceMetadataClient patient = builder(server).timeout(hour).readTimeout(hour).build()) {
      assertThat(failure(patient, ID).kind()).isEqualTo(Kind.FORBIDDEN);
    }
  }

  @Test
  void absence_is_told_without_waiting_for_its_page() throws IOException {
    assertThat(waitsFor("404 Not Found")).isEqualTo(1);
    assertThat(waitsFor("403 No")).as("for the head, and for the page").isEqualTo(2);
  }

  private int waitsFor(String status) throws IOException {
    server.on(GET, thenSilence("HTTP/1.1 " + status + "\r\nContent-Length: 50\r\n\r\n"));
    Connection connection =
        Connection.open(new Endpoint(server.endpoint()), InetAddress.getLoopbackAddress(), 60_000);
    AtomicInteger waits = new AtomicInteger();
    connection.exchange(
        WireRequest.get(ID, Optional.empty()),
        () -> {
          waits.incrementAndGet();
          return 60_000;
        });
    connection.close();
    return waits.get();
  }

  @Test
  void a_page_that_repeats_the_request_does_not_show_its_token() {
    server.on(TOKEN, ok("short-token"));
    server.on(GET, status(403, "you sent short-token to us"), raw("short-token\r\n"));
    assertThat(failure(client, ID).excerpt()).contains("you sent **** to us");
    assertThat(failure(client, ID).excerpt()).contains("****");
  }

  /** Which are not read as text, either. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "meta-data/iam/security-credentials/web-role",
        "meta-data/iam/security-credentials-extended/web-role",
        "meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
        "meta-data/iam/security%2Dcredentials/web-role",
        "meta-data/iam/Security%2dCredentials/web-role"
      })
  void nothing_is_shown_of_credentials(String path) {
    byte[] body = "hunter2".getBytes(StandardCharsets.UTF_8);
    assertThat(Excerpt.of(path, body)).isEmpty();
    assertThat(Excerpt.ofPage(path, body)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"user-data", "user%2ddata", "api/token"})
  void nothing_is_shown_of_what_is_served_where_secrets_are(String path) {
    server.on("GET /latest/" + path, status(503, "hunter2"), raw("hunter2\r\n"));
    assertThat(failure(client, path).excerpt()).isEmpty();
    assertThat(failure(client, path)).hasMessageNotContaining("hunter2");
    server.on(TOKEN, status(403, "hunter2"));
    InstanceMetadataException refused = failure(builder(server).build(), path);
    assertThat(refused).hasMessageNotContaining("hunter2");
    assertThat(refused.excerpt()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"<b>", "<b> ", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAA "})
  void a_secret_is_not_seen_either_where_what_is_looked_at_ends_within_it(String filler) {
    for (int length = 700; length < 1040; length += 4) {
      String page = filler.repeat(400).substring(0, length / filler.length() * filler.length());
      server.on(GET, status(403, page + SECRET), raw(page + SECRET + "\r\n"));
      assertThat(failure(client, ID)).hasMessageNotContaining("wJ");
      assertThat(failure(client, ID)).hasMessageNotContaining("wJ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SECRET,
        "wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYEXAMPLEKEY",
        "wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY",
        "<p title='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'>"
      })
  void what_looks_like_a_secret_is_masked_anywhere_else(String secret) {
    String filler = "a b ".repeat(13); // so that the cut would fall into it
    server.on(
        GET,
        status(403, filler + secret),
        raw(filler + secret + "\r\n"),
        raw(OK + secret + "\r\n\r\n"),
        raw(OK + "Content-Length: " + secret + "\r\n\r\n"));
    for (int i = 0; i < 4; i++) {
      assertThat(failure(client, ID)).hasMessageNotContaining("wJalrX");
    }
    server.on("GET /latest/" + IamInfoDocument.PATH, ok(filler + secret));
    assertThat(
            org.assertj.core.api.Assertions.catchThrowableOfType(
                InstanceMetadataException.class, client::iamInfo))
        .hasMessageContaining("it begins a b")
        .hasMessageNotContaining("wJalrX");
  }
}
