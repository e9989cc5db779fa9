package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.Clients.failure;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.TOKEN;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.raw;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import io.github.rolekeeper.imds.ScriptedMetadataServer.Reply;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.imds.Ec2MetadataRetryPolicy;

/**
 * What the metadata client of the AWS SDK for Java 2 does in 23 situations, and what ours does.
 * Where it costs nothing the SDK is asked here; else a comment says what was seen with 2.42.
 */
@Timeout(120) // against a hang only
class SdkExperimentsTest {
  private static final String ID = "meta-data/instance-id";
  private static final String GET = "GET /latest/" + ID;

  private final ScriptedMetadataServer server =
      ScriptedMetadataServer.start().serves(ID, "i-0123456789abcdef0");
  private final InstanceMetadataClient client = builder(server).build();

  /** Else the SDK would go through a proxy of the machine, even to a server of a test. */
  private final JvmProperties noProxy = JvmProperties.with("http.nonProxyHosts", "127.*");

  @AfterEach
  void stop() {
    noProxy.close();
    client.close();
    server.close();
  }

  private static String sdk(URI endpoint, String path, int times) {
    try (Ec2MetadataClient sdk =
        Ec2MetadataClient.builder()
            .endpoint(endpoint)
            .httpClient(UrlConnectionHttpClient.create())
            .retryPolicy(Ec2MetadataRetryPolicy.none())
            .build()) {
      String last = "";
      for (int i = 0; i < times; i++) {
        try {
          last = sdk.get("/latest/" + path).asString();
        } catch (RuntimeException e) {
          last = e.toString();
        }
      }
      return last;
    }
  }

  private String sdk(int times) {
    return sdk(server.endpoint(), ID, times);
  }

  private long count(String request) {
    return server.trace().stream().filter(request::equals).count();
  }

  private static InstanceMetadataClient.Builder with(Map<String, String> environment) {
    return InstanceMetadataClient.builder()
        .lookups(new Lookups(name -> null, environment::get, key -> Optional.empty()));
  }

  @Test
  void e01_the_sdk_ignores_the_off_switch_and_we_do_not() {
    try (JvmProperties off = JvmProperties.with("aws.disableEc2Metadata", "true")) {
      assertThat(sdk(1)).isEqualTo("i-0123456789abcdef0");
      int before = server.connections();
      InstanceMetadataException failure =
          failure(builder(server).lookups(properties()).build(), ID);
      assertThat(failure.kind()).isEqualTo(Kind.METADATA_DISABLED);
      assertThat(failure).hasMessageContaining("JVM property aws.disableEc2Metadata");
      assertThat(server.connections()).isEqualTo(before);
    }
  }

  private static Lookups properties() {
    return new Lookups(System::getProperty, name -> null, key -> Optional.empty());
  }

  @Test
  void e02_the_sdk_keeps_a_token_that_is_refused_and_we_replace_it() {
    Reply[] refusedOnce = {ok("one"), status(401, ""), status(401, ""), status(401, "")};
    server.on(GET, refusedOnce);
    assertThat(sdk(4)).contains("401");
    assertThat(count(TOKEN)).isEqualTo(1);

    server.on(GET, ok("one"), status(401, ""), ok("two"));
    client.text(ID);
    assertThat(client.text(ID)).contains("two");
  }

  // The SDK counts the life it asked for, and so sends a dead token for six hours.
  @Test
  void e03_we_count_the_life_that_the_service_granted() {
    AtomicLong nanos = new AtomicLong();
    server.on(TOKEN, token("brief", 1), token("next", 1));
    InstanceMetadataClient ours = builder(server).nanos(nanos::get).build();
    ours.text(ID);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    ours.text(ID);
    assertThat(server.trace()).containsExactly(TOKEN, GET, TOKEN, GET);
  }

  @Test
  void e04_the_sdk_refuses_a_token_without_a_life_and_we_assume_the_one_we_asked_for() {
    server.on(TOKEN, ok("token"));
    assertThat(sdk(1)).contains("x-aws-ec2-metadata-token-ttl-seconds header not found");
    assertThat(client.text(ID)).contains("i-0123456789abcdef0");
  }

  // The SDK sleeps its back-off of 2 s after the last attempt, before it throws.
  @Test
  void e05_no_pause_follows_our_last_attempt() {
    server.on(GET, status(503, ""));
    Duration halfAnHour = Duration.ofMinutes(30);
    Retries once = new Retries(1, halfAnHour, halfAnHour, () -> 1);
    InstanceMetadataClient ours =
        builder(server).timeout(Duration.ofHours(1)).retries(once).build();
    assertThat(failure(ours, ID).attempts()).isEqualTo(1);
  }

  // Where a connection is refused, the SDK's sync client tries four times, its async client once.
  @Test
  void e06_a_port_that_refuses_and_then_accepts_is_asked_again_blocking_or_not() throws Exception {
    assertThat(refusedThenServed(false)).contains("up");
    assertThat(refusedThenServed(true)).contains("up");
  }

