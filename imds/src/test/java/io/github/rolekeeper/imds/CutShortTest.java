package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.failure;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.thenSilence;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is told where the end of the whole call cuts an attempt short. Nobody takes connections: the
 * queue of a port that is never served is full, as where packets are dropped.
 */
@Timeout(120)
class CutShortTest {
  private static final String ID = "meta-data/instance-id";

  @TempDir Path root;

  /** The client's clock. It moves where a test says so, and the machine's own plays no part. */
  private final AtomicLong nanos = new AtomicLong();

  private final ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final List<SocketChannel> waiting = new ArrayList<>();

  CutShortTest() throws IOException {
    for (int i = 0; i < 8; i++) {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.connect(port.getLocalSocketAddress());
      waiting.add(channel);
    }
  }

  @AfterEach
  void stop() throws IOException {
    for (SocketChannel channel : waiting) {
      channel.close();
    }
    port.close();
  }

  private URI nowhere() {
    return URI.create("http://127.0.0.1:" + port.getLocalPort());
  }

  private URI named(String host) {
    return URI.create("http://" + host + ":" + port.getLocalPort());
  }

  /** A machine that does not say whether it is one of EC2's. */
  private InstanceMetadataClient.Builder machine(Map<String, String> environment) {
    return InstanceMetadataClient.builder()
        .lookups(new Lookups(name -> null, environment::get, key -> Optional.empty()))
        .machine(mode -> List.of(nowhere()), root)
        .nanos(nanos::get);
  }

  private static void assertUnreachableAndRemembered(InstanceMetadataClient client) {
    InstanceMetadataException failure = failure(client, ID);
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure.attempts()).isPositive();
    assertThat(failure).hasMessageNotContaining("timeout(Duration)");
    InstanceMetadataException next = failure(client, ID);
    assertThat(next.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(next.attempts()).isZero();
    client.close();
  }

  @Test
  void a_brief_time_and_nothing_else_set() {
    assertUnreachableAndRemembered(machine(Map.of()).timeout(Duration.ofMillis(300)).build());
  }

  @Test
  void a_time_out_of_the_sdks_of_which_the_last_attempt_has_only_a_part() {
    Map<String, String> environment = Map.of("AWS_METADATA_SERVICE_TIMEOUT", "0.4");
    AtomicLong begun = new AtomicLong();
    // The jitter is drawn as each attempt begins: two of them take 0.4 s each and leave 0.1 s.
    Retries retries =
        new Retries(
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            () -> {
              nanos.set(Duration.ofMillis(450).toNanos() * begun.getAndIncrement());
              return 1;
            });
    assertUnreachableAndRemembered(
        machine(environment).timeout(Duration.ofSeconds(1)).retries(retries).build());
    assertThat(begun).hasValue(3);
  }

  @Test
  void a_time_for_a_connection_that_is_longer_than_that_of_the_call() {
    assertUnreachableAndRemembered(
        machine(Map.of())
            .connectTimeout(Duration.ofSeconds(9))
            .timeout(Duration.ofMillis(400))
            .build());
  }

  @Test
  void two_addresses_of_which_the_second_is_not_reached_in_time() {
    Duration time = Duration.ofMillis(400);
    assertUnreachableAndRemembered(
        machine(Map.of())
            .machine(mode -> List.of(named("first.test"), named("second.test")), root)
            .resolver(
                host -> {
                  nanos.set(host.equals("second.test") ? time.toNanos() : 0);
                  return InetAddress.getLoopbackAddress();
                })
            .endpointMode(EndpointMode.AUTO)
            .connectTimeout(time)
            .timeout(time)
            .build());
  }

  @Test
  void a_token_that_does_not_come_within_the_time_of_the_call_suggests_the_hop_limit() {
    try (ScriptedMetadataServer server =
        ScriptedMetadataServer.start().on(TOKEN, thenSilence(""))) {
      InstanceMetadataClient client =
          InstanceMetadataClient.builder()
              .endpoint(server.endpoint())
              .lookups(Clients.NOTHING_SET)
              .nanos(nanos::get)
              .readTimeout(Duration.ofMillis(500))
              .timeout(Duration.ofMillis(400))
              .build();
      assertThat(client.report().hopLimitSuspected()).isTrue();
      assertThat(failure(client, ID).kind()).isEqualTo(Kind.HOP_LIMIT_SUSPECTED);
    }
  }

  // The clock jumps while the name of the host is looked up: nearly nothing is left for an answer.
  @Test
  void a_wait_that_had_hardly_begun_suggests_nothing() {
    try (ScriptedMetadataServer server =
        ScriptedMetadataServer.start().on(TOKEN, thenSilence(""))) {
      InstanceMetadataClient client =
          Clients.builder(URI.create("http://metadata.test:" + server.port()))
              .resolver(
                  host -> {
                    nanos.set(Duration.ofMillis(59_900).toNanos()); // of 60 s
                    return InetAddress.getLoopbackAddress();
                  })
              .nanos(nanos::get)
              .build();
      assertThat(failure(client, ID).kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void a_request_that_is_not_taken_ends_in_time() throws IOException {
    try (ServerSocket deaf = new ServerSocket()) {
      deaf.setReceiveBufferSize(4096);
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      URI longPath =
          URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/" + "x".repeat(6_000_000));
      InstanceMetadataClient client =
          Clients.builder(longPath)
              .readTimeout(Duration.ofMillis(300))
              .retries(Clients.retries(1))
              .build();
      InstanceMetadataException failure = failure(client, ID);
      assertThat(failure.kind()).isEqualTo(Kind.NO_ANSWER);
      assertThat(failure.getCause().getMessage()).contains("was not taken");
    }
  }
}
