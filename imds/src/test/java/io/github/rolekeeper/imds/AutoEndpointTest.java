package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two loopback addresses stand in for EC2's two; the second is {@code ::1} where there is one. */
@Timeout(120)
class AutoEndpointTest {
  private static final String ID = "meta-data/instance-id";

  @TempDir Path root;

  private final RefusedPort fourPort = RefusedPort.hold();
  private final ScriptedMetadataServer six =
      ScriptedMetadataServer.startAt(second()).serves(ID, "i-6");

  @AfterEach
  void stop() {
    six.close();
    fourPort.close();
  }

  private static InetAddress second() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      return socket.getInetAddress();
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress(); // a machine without IPv6
    }
  }

  private URI fourUri() {
    return fourPort.endpoint();
  }

  private ScriptedMetadataServer startFour() {
    return fourPort.serve().serves(ID, "i-4");
  }

  private InstanceMetadataClient.Builder machine() {
    return InstanceMetadataClient.builder()
        .lookups(Clients.NOTHING_SET)
        .machine(
            mode ->
                mode == EndpointMode.AUTO
                    ? List.of(fourUri(), six.endpoint())
                    : List.of(mode == EndpointMode.IPV4 ? fourUri() : six.endpoint()),
            root)
        .timeout(Duration.ofSeconds(60))
        .connectTimeout(Duration.ofSeconds(60))
        .readTimeout(Duration.ofSeconds(60))
        .retries(Clients.retries(1));
  }

  private InstanceMetadataClient auto() {
    return machine().endpointMode(EndpointMode.AUTO).build();
  }

  @Test
  void where_the_first_address_takes_no_connection_the_second_one_is_read_in_the_same_attempt() {
    try (InstanceMetadataClient client = auto()) {
      assertThat(client.text(ID)).contains("i-6");
      assertThat(six.requests()).allMatch(r -> r.headers().get("host").endsWith(":" + six.port()));
    }
  }

  @Test
  void without_auto_the_other_address_is_never_tried() {
    try (InstanceMetadataClient client = machine().build()) {
      assertThat(Clients.failure(client, ID).kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(six.connections()).isZero();
    }
  }

  @Test
  void where_the_first_address_answers_the_second_one_sees_nothing() {
    try (ScriptedMetadataServer four = startFour();
        InstanceMetadataClient client = auto()) {
      assertThat(client.text(ID)).contains("i-4");
      assertThat(client.report().addressFamily()).contains(MetadataReport.AddressFamily.IPV4);
      assertThat(four.connections()).isPositive();
      assertThat(six.connections()).isZero();
    }
  }

  /** Whatever fails at the second address, and however late. */
  static List<Consumer<ScriptedMetadataServer>> failures() {
    String get = "GET /latest/" + ID;
    return List.of(
        server -> server.on(get, status(403, "")),
        server -> server.on(get, status(401, "")),
        server -> server.on(get, status(503, "")),
        server -> server.on(get, raw("SSH-2.0\r\n")),
        server -> server.on(get, raw("HTTP/1.1 2")),
        server -> server.on(TOKEN, status(400, "")),
        server -> server.on(TOKEN, ok("no token")));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void a_failure_names_the_address_where_it_happened(Consumer<ScriptedMetadataServer> script) {
    script.accept(six);
    try (InstanceMetadataClient client = auto()) {
      InstanceMetadataException failure = Clients.failure(client, ID);
      assertThat(failure.endpoint()).isEqualTo(six.endpoint());
      assertThat(failure)
          .hasMessageStartingWith(
              "metadata service at %s (default for the mode of builder method endpointMode)",
              six.endpoint());
      assertThat(failure.endpointOrigin()).isEqualTo(client.configuration().endpoint().origin());
    }
  }

  @Test
  void a_document_that_makes_no_sense_is_told_of_the_address_that_served_it() {
    six.serves(IamInfoDocument.PATH, "{");
    try (InstanceMetadataClient client = auto()) {
      MetadataReport report = client.report();
      assertThat(report.endpoint()).contains(six.endpoint());
      assertThat(report.describe())
          .contains(
              "reachable over IPV", " at " + six.endpoint() + "\n", "service at " + six.endpoint());
      assertThat(report.problems()).hasSize(1);
      assertThat(report.problems().get(0).message()).contains(six.endpoint().toString());
    }
  }

  @Test
  void many_threads_that_wait_for_one_token_all_name_the_address_that_refused_it()
      throws Exception {
    six.on(TOKEN, status(403, ""));
    try (InstanceMetadataClient client = auto()) {
      List<CompletableFuture<InstanceMetadataException>> failures =
          Stream.generate(() -> client.async(c -> Clients.failure(c, ID))).limit(8).toList();
      for (CompletableFuture<InstanceMetadataException> failure : failures) {
        assertThat(failure.get().endpoint()).isEqualTo(six.endpoint());
      }
    }
  }

  @Test
  void the_address_that_answered_is_asked_first_from_then_on() {
    try (InstanceMetadataClient client = auto()) {
      client.text(ID);
      try (ScriptedMetadataServer four = startFour()) {
        assertThat(client.text(ID)).contains("i-6");
        assertThat(four.connections()).isZero();
      }
    }
  }

  @Test
  void an_address_that_failed_is_not_given_up_for_good() {
    try (InstanceMetadataClient client = auto()) {
      client.text(ID);
      six.close();
      try (ScriptedMetadataServer four = startFour()) {
        assertThat(client.text(ID)).contains("i-4");
        assertThat(four.connections()).isPositive();
      }
    }
  }

  @Test
  void where_neither_takes_a_connection_the_failure_names_both() {
    six.close();
    try (InstanceMetadataClient client = auto()) {
      InstanceMetadataException failure = Clients.failure(client, ID);
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(failure).hasMessageContainingAll("to " + fourUri(), "to " + six.endpoint());
    }
  }

  // Silence after a connection says something of the service, not of the address.
  @Test
  void an_address_that_takes_the_connection_and_is_silent_is_the_services() {
    try (ScriptedMetadataServer four =
            startFour().on(ScriptedMetadataServer.TOKEN, ScriptedMetadataServer.thenSilence(""));
        InstanceMetadataClient client =
            machine().endpointMode(EndpointMode.AUTO).readTimeout(Duration.ofMillis(50)).build()) {
      assertThat(Clients.failure(client, ID).kind()).isEqualTo(Kind.HOP_LIMIT_SUSPECTED);
      four.awaitRequest(ScriptedMetadataServer.TOKEN);
      assertThat(four.connections()).isEqualTo(1);
      assertThat(six.connections()).isZero();
    }
  }

  @Test
  void the_word_is_taken_in_any_case_from_the_settings_too_and_an_endpoint_beats_it() {
    Map<String, String> environment = Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "Auto");
    Lookups lookups = new Lookups(name -> null, environment::get, key -> Optional.empty());
    try (InstanceMetadataClient client = machine().lookups(lookups).build()) {
      assertThat(client.configuration().describe())
          .contains("AUTO (environment variable AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE)");
      assertThat(client.text(ID)).contains("i-6");
    }
    try (InstanceMetadataClient client = machine().lookups(lookups).endpoint(fourUri()).build()) {
      assertThat(Clients.failure(client, ID).kind()).isEqualTo(Kind.UNREACHABLE);
    }
  }

  @Test
  void ec2s_own_addresses_are_asked_in_the_order_ipv4_then_ipv6() {
    assertThat(EndpointMode.AUTO.endpoints())
        .containsExactly(EndpointMode.IPV4.endpoint(), EndpointMode.IPV6.endpoint());
    assertThat(EndpointMode.AUTO.endpoint()).isEqualTo(EndpointMode.IPV4.endpoint());
  }
}
