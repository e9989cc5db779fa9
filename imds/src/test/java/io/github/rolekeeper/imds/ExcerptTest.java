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
import java.util.Map;
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

  static Stream<String> garbage() {
    return Stream.of(
        "SSH OpenSSH\r\n",
        OK + "no colon\r\n\r\n",
        OK + "X: 1\r\n".repeat(64) + "Last: \u00e9 1\r\n\r\n",
        OK + "X: " + "y ".repeat(5000),
        OK + "Content-Length: many\r\n\r\n",
        OK + "Content-Encoding: gzip\r\n\r\n",
        OK + "Transfer-Encoding: deflate\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\nsize\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
        OK + "\r\n" + "hi ".repeat(30_000));
  }

  @ParameterizedTest
  @MethodSource("garbage")
  void what_is_no_http_is_told_and_not_quoted(String garbage) {
    server.on(GET, raw(garbage));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.excerpt()).isEmpty();
    assertThat(failure)
        .hasMessageNotContainingAny(
            "OpenSSH", "no colon", "many", "gzip", "deflate", "llo", "hi h");
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
    assertThat(failure).hasMessageContaining(" answered " + status + "; it says No Way Try");
  }

  static Stream<Reply> pages() {
    String head = "HTTP/1.1 503 Busy\r\nContent-Type: text/html; charset=utf-8\r\n";
    return Stream.of(
        raw(head + "\r\nbusy"),
        raw("HTTP/1.0 503\ncontent-type:TEXT/PLAIN\n\nbusy"),
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
    server.on(TOKEN, ok("short"));
    server.on(GET, status(403, "you sent short to us"));
    assertThat(failure(client, ID).excerpt()).contains("you sent to us");
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
    WireAnswer page =
        new WireAnswer(
            403,
            Map.of("content-type", "text/plain"),
            "words".getBytes(StandardCharsets.UTF_8),
            new Peer(server.endpoint(), InetAddress.getLoopbackAddress()));
    assertThat(Excerpt.ofPage(WireRequest.get(path, Optional.empty()), page)).isEmpty();
    assertThat(Excerpt.ofPage(WireRequest.get(ID, Optional.empty()), page)).contains("words");
  }

  @ParameterizedTest
  @ValueSource(strings = {"user-data", "user%2ddata"})
  void nothing_is_shown_of_what_is_served_where_secrets_are(String path) {
    server.on("GET /latest/" + path, status(503, "hunter"));
    assertThat(failure(client, path).excerpt()).isEmpty();
    assertThat(failure(client, path)).hasMessageNotContaining("hunter");
    server.on(TOKEN, status(403, "hunter"));
    InstanceMetadataException refused = failure(builder(server).build(), path);
    assertThat(refused).hasMessageNotContaining("hunter");
    assertThat(refused.excerpt()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SECRET,
        "wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYEXAMPLEKEY",
        "wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY",
        "<p title='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'>"
      })
  void what_is_no_plain_word_is_left_out_wherever_the_page_ends(String secret) {
    for (int words = 0; words < 350; words += 7) {
      server.on(GET, status(403, "ab ".repeat(words) + secret + " and more"));
      assertThat(failure(client, ID)).hasMessageNotContaining("wJ");
    }
  }

  @Test
  void a_long_page_is_cut_at_the_end_of_a_word() {
    server.on(GET, status(403, "Somebody said: not allowed here. ".repeat(9)));
    String excerpt = failure(client, ID).excerpt().orElseThrow();
    assertThat(excerpt)
        .hasSizeLessThanOrEqualTo(60)
        .startsWith("Somebody said: not")
        .endsWith("...");
  }

  @Test
  void nothing_is_shown_of_a_page_of_another_type_or_with_other_characters() {
    server.on(GET, raw("HTTP/1.1 403 No\r\nContent-Type: application/json\r\n\r\nwords"));
    assertThat(failure(client, ID).excerpt()).isEmpty();
    for (String page : new String[] {"a [word", "say \"word\"", "caf\u00e9 words", "wo&amp;rds"}) {
      server.on(GET, status(403, page));
      assertThat(failure(client, ID).excerpt()).isEmpty();
    }
  }
}
