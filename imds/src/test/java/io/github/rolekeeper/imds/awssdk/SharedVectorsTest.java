package io.github.rolekeeper.imds.awssdk;

import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import io.github.rolekeeper.imds.RoleCredentials;
import io.github.rolekeeper.imds.ScriptedMetadataServer;
import io.github.rolekeeper.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The thirteen conformance vectors that the AWS SDKs share for the credentials of an instance: the
 * cases and their values are those of {@code provider_sep_test.go} in aws-sdk-go-v2 (Apache-2.0),
 * written down anew. Each is read with the provider and with the client.
 */
@Timeout(120)
class SharedVectorsTest {
  private static final String IAM = "GET /latest/meta-data/iam/security-credentials";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final String INVALID = "invalid profile";

  /** One request and what it gets: a role's name, {@code 404}, or a document with an account. */
  private record Exchange(String line, String reply) {}

  /**
   * A case.
   *
   * @param role the configured role; empty if it is discovered
   * @param exchanges all that is asked, in this order
   * @param outcomes of one read after the other: an account, none, or {@link #INVALID}
   */
  private record Vector(
      String name, Optional<String> role, List<Exchange> exchanges, List<String> outcomes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Vector vector(String name, String exchanges, String... outcomes) {
    Optional<String> role =
        name.startsWith("configured")
            ? exchanges.lines().findFirst().map(line -> line.split(" ")[0].split("/")[1])
            : Optional.empty();
    return new Vector(
        name,
        role,
        exchanges
            .lines()
            .map(line -> line.split(" "))
            .map(
                part ->
                    new Exchange(
                        IAM + part[0].replace("extended", "-extended").replace("plain", ""),
                        part[1]))
            .toList(),
        List.of(outcomes));
  }

  static Stream<Vector> vectors() {
    return Stream.of(
        vector(
            "discovered, with an account",
            """
            extended/ my-profile-0001
            extended/my-profile-0001 account:123456789101
            extended/my-profile-0001 account:123456789101""",
            "123456789101",
            "123456789101"),
        vector(
            "configured, with an account",
            """
            extended/my-profile-0002 account:234567891011
            extended/my-profile-0002 account:234567891011""",
            "234567891011",
            "234567891011"),
        vector(
            "discovered, unstable, with an account",
            """
            extended/ my-profile-0003
            extended/my-profile-0003 account:345678910112
            extended/my-profile-0003 404
            extended/ my-profile-0003-b
            extended/my-profile-0003-b account:314253647589""",
            "345678910112",
            "314253647589"),
        vector(
            "configured, invalid",
            """
            extended/my-profile-0004 404
            plain/my-profile-0004 404""",
            INVALID),
        vector(
            "discovered, without an account",
            """
            extended/ my-profile-0005
            extended/my-profile-0005 account:
            extended/my-profile-0005 account:""",
            "",
            ""),
        vector(
            "configured, without an account",
            """
            extended/my-profile-0006 account:
            extended/my-profile-0006 account:""",
            "",
            ""),
        vector(
            "discovered, unstable, without an account",
            """
            extended/ my-profile-0007
            extended/my-profile-0007 account:
            extended/my-profile-0007 404
            extended/ my-profile-0007-b
            extended/my-profile-0007-b account:""",
            "",
            ""),
        vector(
            "configured, without an account, invalid",
            """
            extended/my-profile-0008 404
            plain/my-profile-0008 404""",
            INVALID),
        vector(
            "discovered, plain tree",
            """
            extended/ 404
            plain/ my-profile-0009
            plain/my-profile-0009 account:
            plain/my-profile-0009 account:""",
            "",
            ""),
        vector(
            "configured, plain tree",
            """
            extended/my-profile-0010 404
            plain/my-profile-0010 account:
            plain/my-profile-0010 account:""",
            "",
            ""),
        vector(
            "discovered, plain tree, unstable",
            """
            extended/ 404
            plain/ my-profile-0011
            plain/my-profile-0011 account:
            plain/my-profile-0011 404
            plain/ my-profile-0011-b
            plain/my-profile-0011-b account:""",
            "",
            ""),
        vector(
            "configured, plain tree, invalid",
            """
            extended/my-profile-0012 404
            plain/my-profile-0012 404""",
            INVALID));
  }

  private static ScriptedMetadataServer server(Vector vector) {
    Map<String, List<ScriptedMetadataServer.Reply>> script = new LinkedHashMap<>();
    for (Exchange exchange : vector.exchanges()) {
      script.computeIfAbsent(exchange.line(), line -> new ArrayList<>()).add(reply(exchange));
    }
    ScriptedMetadataServer server = ScriptedMetadataServer.start();
    script.forEach(
        (line, replies) -> server.on(line, replies.toArray(ScriptedMetadataServer.Reply[]::new)));
    return server;
  }

  private static ScriptedMetadataServer.Reply reply(Exchange exchange) {
    String reply = exchange.reply();
    if (reply.equals("404")) {
      return status(404, "");
    }
    return ok(reply.startsWith("account:") ? document(reply.substring(8)) : reply);
  }

  private static String document(String account) {
    return """
        {"Code":"Success","LastUpdated":"2025-03-12T20:53:17.832308Z","Type":"AWS-HMAC",
         "AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"%s","Token":"AQoEXAMPLE",
         "Expiration":"2025-03-12T21:53:17.832308Z","UnexpectedElement1":{"Name":"ignore-me-1"}%s}"""
        .formatted(SECRET, account.isEmpty() ? "" : ",\"AccountId\":\"" + account + "\"");
  }

  private static InstanceMetadataClient client(ScriptedMetadataServer server, Vector vector) {
    InstanceMetadataClient.Builder builder = Clients.builder(server);
    vector.role().ifPresent(builder::roleName);
    return builder.build();
  }

  private static List<String> asked(ScriptedMetadataServer server) {
    return server.trace().stream().filter(line -> !line.startsWith("PUT")).toList();
  }

  private static List<String> expected(Vector vector) {
    return vector.exchanges().stream().map(Exchange::line).toList();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void the_provider_asks_and_serves_as_the_sdks_agreed(Vector vector) {
    MutableClock clock = MutableClock.at("2025-03-12T20:54:00Z");
    try (ScriptedMetadataServer server = server(vector);
        InstanceMetadataClient client = client(server, vector)) {
      InstanceMetadataCredentialsProvider provider =
          InstanceMetadataCredentialsProvider.create(client, clock);
      for (String outcome : vector.outcomes()) {
        if (outcome.equals(INVALID)) {
          assertThat(catchThrowableOfType(SdkClientException.class, provider::resolveCredentials))
              .hasMessageContainingAll(vector.role().orElseThrow(), "builder method roleName");
        } else {
          AwsSessionCredentials served = (AwsSessionCredentials) provider.resolveCredentials();
          assertThat(served.secretAccessKey()).isEqualTo(SECRET);
          assertThat(served.accountId())
              .isEqualTo(Optional.of(outcome).filter(id -> !id.isEmpty()));
        }
        clock.advance(Duration.ofMinutes(50)); // renewal is due, and what is held has not ended
      }
      assertThat(asked(server).stream().filter(line -> line.startsWith(IAM)))
          .containsExactlyElementsOf(expected(vector));
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void the_client_asks_as_the_sdks_agreed(Vector vector) {
    try (ScriptedMetadataServer server = server(vector);
        InstanceMetadataClient client = client(server, vector)) {
      for (String outcome : vector.outcomes()) {
        assertThat(client.credentialsMetadata().status())
            .isEqualTo(
                outcome.equals(INVALID)
                    ? RoleCredentials.Status.NONE
                    : RoleCredentials.Status.AVAILABLE);
      }
      assertThat(asked(server)).containsExactlyElementsOf(expected(vector));
    }
  }

  /** The thirteenth. */
  @Test
  void switched_off_there_are_no_credentials_and_no_request() {
    try (ScriptedMetadataServer server = ScriptedMetadataServer.start();
        InstanceMetadataClient client = Clients.builder(server).disabled(true).build()) {
      InstanceMetadataCredentialsProvider provider =
          InstanceMetadataCredentialsProvider.create(client);
      assertThat(catchThrowableOfType(SdkClientException.class, provider::resolveCredentials))
          .hasCauseInstanceOf(InstanceMetadataException.class)
          .hasMessageContaining("switched off");
      assertThat(server.trace()).isEmpty();
    }
  }
}