  private static Optional<String> refusedThenServed(boolean async) throws Exception {
    RefusedPort port = RefusedPort.hold();
    // The jitter is drawn as each attempt begins: the first one meets a closed port.
    List<ScriptedMetadataServer> started = new ArrayList<>();
    AtomicLong asked = new AtomicLong();
    Retries retries =
        new Retries(
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(8),
            () -> {
              if (asked.incrementAndGet() == 2) {
                started.add(port.serve().serves(ID, "up"));
              }
              return 1;
            });
    try (InstanceMetadataClient ours = builder(port.endpoint()).retries(retries).build()) {
      return async ? ours.async(c -> c.text(ID)).get() : ours.text(ID);
    } finally {
      assertThat(asked.get()).isGreaterThanOrEqualTo(2);
      started.forEach(ScriptedMetadataServer::close);
      port.close();
    }
  }

  // The SDK sends any life of a token that it is told: 0 s, -5 s, 21,601 s.
  @Test
  void e07_we_ask_for_a_life_that_the_service_accepts() {
    client.text(ID);
    assertThat(server.requests().get(0).headers())
        .containsEntry("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    for (int seconds : List.of(0, -5, 21_601, 100_000)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> InstanceMetadataClient.builder().tokenTtl(Duration.ofSeconds(seconds)))
          .withMessageContainingAll("tokenTtl", "1 s to 6 h");
    }
  }

  @Test
  void e08_the_sdk_takes_an_empty_value_for_a_failure_and_we_do_not() {
    server.on(GET, ok(""));
    assertThat(sdk(1)).contains("Response body empty");
    assertThat(client.text(ID)).contains("");
  }

  @Test
  void e09_the_sdk_destroys_binary_data_and_we_hand_it_on() {
    byte[] data = HexFormat.of().parseHex("1f8bfffe00c3");
    String head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
    byte[] answer = HexFormat.of().parseHex(hex(head) + HexFormat.of().formatHex(data));
    server.on("GET /latest/user-data", new Reply(answer, ScriptedMetadataServer.After.CLOSED));
    assertThat(hex(sdk(server.endpoint(), "user-data", 1))).contains("efbfbd");

    assertThat(client.userData()).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(data));
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void e10_the_sdk_sends_its_token_through_a_proxy_and_we_know_none() {
    proxied(
        proxy -> {
          sdk(1);
          assertThat(proxy.connections()).isPositive();
          int before = proxy.connections();
          assertThat(client.text(ID)).contains("i-0123456789abcdef0");
          assertThat(proxy.connections()).isEqualTo(before);
        },
        "http.proxyHost");
  }

  private interface WithProxy {
    void run(ScriptedMetadataServer proxy);
  }

  private static void proxied(WithProxy test, String hostProperty) {
    String portProperty = hostProperty.replace("Host", "Port");
    try (ScriptedMetadataServer proxy = ScriptedMetadataServer.start();
        JvmProperties properties =
            JvmProperties.with(
                Map.of(
                    hostProperty,
                    "127.0.0.1",
                    portProperty,
                    String.valueOf(proxy.port()),
                    "http.nonProxyHosts",
                    "",
                    "socksNonProxyHosts",
                    ""))) {
      test.run(proxy);
    }
  }

  // The SDK asks the profile "null" for it and so ignores metadata_service_timeout in the file.
  @Test
  void e11_the_time_out_of_the_profile_is_the_one_in_force() {
    ProfileSettings profile = key -> Optional.of("4").filter(four -> key.endsWith("_timeout"));
    assertThat(with(Map.of()).profileSettings(profile).build().configuration().readTimeout())
        .hasToString("PT4S (profile file key metadata_service_timeout)");
  }

  // The SDK's async client logs the value of each new token at debug level.
  @Test
  void e12_no_token_is_logged() throws Exception {
    server.on(TOKEN, token("SECRETTOKEN", 21_600)).on(GET, ok("x"), status(401, ""));
    try (LogCapture log = LogCapture.start()) {
      client.text(ID);
      client.async(c -> failure(c, ID)).get();
      assertThat(log.lines()).noneMatch(line -> line.contains("SECRETTOKEN"));
    }
  }

  // The SDK sends a header named user_agent, and the life of the token with each read.
  @Test
  void e13_we_send_what_is_needed_and_nothing_else() {
    client.text(ID);
    assertThat(server.requests().get(0).headers())
        .containsOnlyKeys(
            "host",
            "user-agent",
            "accept",
            "content-length",
            "x-aws-ec2-metadata-token-ttl-seconds");
    assertThat(server.requests().get(1).headers())
        .containsOnlyKeys("host", "user-agent", "accept", "x-aws-ec2-metadata-token");
  }

