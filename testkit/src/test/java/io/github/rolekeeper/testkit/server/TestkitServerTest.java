package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestkitServerTest {
  @TempDir Path directory;

  @Test
  void it_says_in_one_line_where_it_answers_and_ends_when_told_to() throws Exception {
    Path seed =
        Files.writeString(
            directory.resolve("account.json"),
            """
            {"roles":[{"name":"web-role"}],"instanceProfiles":[{"name":"web","role":"web-role"}],
             "instances":[{"profile":"web"}]}""");
    try (var server =
        ServerProcess.ofClasses(
            directory,
            "--port=0",
            "--account-id=210987654321",
            "--region=eu-west-1",
            "--seed-file=" + seed)) {
      JsonNode ready = server.ready();
      assertThat(ready.path("endpoint").asText()).startsWith("http://127.0.0.1:");
      assertThat(ready.path("accountId").asText()).isEqualTo("210987654321");
      assertThat(ready.path("region").asText()).isEqualTo("eu-west-1");
      JsonNode health =
          new ObjectMapper()
              .readTree(ServerProcess.get(ready.path("endpoint").asText() + "/_rolekeeper/health"));
      assertThat(health.path("instances")).hasSize(1);
      assertThat(
              ServerProcess.get(
                  health.at("/instances/0/metadataEndpoint").asText()
                      + "/latest/meta-data/iam/security-credentials/"))
          .isEqualTo("web-role");

      server.terminate();

      // 143 is 128 and the number of SIGTERM.
      assertThat(server.exitCode()).isIn(0, 143);
      assertThat(server.restOfOutput()).isEmpty();
      assertThat(server.errors()).doesNotContain("Exception", "Listening");
    }
  }

  @Test
  void in_real_time_the_account_goes_with_the_wall_clock() throws Exception {
    try (var server = ServerProcess.ofClasses(directory, "--real-time")) {
      String clock = server.ready().path("endpoint").asText() + "/_rolekeeper/clock";
      Instant before = Instant.now();

      Instant shown =
          Instant.parse(new ObjectMapper().readTree(ServerProcess.get(clock)).path("now").asText());

      assertThat(shown).isBetween(before, Instant.now());
    }
  }

  @Test
  void listening_beyond_loopback_is_said() throws Exception {
    try (var server = ServerProcess.ofClasses(directory, "--bind=0.0.0.0")) {
      assertThat(server.ready().path("endpoint").asText()).startsWith("http://127.0.0.1:");
      assertThat(server.errors()).contains("Listening on 0.0.0.0: whoever can reach it controls");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--port=x",
        "--port=65536",
        "--port=-1",
        "--account-id=1",
        "--region=moon",
        "--bind=no.such.host.invalid",
        "--seed-file=missing.json",
        "--colour=red",
        "surplus"
      })
  void wrong_arguments_are_answered_with_usage(String argument) throws Exception {
    try (var server = ServerProcess.ofClasses(directory, argument)) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.restOfOutput()).isEmpty();
      assertThat(server.errors())
          .contains("Usage: rolekeeper-testkit-server")
          .contains(argument.substring(argument.indexOf('=') + 1))
          .doesNotContain("\tat ");
    }
  }

  @Test
  void a_seed_that_contradicts_itself_is_a_wrong_argument() throws Exception {
    Path seed =
        Files.writeString(
            directory.resolve("account.json"), "{\"instances\":[{\"profile\":\"none\"}]}");
    try (var server = ServerProcess.ofClasses(directory, "--seed-file=" + seed)) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.errors()).contains("Instance Profile none").doesNotContain("\tat ");
    }
  }

  @Test
  void a_port_in_use_is_said_in_one_line() throws Exception {
    try (var taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        var server = ServerProcess.ofClasses(directory, "--port=" + taken.getLocalPort())) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.restOfOutput()).isEmpty();
      assertThat(server.errors().lines())
          .singleElement()
          .asString()
          .contains("cannot listen on 127.0.0.1 port " + taken.getLocalPort());
    }
  }
}
