package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** The jar that holds all that the server needs. */
class ServerJarIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROLE = "/latest/meta-data/iam/security-credentials/";

  @TempDir Path directory;

  @Test
  void the_jar_alone_is_an_account_from_its_seed_to_a_signal() throws Exception {
    Path seed =
        Files.writeString(
            directory.resolve("account.json"),
            """
            {"roles":[{"name":"web-role"}],"instanceProfiles":[{"name":"web","role":"web-role"}]}""");
    int port = freePort();
    try (var server =
        ServerProcess.ofJar(
            System.getProperty("serverJar"),
            directory,
            "--port",
            String.valueOf(port),
            "--seed-file",
            seed.toString())) {
      JsonNode ready = server.ready();
      String endpoint = "http://127.0.0.1:" + port;
      assertThat(JSON.convertValue(ready, Object.class))
          .isEqualTo(
              java.util.Map.of(
                  "endpoint", endpoint, "accountId", "123456789012", "region", "us-east-1"));

      String metadata = launchAndLoseTheProfile(endpoint);
      sessionEnds(endpoint, metadata);
      journalTells(endpoint);
      resetBringsTheSeedBack(endpoint, metadata);

      server.terminate();

      assertThat(server.exitCode()).isIn(0, 143); // 128 and the number of SIGTERM
      assertThat(server.restOfOutput()).as("after the line that says ready").isEmpty();
      assertThat(server.errors()).isEmpty();
    }
  }

  /** Returns where the metadata of the new instance is. */
  private static String launchAndLoseTheProfile(String endpoint) throws Exception {
    try (IamClient iam = client(IamClient.builder(), endpoint);
        Ec2Client ec2 = client(Ec2Client.builder(), endpoint)) {
      assertThat(iam.listInstanceProfiles().instanceProfiles())
          .singleElement()
          .satisfies(
              profile -> assertThat(profile.roles().get(0).roleName()).isEqualTo("web-role"));
      String id =
          ec2.runInstances(
                  r ->
                      r.imageId("ami-any")
                          .minCount(1)
                          .maxCount(1)
                          .iamInstanceProfile(p -> p.name("web")))
              .instances()
              .get(0)
              .instanceId();
      String metadata = endpoint + "/_instances/" + id;
      assertThat(ServerProcess.get(metadata + ROLE)).isEqualTo("web-role");
      iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      iam.deleteInstanceProfile(r -> r.instanceProfileName("web"));
      return metadata;
    }
  }

  private static void sessionEnds(String endpoint, String metadata) throws Exception {
    Instant before = now(ServerProcess.get(endpoint + "/_rolekeeper/clock"));
    assertThat(ServerProcess.get(metadata + ROLE)).isEqualTo("web-role");

    String moved = ServerProcess.post(endpoint + "/_rolekeeper/clock", "{\"advance\":\"PT7H\"}");

    assertThat(Duration.between(before, now(moved))).isEqualTo(Duration.ofHours(7));
    assertThat(ServerProcess.get(metadata + ROLE)).contains("404 - Not Found");
  }

  private static Instant now(String clock) throws IOException {
    return Instant.parse(JSON.readTree(clock).path("now").asText());
  }

  private static void journalTells(String endpoint) throws Exception {
    JsonNode journal = JSON.readTree(ServerProcess.get(endpoint + "/_rolekeeper/journal"));
    assertThat(journal)
        .filteredOn(call -> call.path("write").asBoolean())
        .extracting(call -> call.path("service").asText() + ":" + call.path("operation").asText())
        .containsExactly(
            "ec2:RunInstances", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile");
    assertThat(journal)
        .extracting(call -> call.path("outcome").asText())
        .isEqualTo(List.of("OK", "OK", "OK", "OK", "OK", "OK", "404"));
    assertThat(journal).allMatch(call -> !now(call).equals(Instant.EPOCH));
  }

  private static Instant now(JsonNode call) {
    return Instant.parse(call.path("time").asText());
  }

  private static void resetBringsTheSeedBack(String endpoint, String metadata) throws Exception {
    ServerProcess.post(endpoint + "/_rolekeeper/reset", "");

    assertThat(ServerProcess.get(endpoint + "/_rolekeeper/journal")).isEqualTo("[]");
    try (IamClient iam = client(IamClient.builder(), endpoint);
        Ec2Client ec2 = client(Ec2Client.builder(), endpoint)) {
      assertThat(iam.listInstanceProfiles().instanceProfiles())
          .extracting(profile -> profile.instanceProfileName())
          .containsExactly("web");
      assertThat(ec2.describeInstances().reservations()).as(metadata + " is gone").isEmpty();
    }
  }

  /** That it is free for a moment longer is likely, no more; zero would not test the option. */
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static <B extends AwsClientBuilder<B, C>, C> C client(B builder, String endpoint) {
    return builder
        .endpointOverride(URI.create(endpoint))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "any")))
        .build();
  }
}
