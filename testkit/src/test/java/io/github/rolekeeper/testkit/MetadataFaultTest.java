package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults of the metadata service, byte by byte. */
class MetadataFaultTest {
  private static final String ID = "/latest/meta-data/instance-id";
  private static final String TOKEN = "/latest/api/token";

  private SimulatedAccount account;
  private SimulatedInstance instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web");
  }

  @AfterEach
  void close() {
    account.close();
  }

  @Test
  void a_token_that_is_still_valid_can_be_refused_and_accepted_again() throws Exception {
    String token = body(exchange("PUT", TOKEN, "X-aws-ec2-metadata-token-ttl-seconds: 60"));
    account.inject(Fault.status(401).on("GET /latest/*").times(1));

    assertThat(exchange("GET", ID, "X-aws-ec2-metadata-token: " + token))
        .startsWith("HTTP/1.1 401 ")
        .contains("<title>401 - Unauthorized</title>");
    assertThat(exchange("GET", ID, "X-aws-ec2-metadata-token: " + token))
        .startsWith("HTTP/1.1 200 ")
        .endsWith(instance.id());
  }

  @Test
  void a_burst_of_503_ends() {
    account.inject(Fault.status(503).on("GET " + ID).times(3));
    assertThat(
            IntStream.range(0, 4).mapToObj(call -> exchange("GET", ID).substring(0, 12)).toList())
        .containsExactly("HTTP/1.1 503", "HTTP/1.1 503", "HTTP/1.1 503", "HTTP/1.1 200");
  }

  @Test
  void throttling_is_429() {
    account.inject(Fault.throttled().on("imds:*"));
    assertThat(exchange("GET", ID)).startsWith("HTTP/1.1 429 ").contains("429 - Too Many Requests");
  }

  @Test
  void refused_at_boot_nobody_answers_until_somebody_does() {
    account.inject(Fault.refused().on("imds:*").times(2));
    assertThat(exchange("GET", ID)).isEmpty();
    assertThat(exchange("GET", ID)).isEmpty();
    assertThat(exchange("GET", ID)).endsWith(instance.id());
  }

  @Test
  void beyond_the_hop_limit_the_connection_stands_and_says_nothing_while_gets_are_answered()
      throws Exception {
    account.inject(Fault.noAnswer().on("PUT " + TOKEN));

    try (Socket socket = connect()) {
      socket.setSoTimeout(200);
      send(socket, "PUT", TOKEN, "X-aws-ec2-metadata-token-ttl-seconds: 60");
      assertThat(socket.isConnected()).isTrue();
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(exchange("GET", ID)).endsWith(instance.id());
  }

  @Test
  void a_drip_takes_its_time_and_loses_nothing() {
    account.inject(Fault.dripped(Duration.ofMillis(300)).on("GET *"));
    long start = System.nanoTime();

    assertThat(exchange("GET", ID)).contains(instance.id().substring(0, 1));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
  }

  @Test
  void an_answer_of_http_1_0_has_no_length_and_ends_with_the_connection() throws Exception {
    account.inject(Fault.http10().on("GET " + ID));

    assertThat(exchange("GET", ID))
        .startsWith("HTTP/1.0 200 OK\r\n")
        .contains("Server: EC2ws\r\n")
        .doesNotContainIgnoringCase("Content-Length", "Transfer-Encoding")
        .endsWith("\r\n\r\n" + instance.id());
    URI target = URI.create(instance.metadataEndpoint() + ID);
    assertThat(
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(target).build(), HttpResponse.BodyHandlers.ofString())
                .body())
        .isEqualTo(instance.id());
    var connection = (HttpURLConnection) target.toURL().openConnection(Proxy.NO_PROXY);
    assertThat(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(instance.id());
    assertThat(exchange("GET", "/latest/meta-data/mac")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void a_large_answer_of_http_1_0_arrives_whole() {
    account.inject(Fault.http10().on("GET " + ID));
    var large = account.launchInstance(InstanceOptions.of().withUserData(new byte[16_384]));
    account.inject(Fault.http10().forInstance(large.id()));

    assertThat(new MetadataReader(large).bytes("/latest/user-data")).hasSize(16_384);
  }

  @Test
  void a_head_request_has_no_body() {
    assertThat(exchange("HEAD", ID)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
  }

  private static String body(String response) {
    return response.substring(response.indexOf("\r\n\r\n") + 4);
  }

  private Socket connect() throws IOException {
    return new Socket(instance.metadataEndpoint().getHost(), instance.metadataEndpoint().getPort());
  }

  private void send(Socket socket, String method, String path, String... headers)
      throws IOException {
    URI endpoint = instance.metadataEndpoint();
    String request =
        method
            + " "
            + endpoint.getPath()
            + path
            + " HTTP/1.1\r\nHost: "
            + endpoint.getAuthority()
            + "\r\nContent-Length: 0\r\n"
            + String.join("\r\n", headers)
            + (headers.length == 0 ? "" : "\r\n")
            + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** All that comes until the connection ends; nothing if it is reset. */
  private String exchange(String method, String path, String... headers) {
    try (Socket socket = connect()) {
      socket.setSoTimeout(120_000); // only ends a hang
      send(socket, method, path, headers);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no end of the answer", e);
    } catch (IOException e) {
      return "";
    }
  }
}
