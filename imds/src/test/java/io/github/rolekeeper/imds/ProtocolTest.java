package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.failure;
import static io.github.rolekeeper.imds.Clients.failureWithToken;
import static io.github.rolekeeper.imds.Clients.retries;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120) // against a hang only
class ProtocolTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start().serves(ID, "i-0123456789abcdef0");
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    server.close();
  }

  private long reads() {
    return server.trace().stream().filter(GET::equals).count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\ncontent-length:5\r\n\r\nhello, and more than it said",
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 1\r\n\r\n5\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n"
      })
  void every_form_of_a_body_is_read(String answer) {
    server.on(GET, raw(answer));
    assertThat(client.text(ID)).contains("hello");
  }

  @Test
  void an_answer_with_a_length_is_taken_without_waiting_for_the_connection_to_close() {
    server.on(GET, thenSilence("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    assertThat(client.text(ID)).contains("hello");
  }

  @Test
  void interim_answers_without_a_final_one_are_no_answer() {
    server.on(GET, raw("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"));
    assertThat(failure(client, ID).kind()).isEqualTo(Kind.NO_ANSWER);
    server.on(GET, raw("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"));
    assertThat(client.text(ID)).isEmpty();
  }

  @Test
  void an_empty_200_is_an_empty_value() {
    server.on(GET, ok(""));
    assertThat(client.text(ID)).contains("");
  }

  @Test
  void a_404_is_absence_whatever_page_comes_with_it() {
    assertThat(client.text("meta-data/none")).isEmpty();
    server.on("GET /latest/meta-data/none", raw("HTTP/1.0 404 Not Found\r\n\r\n"));
    assertThat(client.text("meta-data/none")).isEmpty();
  }

  @Test
  void a_passing_failure_is_tried_again() {
    server.on(
        GET, status(503, "busy"), status(429, ""), raw("HTTP/1.1 200 OK\r\nContent-"), ok("late"));
    assertThat(client.text(ID)).contains("late");
    assertThat(reads()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"503, SERVER_ERROR", "500, SERVER_ERROR", "429, THROTTLED"})
  void a_lasting_failure_is_told_after_the_last_attempt(int status, Kind kind) {
    server.on(GET, status(status, "<html>"));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.attempts()).isEqualTo(4);
    assertThat(reads()).isEqualTo(4);
    assertThat(failure)
        .hasMessageContainingAll(
            server.endpoint().toString(),
            GET.replace("/latest/", ""),
            "answered " + status,
            "4 attempts",
            kind.remedy())
        .hasMessageNotContaining("<html>"); // a page is told without its markup
  }

  @ParameterizedTest
  @CsvSource({
    "400, BAD_REQUEST",
    "403, FORBIDDEN",
    "405, UNEXPECTED_STATUS",
    "204, UNEXPECTED_STATUS"
  })
  void a_clear_no_is_not_asked_again(int status, Kind kind) {
    server.on(GET, status(status, ""));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.status()).hasValue(status);
    assertThat(reads()).isEqualTo(1);
  }

  @Test
  void a_redirect_is_not_followed() {
    try (ScriptedMetadataServer other = ScriptedMetadataServer.start()) {
      server.on(GET, status(302, "", "Location: " + other.endpoint() + "/latest/" + ID));
      assertThat(failure(client, ID).kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
      assertThat(other.connections()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\ni-1",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"
      })
  void what_is_no_answer_is_malformed_and_not_asked_for_again(String answer) {
    server.on(GET, raw(answer));
    assertThat(failure(client, ID).kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(reads()).isEqualTo(1);
  }

  @Test
  void what_has_no_end_is_cut_off() {
    String head = "HTTP/1.1 200 OK\r\n";
    server.on(
        GET,
        thenSilence(head + "\r\n" + "x".repeat(70_000)),
        thenSilence(head + "X: " + "x".repeat(9_000)),
        thenSilence(head + "X: x\r\n".repeat(65)),
        thenSilence(
            head
                + "Transfer-Encoding: chunked\r\n\r\n"
                + ("8000\r\n" + "x".repeat(0x8000) + "\r\n").repeat(3)));
    for (int i = 0; i < 4; i++) {
      assertThat(failure(client, ID).kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    }
  }

  @Test
  void an_answer_that_breaks_off_is_no_answer() {
    server.on(GET, raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.NO_ANSWER);
    assertThat(failure.attempts()).isEqualTo(4);
  }

  @Test
  void silence_on_a_read_is_no_answer() {
    server.on(GET, thenSilence(""));
    InstanceMetadataException failure =
        failureWithToken(
            builder(server).readTimeout(Duration.ofMillis(200)).retries(retries(1)).build(), ID);
    assertThat(failure.kind()).isEqualTo(Kind.NO_ANSWER);
  }

  // The clock of the client moves 10 ms with each look at it, so the time is over long before the
  // bytes are, and nobody has to wait for it.
  @Test
  void an_answer_that_drips_ends_at_the_deadline() {
    AtomicLong nanos = new AtomicLong();
    server.on(
        GET,
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n".repeat(12_000)
                + "0\r\n\r\n"));
    assertThat(client.text(ID).orElseThrow()).hasSize(60_000);
    InstanceMetadataException failure =
        failure(
            builder(server)
                .timeout(Duration.ofMillis(200))
                .nanos(() -> nanos.addAndGet(10_000_000))
                .build(),
            ID);
    assertThat(failure.kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("timeout(Duration)");
  }

  @Test
  void when_the_time_is_over_the_failure_before_it_is_what_is_told() {
    long later = Duration.ofHours(1).toNanos();
    server.on(GET, status(503, ""), thenSilence("HTTP/1.1 200 OK\r\n"));
    InstanceMetadataException failure =
        failure(builder(server).nanos(() -> server.trace().size() < 3 ? 0 : later).build(), ID);
    assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
    assertThat(failure.status()).hasValue(503);
    assertThat(failure.attempts()).isEqualTo(2);
    assertThat(failure)
        .hasMessageContainingAll("GET " + ID + " answered 503; then", "before the time was over");
  }

  @Test
  void a_port_where_nobody_listens_is_unreachable() {
    try (RefusedPort nobody = RefusedPort.hold()) {
      InstanceMetadataException failure = failure(builder(nobody.endpoint()).build(), ID);
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure.attempts()).isEqualTo(4);
      assertThat(failure.endpoint()).isEqualTo(nobody.endpoint());
    }
  }

  @Test
  void no_proxy_of_any_kind_sees_a_request() {
    try (ScriptedMetadataServer proxy = ScriptedMetadataServer.start()) {
      Map<String, String> settings =
          Map.of(
              "http.proxyHost", "127.0.0.1",
              "http.proxyPort", String.valueOf(proxy.port()),
              "socksProxyHost", "127.0.0.1",
              "socksProxyPort", String.valueOf(proxy.port()),
              "http.nonProxyHosts", "",
              "socksNonProxyHosts", "");
      try (JvmProperties properties = JvmProperties.with(settings)) {
        assertThat(client.text(ID)).contains("i-0123456789abcdef0");
      }
      assertThat(proxy.connections()).isZero();
    }
  }

  @Test
  void an_interrupt_ends_a_read_and_stays() throws Exception {
    server.on(GET, thenSilence(""));
    FutureTask<Boolean> reading =
        new FutureTask<>(
            () ->
                failure(client, ID).kind() == Kind.INTERRUPTED
                    && Thread.currentThread().isInterrupted());
    Thread thread = new Thread(reading);
    thread.start();
    server.awaitRequest(GET);
    thread.interrupt();
    assertThat(reading.get()).isTrue();
    assertThat(reads()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "'', /latest/",
    "/, /latest/",
    "/_instances/i-0123456789abcdef0, /_instances/i-0123456789abcdef0/latest/",
    "/_instances/i-0123456789abcdef0/, /_instances/i-0123456789abcdef0/latest/"
  })
  void an_endpoint_may_have_a_path_and_a_slash_at_its_end(String path, String target) {
    server.on("PUT " + target + "api/token", ok("t"));
    server.on("GET " + target + ID, ok("here"));
    InstanceMetadataClient other = builder(URI.create(server.endpoint() + path)).build();
    assertThat(other.text(ID)).contains("here");
  }

  @Test
  void a_path_is_percent_encoded() {
    server.on("GET /latest/meta-data/tags/instance/a%20%25%C3%A9%3F%23=+@", ok("value"));
    assertThat(client.text("meta-data/tags/instance/a %é?#=+@")).contains("value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/meta-data/instance-id", "meta-data/../user-data", "./user-data", ".."})
  void a_path_that_leads_elsewhere_is_refused_before_any_request(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> client.text(path));
    assertThat(server.connections()).isZero();
  }

  @Test
  void a_path_that_is_too_long_for_a_request_is_refused_before_one() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.text("meta-data/" + "é".repeat(1000)))
        .withMessageContainingAll("6010", "at most 4096");
    assertThat(server.connections()).isZero();
    assertThat(client.text("meta-data/" + "x".repeat(4086))).isEmpty();
  }

  @Test
  void a_host_with_an_underscore_is_refused_by_that_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Clients.nothingSet().endpoint(URI.create("http://imds_mock:1338")).build())
        .withMessageContainingAll("imds_mock", "no underscore");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Clients.nothingSet().endpoint(URI.create("https://127.0.0.1/a_b")).build())
        .withMessageNotContaining("underscore");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1",
        "127.0.0.1",
        "http:///latest",
        "http://user@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#a",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://[fe80::1%25lo]"
      })
  void what_is_no_endpoint_is_refused_with_the_rule(String endpoint) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Clients.nothingSet().endpoint(URI.create(endpoint)).build())
        .withMessageContaining("http://HOST:PORT")
        .satisfies(
            e -> assertThat(e.getMessage()).containsAnyOf("\"" + endpoint, "\"**** (not shown"));
  }

  @Test
  void an_encoding_that_changes_nothing_is_fine() {
    server.on(GET, ok("i-1", "Content-Encoding: identity"));
    assertThat(client.text(ID)).contains("i-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0009S", "PT1H0.001S", "PT9999999H"})
  void a_time_out_outside_the_limits_is_refused(Duration timeout) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InstanceMetadataClient.builder().timeout(timeout))
        .withMessageContaining("1 ms to 1 h");
  }

  @Test
  void a_closed_client_refuses_to_ask() {
    client.close();
    client.close();
    assertThatIllegalStateException().isThrownBy(() -> client.text(ID));
    assertThat(server.trace()).doesNotContain(TOKEN);
  }
}
