package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.failure;
import static io.github.rolekeeper.imds.Clients.retries;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.kept;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that keeps its connections is read over one; nothing of it can be seen otherwise. */
@Timeout(120) // against a hang only
class KeptConnectionTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;
  private static final String EVIL = keepable("evil");

  private final AtomicLong nanos = new AtomicLong();
  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  // One attempt: what is replaced here is replaced without counting as one.
  private final InstanceMetadataClient client =
      builder(server).retries(retries(1)).nanos(nanos::get).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String keepable(String body, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\nServer: EC2ws\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  /** The first read leaves a connection behind, the second one is given the replies. */
  private void then(Reply... replies) {
    List<Reply> script = new ArrayList<>(List.of(kept(keepable("first"))));
    script.addAll(List.of(replies));
    server.on(GET, script.toArray(Reply[]::new));
    assertThat(client.text(ID)).contains("first");
  }

  @Test
  void one_connection_carries_token_and_reads() {
    server.on(TOKEN, kept(keepable("t"))).on(GET, kept(keepable("i-1", "Connection: Keep-Alive")));
    for (int i = 0; i < 5; i++) {
      assertThat(client.text(ID)).contains("i-1");
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void a_token_is_asked_for_on_a_new_connection_so_that_silence_tells_of_the_hop_limit() {
    server.on(TOKEN, kept(keepable("t", "X-aws-ec2-metadata-token-ttl-seconds: 2")), raw(""));
    then(kept(keepable("second")));
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.NO_ANSWER); // not taken for a stale connection
    assertThat(server.trace()).filteredOn(TOKEN::equals).hasSize(2);
  }

  @Test
  void a_connection_that_the_service_closed_meanwhile_is_replaced() {
    server.on(GET, raw(keepable("i-1")));
    for (int i = 0; i < 20; i++) {
      assertThat(client.text(ID)).contains("i-1");
    }
  }

  @Test
  void a_connection_that_ends_before_the_first_byte_is_replaced_once() {
    then(raw(""), ok("fresh"));
    assertThat(client.text(ID)).contains("fresh");
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET, GET);
  }

  @Test
  void a_new_connection_that_ends_too_is_a_failure() {
    then(raw(""), raw(""), ok("never asked for"));
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.NO_ANSWER);
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET, GET);
  }

  @Test
  void an_answer_that_breaks_off_on_it_is_a_failure_and_not_repeated() {
    then(raw("HTTP/1.1 2"), ok("never asked for"));
    assertThat(failure(client, ID).kind()).isEqualTo(Kind.NO_ANSWER);
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET);
  }

  // The first answer has a minute, so that only the silence is short of time.
  @Test
  void silence_on_it_is_waited_out_once() {
    Transport transport =
        new Transport(
            new Endpoints(List.of(server.endpoint())),
            new AddressLookup(InetAddress::getByName),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            nanos::get);
    server.on(GET, kept(keepable("first")), thenSilence(""), ok("never asked for"));
    WireRequest request = WireRequest.get(ID, Optional.empty());
    Deadline patient = Deadline.after(Duration.ofMinutes(1), nanos::get);
    assertThat(transport.exchange(request, patient).status()).isEqualTo(200);
    Deadline brief = Deadline.after(Duration.ofMillis(200), nanos::get);
    ExchangeFailure failure =
        catchThrowableOfType(ExchangeFailure.class, () -> transport.exchange(request, brief));
    assertThat(failure.kind()).isEqualTo(Kind.NO_ANSWER);
    assertThat(failure.event()).contains("no answer came within 200 ms");
    transport.close();
    server.awaitOpenConnections(0);
    assertThat(server.trace()).containsExactly(GET, GET);
    assertThat(server.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\ncOnnection: CLOSE\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nfirst",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nfirst",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
      })
  void a_connection_that_may_not_be_at_its_start_again_is_not_used_again(String answer) {
    server.on(GET, kept(answer), ok("second"));
    client.text(ID);
    assertThat(client.text(ID)).contains("second");
    assertThat(server.connections()).isEqualTo(3);
  }

  @Test
  void what_comes_unasked_behind_an_answer_is_never_taken_for_the_next_one() {
    for (String body : List.of("first", "x".repeat(10_000))) {
      server.on(GET, kept(keepable(body) + EVIL), ok("second"));
      assertThat(client.text(ID)).contains(body);
      assertThat(client.text(ID)).contains("second");
    }
  }

  private static Connection connected(int port) throws IOException {
    Endpoint endpoint = new Endpoint(URI.create("http://127.0.0.1:" + port));
    return Connection.open(endpoint, InetAddress.getLoopbackAddress(), 9_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"})
  void what_comes_while_a_connection_waits_is_noticed_when_it_is_wanted(String late)
      throws IOException {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      IdleConnection idle = new IdleConnection(nanos::get);
      idle.keep(connected(listening.getLocalPort()));
      try (Socket peer = listening.accept()) {
        Optional<Connection> taken = idle.take();
        assertThat(taken).isPresent();
        idle.keep(taken.get());
        peer.getOutputStream().write(late.getBytes(StandardCharsets.US_ASCII));
        peer.shutdownOutput(); // with or without anything before the end
        for (taken = idle.take(); taken.isPresent(); taken = idle.take()) {
          assertThat(Thread.currentThread().isInterrupted()).isFalse(); // by the time-out
          idle.keep(taken.get()); // not arrived yet
        }
      }
    }
  }

  @Test
  void after_an_answer_that_is_none_the_connection_is_gone() {
    then(kept("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + EVIL), ok("third"));
    assertThat(failure(client, ID).kind()).isEqualTo(Kind.MALFORMED_ANSWER);
    assertThat(client.text(ID)).contains("third");
    assertThat(server.connections()).isEqualTo(3);
  }

  @Test
  void after_a_server_error_the_connection_is_gone() {
    then(new Reply(status(503, EVIL).bytes(), ScriptedMetadataServer.After.KEPT), ok("third"));
    assertThat(failure(client, ID).kind()).isEqualTo(Kind.SERVER_ERROR);
    assertThat(client.text(ID)).contains("third");
  }

  @ParameterizedTest
  @ValueSource(longs = {4_000_000_000L, 4_000_000_001L})
  void a_connection_that_waited_longer_than_4_s_is_not_used_again(long idle) {
    then(kept(keepable("second")));
    nanos.addAndGet(idle);
    assertThat(client.text(ID)).contains("second");
    assertThat(server.connections()).isEqualTo(idle > 4_000_000_000L ? 3 : 2);
  }

  @Test
  void an_interrupt_ends_it() throws Exception {
    then(thenSilence(""), ok("third"));
    FutureTask<Kind> reading = new FutureTask<>(() -> failure(client, ID).kind());
    Thread thread = new Thread(reading);
    thread.start();
    Waiting.until(() -> server.trace().size() == 3);
    thread.interrupt();
    assertThat(reading.get()).isEqualTo(Kind.INTERRUPTED);
    assertThat(client.text(ID)).contains("third");
    assertThat(server.trace()).containsExactly(TOKEN, GET, GET, GET);
  }

  @Test
  void an_interrupt_before_the_read_is_not_lost() throws Exception {
    then(ok("never asked for"));
    FutureTask<Boolean> reading =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              return failure(client, ID).kind() == Kind.INTERRUPTED
                  && Thread.currentThread().isInterrupted();
            });
    new Thread(reading).start();
    assertThat(reading.get()).isTrue();
    assertThat(server.trace()).containsExactly(TOKEN, GET);
  }

  @Test
  void threads_never_see_each_others_answers_and_leave_one_connection_at_most() throws Exception {
    server.on(TOKEN, kept(keepable("t")));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Callable<Integer>> readers = new ArrayList<>();
      for (String path : List.of("meta-data/one", "meta-data/two")) {
        server.on("GET /latest/" + path, kept(keepable(path)));
        readers.add(
            () -> {
              for (int i = 0; i < 200; i++) {
                assertThat(client.text(path)).contains(path);
              }
              return 200;
            });
      }
      for (Future<Integer> reader : threads.invokeAll(readers)) {
        assertThat(reader.get()).isEqualTo(200);
      }
    } finally {
      threads.shutdownNow();
    }
    server.awaitOpenConnections(1);
  }

  @Test
  void closing_the_client_closes_it() {
    then(ok("never asked for"));
    server.awaitOpenConnections(1); // that of the token is closed by its answer
    assertThat(server.connections()).isEqualTo(2);
    client.close();
    server.awaitOpenConnections(0);
  }

  @Test
  void what_ends_after_the_client_was_closed_leaves_none_behind() throws IOException {
    Connection connection = connected(server.port());
    IdleConnection idle = new IdleConnection(nanos::get);
    idle.close();
    idle.keep(connection);
    assertThat(connection.quiet()).isFalse();
    server.awaitOpenConnections(0);
  }
}