  // The SDK does the same.
  @Test
  void e14_64_threads_share_one_token_request() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(64);
    try {
      List<Future<Optional<String>>> reads =
          threads.invokeAll(
              Stream.<Callable<Optional<String>>>generate(() -> () -> client.text(ID))
                  .limit(64)
                  .toList());
      for (Future<Optional<String>> read : reads) {
        assertThat(read.get()).isPresent();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(count(TOKEN)).isEqualTo(1);
    assertThat(count(GET)).isEqualTo(64);
  }

  // EC2MetadataUtils of the SDK asks for a token with each of its reads.
  @Test
  void e15_five_reads_take_one_token() {
    for (int i = 0; i < 5; i++) {
      client.text(ID);
    }
    assertThat(count(TOKEN)).isEqualTo(1);
    assertThat(count(GET)).isEqualTo(5);
  }

  // EC2MetadataUtils looks the public address up by a whole path, and so always finds none.
  @Test
  void e16_the_private_address_behind_a_public_one_is_found() {
    String macs = "meta-data/network/interfaces/macs/";
    String one = macs + "02:29:96:8f:6a:2d/";
    server
        .serves(macs, "02:29:96:8f:6a:2d/")
        .serves(one, "ipv4-associations/\nmac")
        .serves(one + "mac", "02:29:96:8f:6a:2d")
        .serves(one + "ipv4-associations/", "192.0.2.54")
        .serves(one + "ipv4-associations/192.0.2.54", "10.0.0.7");
    assertThat(client.networkInterfaces().get(0).ipv4Associations())
        .containsEntry("192.0.2.54", List.of("10.0.0.7"));
  }

  // EC2MetadataUtils returns null.
  @Test
  void e17_what_is_not_there_is_an_empty_optional() {
    assertThat(client.text("meta-data/public-hostname")).isEmpty();
  }

  // The SDK's provider says "Failed to load access key"; Code and Message are lost.
  @Test
  void e18_a_role_that_ec2_cannot_assume_keeps_its_code_its_message_and_a_cure() {
    server
        .serves(RoleCredentialsDocument.LIST, "web-role")
        .serves(
            RoleCredentialsDocument.path("web-role"),
            "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume\"}");
    RoleCredentials.Refused refused = (RoleCredentials.Refused) client.credentialsMetadata();
    assertThat(refused.code()).isEqualTo("AssumeRoleUnauthorizedAccess");
    assertThat(refused.message()).isEqualTo("EC2 cannot assume");
    assertThat(refused.cure().orElseThrow()).contains("UpdateAssumeRolePolicy");
  }

  // The SDK calls the environment variable a system property there, and the other way round.
  @Test
  void e19_what_forbids_v1_is_called_by_its_name() {
    server.on(TOKEN, status(403, ""));
    InstanceMetadataClient ours =
        with(Map.of("AWS_EC2_METADATA_V1_DISABLED", "true"))
            .endpoint(server.endpoint())
            .allowImdsV1()
            .build();
    assertThat(failure(ours, ID).kind()).isEqualTo(Kind.FORBIDDEN);
    assertThat(ours.configuration().describe())
        .contains("IMDSv1 allowed: false (environment variable AWS_EC2_METADATA_V1_DISABLED)");
    assertThat(server.trace()).containsExactly(TOKEN);
  }

  // The SDK's client with the smallest HTTP client is 20 jars, 2.65 MB, without module-info. We are
  // four, and RuntimeClosureTest says which and how large.
  @Test
  void e20_we_are_a_module() throws Exception {
    Path place =
        Path.of(
            InstanceMetadataClient.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    assertThat(place.resolve("module-info.class")).exists();
  }

  // Both HTTP clients of the JDK obey http.proxyHost; a plain socket obeys socksProxyHost.
  @Test
  void e21_not_even_a_socks_proxy_sees_us() {
    proxied(
        proxy -> {
          assertThat(client.text(ID)).contains("i-0123456789abcdef0");
          assertThat(proxy.connections()).isZero();
        },
        "socksProxyHost");
  }

  // java.net.http adds Connection: Upgrade, HTTP2-Settings, and a Content-Length to a GET.
  @Test
  void e22_we_offer_no_upgrade() {
    client.text(ID);
    assertThat(server.requests())
        .allSatisfy(
            request ->
                assertThat(request.headers())
                    .doesNotContainKeys("connection", "upgrade", "http2-settings"));
    assertThat(server.requests().get(1).headers()).doesNotContainKey("content-length");
  }

  // java.net.http reads it too; the SDK was not seen at it.
  @Test
  void e23_http_1_0_without_a_length_is_read_to_its_end() {
    server.on(GET, raw("HTTP/1.0 200 OK\r\n\r\ni-old"));
    assertThat(client.text(ID)).contains("i-old");
  }

  @Test
  void a_silent_service_is_told_blocking_or_not_within_the_time() {
    server.on(GET, ScriptedMetadataServer.thenSilence(""));
    InstanceMetadataClient ours =
        builder(server).readTimeout(Duration.ofMillis(300)).attempts(1).build();
    assertThat(Clients.failureWithToken(ours, ID).kind()).isEqualTo(Kind.NO_ANSWER);
    CompletableFuture<?> async = ours.async(c -> c.text(ID));
    assertThatThrownBy(async::join).hasRootCauseMessage("Read timed out");
    ours.close();
  }
}
