package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.failure;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.token;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120) // against a hang only
class TokenTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start().serves(ID, "i-0123456789abcdef0");
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // about to overflow
  private final InstanceMetadataClient client = builder(server).nanos(nanos::get).build();

  @AfterEach
  void stop() {
    server.close();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private long tokenRequests() {
    return server.trace().stream().filter(TOKEN::equals).count();
  }

  @Test
  void one_token_is_asked_for_and_sent_with_every_request() {
    client.text(ID);
    client.text(ID);
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET);
    assertThat(server.requests().get(0).headers())
        .containsEntry("x-aws-ec2-metadata-token-ttl-seconds", "21600")
        .containsEntry("content-length", "0")
        .containsEntry("host", "127.0.0.1:" + server.port())
        .doesNotContainKey("x-forwarded-for");
    assertThat(server.requests().get(2).headers())
        .containsEntry("x-aws-ec2-metadata-token", "token-1")
        .doesNotContainKeys("connection", "x-aws-ec2-metadata-token-ttl-seconds");
  }

  @Test
  void a_401_with_an_empty_body_makes_a_fresh_token_and_one_more_request() {
    server.on(GET, ok("before"), status(401, ""), ok("after"));
    client.text(ID);
    assertThat(client.text(ID)).contains("after");
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET, TOKEN, GET);
    assertThat(server.requests().get(4).headers())
        .containsEntry("x-aws-ec2-metadata-token", "token-2");
  }

  @Test
  void a_fresh_token_that_is_refused_ends_the_call_and_is_not_used_again() {
    server.on(GET, ok("before"), status(401, ""), status(401, ""), ok("after"));
    client.text(ID);
    InstanceMetadataException refused = failure(client, ID);
    assertThat(refused.kind()).isEqualTo(Kind.TOKEN_REJECTED);
    assertThat(refused.status()).hasValue(401);
    assertThat(refused.attempts()).isEqualTo(1);
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET, TOKEN, GET);
    assertThat(client.text(ID)).contains("after");
    assertThat(server.requests().get(6).headers())
        .containsEntry("x-aws-ec2-metadata-token", "token-3");
  }

  @Test
  void a_refused_token_does_not_take_its_successor_along() {
    Token first = Token.granted(answer("one"), 0, 60).orElseThrow();
    TokenCache cache =
        new TokenCache(
            new Transport(
                new Endpoints(List.of(server.endpoint())),
                new AddressLookup(java.net.InetAddress::getByName),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                nanos::get),
            Duration.ofHours(6),
            nanos::get);
    Deadline deadline = Deadline.after(Duration.ofSeconds(60), nanos::get);
    Token held = cache.current(deadline);
    cache.discard(first);
    assertThat(cache.current(deadline)).isSameAs(held);
    cache.discard(held);
    assertThat(cache.current(deadline).value()).isEqualTo("token-2");
  }

  @ParameterizedTest
  @CsvSource({
    "21600, PT5H57M59S, PT5H58M", // two minutes early
    "600, PT8M59S, PT9M", // a tenth of its life early
    "1, PT0.8S, PT0.9S"
  })
  void the_granted_life_counts_and_a_token_is_renewed_before_its_end(
      int ttl, Duration still, Duration noMore) {
    server.on(TOKEN, token("granted", ttl));
    client.text(ID);
    pass(still);
    client.text(ID);
    assertThat(tokenRequests()).isEqualTo(1);
    pass(noMore.minus(still));
    client.text(ID);
    assertThat(tokenRequests()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "X-aws-ec2-metadata-token-ttl-seconds: 0\r\n",
        "X-aws-ec2-metadata-token-ttl-seconds: soon\r\n",
        "X-aws-ec2-metadata-token-ttl-seconds: 99999\r\n"
      })
  void without_a_granted_life_the_requested_one_counts(String header) {
    server.on(TOKEN, raw("HTTP/1.1 200 OK\r\n" + header + "\r\nfake-imdsv2-token\n"));
    client.text(ID);
    pass(Duration.ofHours(5));
    client.text(ID);
    assertThat(tokenRequests()).isEqualTo(1);
    pass(Duration.ofHours(1));
    client.text(ID);
    assertThat(tokenRequests()).isEqualTo(2);
    assertThat(server.requests().get(1).headers())
        .containsEntry("x-aws-ec2-metadata-token", "fake-imdsv2-token");
  }

  @Test
  void an_early_renewal_that_fails_leaves_the_old_token_in_use_and_is_not_repeated_at_once() {
    server.on(TOKEN, token("old", 600), status(503, ""), token("new", 600));
    client.text(ID);
    pass(Duration.ofMinutes(9));
    client.text(ID);
    client.text(ID);
    assertThat(tokenRequests()).isEqualTo(2);
    assertThat(server.requests().get(4).headers()).containsEntry("x-aws-ec2-metadata-token", "old");
    pass(Duration.ofSeconds(6));
    client.text(ID);
    assertThat(server.requests().get(6).headers()).containsEntry("x-aws-ec2-metadata-token", "new");
  }

  @Test
  void many_threads_that_need_the_first_token_share_one_request() throws Exception {
    assertThat(inParallel(16, () -> client.text(ID).orElseThrow()))
        .containsOnly("i-0123456789abcdef0");
    assertThat(tokenRequests()).isEqualTo(1);
  }

  @Test
  void silence_after_the_connection_is_told_as_the_hop_limit_after_one_wait() {
    server.on(TOKEN, thenSilence(""));
    InstanceMetadataException silence =
        failure(builder(server).readTimeout(Duration.ofMillis(200)).build(), ID);
    assertThat(silence.kind()).isEqualTo(Kind.HOP_LIMIT_SUSPECTED);
    assertThat(silence.attempts()).isEqualTo(1);
    assertThat(silence.status()).isEmpty();
    assertThat(silence)
        .hasMessageContainingAll("PUT api/token", "200 ms", "HttpPutResponseHopLimit");
    server.awaitRequest(TOKEN);
    assertThat(server.trace()).containsExactly(TOKEN);
  }

  @ParameterizedTest
  @CsvSource({
    "400, BAD_REQUEST",
    "401, UNEXPECTED_STATUS",
    "403, FORBIDDEN",
    "404, V1_ONLY",
    "405, V1_ONLY"
  })
  void a_refused_token_request_ends_the_call_and_is_never_answered_without_token(
      int status, Kind kind) {
    server.on(TOKEN, status(status, "<html>no</html>"));
    InstanceMetadataException refused = failure(client, ID);
    assertThat(refused.kind()).isEqualTo(kind);
    assertThat(refused.status()).hasValue(status);
    assertThat(refused.path()).isEqualTo(ID);
    assertThat(server.trace()).containsExactly(TOKEN);
  }

  @Test
  void a_token_request_is_tried_again_where_a_read_is() {
    server.on(TOKEN, status(503, ""), status(429, ""), raw(""), token("late", 600));
    assertThat(client.text(ID)).isPresent();
    assertThat(server.trace()).containsExactly(TOKEN, TOKEN, TOKEN, TOKEN, GET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n"})
  void an_empty_token_is_asked_for_again(String body) {
    server.on(TOKEN, ok(body), token("whole", 600));
    assertThat(client.text(ID)).isPresent();
    assertThat(server.trace()).containsExactly(TOKEN, TOKEN, GET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n"})
  void a_token_that_stays_empty_is_told_with_its_tries(String body) {
    server.on(TOKEN, ok(body));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure.attempts()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html></html>", "two words", "line\r\nX-Injected: 1"})
  void a_body_that_cannot_stand_in_a_header_is_no_token(String body) {
    server.on(TOKEN, ok(body));
    assertThat(failure(client, ID).kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(server.trace()).containsExactly(TOKEN);
  }

  @Test
  void a_body_longer_than_any_token_is_none() {
    server.on(TOKEN, ok("t".repeat(4097)));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(failure).hasMessageNotContaining("ttt");
    server.on(TOKEN, ok("t".repeat(4096)));
    client.text(ID);
  }

  private static WireAnswer answer(String body) {
    return new WireAnswer(
        200,
        Collections.emptyMap(),
        body.getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        new Peer(
            java.net.URI.create("http://127.0.0.1"), java.net.InetAddress.getLoopbackAddress()));
  }

  private static <T> List<T> inParallel(int threads, Callable<T> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier together = new CyclicBarrier(threads);
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  together.await();
                  return work.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> one : running) {
        results.add(one.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
