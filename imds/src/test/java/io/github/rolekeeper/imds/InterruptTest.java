package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.kept;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wherever a call is when its thread is interrupted, it ends, and the interrupt stays. */
@Timeout(120) // against a hang only: nothing here has an end of its own within minutes
class InterruptTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start().serves(ID, "i-1");

  @AfterEach
  void stop() {
    server.close();
  }

  /** How a call ended, and whether the interrupt was still to be seen. */
  private record Ended(InstanceMetadataException failure, boolean interrupted) {}

  private static final class Reader {
    private final CompletableFuture<Ended> ended = new CompletableFuture<>();
    private final Thread thread;

    Reader(InstanceMetadataClient client) {
      thread =
          new Thread(
              () ->
                  ended.complete(
                      new Ended(
                          Clients.failure(client, ID), Thread.currentThread().isInterrupted())));
      thread.start();
    }

    Ended interrupted() throws InterruptedException, ExecutionException {
      thread.interrupt();
      return ended.get();
    }

    void awaitWaiting() {
      Waiting.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }
  }

  private InstanceMetadataClient.Builder patient() {
    Duration minutes = Duration.ofMinutes(10);
    return builder(server).timeout(minutes).connectTimeout(minutes).readTimeout(minutes);
  }

  record Stage(String name, String request, Reply reply, Kind kind) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Stage> stages() {
    String head = "HTTP/1.1 200 OK\r\n";
    String page = "HTTP/1.1 %s\r\nContent-Length: 9\r\n\r\n";
    return Stream.of(
        new Stage("the token's status line", TOKEN, thenSilence(""), Kind.INTERRUPTED),
        new Stage("the token", TOKEN, thenSilence(head + "\r\ntok"), Kind.INTERRUPTED),
        new Stage("the status line", GET, thenSilence("HTT"), Kind.INTERRUPTED),
        new Stage("the headers", GET, thenSilence(head + "Serv"), Kind.INTERRUPTED),
        new Stage(
            "the body", GET, thenSilence(head + "Content-Length: 9\r\n\r\ni-"), Kind.INTERRUPTED),
        new Stage("the end of the body", GET, thenSilence(head + "\r\ni-1"), Kind.INTERRUPTED),
        new Stage(
            "a chunk",
            GET,
            thenSilence(head + "Transfer-Encoding: chunked\r\n\r\n3\r\ni-"),
            Kind.INTERRUPTED),
        new Stage(
            "the page of a passing failure",
            GET,
            thenSilence(page.formatted("503 Busy")),
            Kind.INTERRUPTED),
        // The status is known, and says more.
        new Stage(
            "the page of a clear no", GET, thenSilence(page.formatted("403 No")), Kind.FORBIDDEN));
  }

  @ParameterizedTest
  @MethodSource("stages")
  void an_interrupt_ends_the_wait_for(Stage stage) throws Exception {
    server.on(stage.request(), stage.reply());
    try (InstanceMetadataClient client = patient().build()) {
      Reader reader = new Reader(client);
      server.awaitRequest(stage.request());
      Ended ended = reader.interrupted();
      // A busy machine may interrupt before the status was read.
      assertThat(ended.failure().kind()).isIn(stage.kind(), Kind.INTERRUPTED);
      assertThat(ended.interrupted()).isTrue();
      assertThat(server.trace()).containsOnlyOnce(stage.request());
      server.awaitOpenConnections(0);
    }
  }

  @Test
  void an_interrupt_ends_the_wait_for_anothers_token_and_not_the_others() throws Exception {
    server.on(TOKEN, thenSilence(""));
    try (InstanceMetadataClient client = patient().build()) {
      Reader leader = new Reader(client);
      server.awaitRequest(TOKEN);
      Reader follower = new Reader(client);
      follower.awaitWaiting();
      Ended ended = follower.interrupted();
      assertThat(ended.failure().kind()).isEqualTo(Kind.INTERRUPTED);
      assertThat(ended.interrupted()).isTrue();
      assertThat(leader.ended).isNotDone();
      leader.interrupted();
    }
  }

  @Test
  void whoever_waits_for_the_token_of_one_that_is_interrupted_asks_for_it() throws Exception {
    server.on(TOKEN, thenSilence(""), ScriptedMetadataServer.token("second", 60));
    try (InstanceMetadataClient client = patient().build()) {
      Reader leader = new Reader(client);
      server.awaitRequest(TOKEN);
      CompletableFuture<?> follower = client.async(c -> c.text(ID));
      assertThat(leader.interrupted().failure().kind()).isEqualTo(Kind.INTERRUPTED);
      assertThat((Object) follower.get()).isEqualTo(Optional.of("i-1"));
    }
  }

  @Test
  void an_interrupt_ends_a_read_on_a_kept_connection_and_is_no_reason_to_try_a_new_one()
      throws Exception {
    server.on(GET, kept("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ni-1"), thenSilence(""));
    try (InstanceMetadataClient client = patient().build()) {
      client.text(ID);
      server.requests().clear();
      Reader reader = new Reader(client);
      server.awaitRequest(GET);
      assertThat(reader.interrupted().failure().kind()).isEqualTo(Kind.INTERRUPTED);
      assertThat(server.trace()).containsExactly(GET);
    }
  }

  @Test
  void an_interrupt_ends_a_pause() throws Exception {
    server.on(GET, status(503, ""));
    try (InstanceMetadataClient client =
        patient().backOff(Duration.ofMinutes(5), Duration.ofMinutes(5)).build()) {
      Reader reader = new Reader(client);
      reader.awaitWaiting();
      Ended ended = reader.interrupted();
      assertThat(ended.failure().kind()).isEqualTo(Kind.INTERRUPTED);
      assertThat(ended.interrupted()).isTrue();
      assertThat(server.trace()).containsExactly(TOKEN, GET);
    }
  }

  @Test
  void a_thread_that_is_interrupted_already_sends_nothing() throws Exception {
    try (InstanceMetadataClient client = patient().build()) {
      client.text(ID);
      server.requests().clear();
      Thread.currentThread().interrupt();
      InstanceMetadataException failure = Clients.failure(client, ID);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure.kind()).isEqualTo(Kind.INTERRUPTED);
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(client.text(ID)).contains("i-1");
    }
  }

  /** Takes connections until its queue is full, and none after that, nor refuses one. */
  @Test
  void an_interrupt_ends_the_wait_for_a_connection() throws Exception {
    List<Socket> queue = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assumeTrue(filled(full, queue), "here a full queue takes or refuses connections");
      InstanceMetadataClient client =
          patient().endpoint(URI.create("http://127.0.0.1:" + full.getLocalPort())).build();
      Ended ended = new Reader(client).interrupted();
      assertThat(ended.failure().kind()).isEqualTo(Kind.INTERRUPTED);
      assertThat(ended.interrupted()).isTrue();
    } finally {
      for (Socket socket : queue) {
        socket.close();
      }
    }
  }

  private static boolean filled(ServerSocket server, List<Socket> queue) throws IOException {
    for (int i = 0; i < 20; i++) {
      Socket socket = new Socket();
      queue.add(socket);
      try {
        socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 100);
      } catch (SocketTimeoutException e) {
        return true;
      }
    }
    return false;
  }
}
