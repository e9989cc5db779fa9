package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  void bodies_that_do_not_fit_into_memory_are_refused_and_the_server_lives() throws Exception {
    try (var server = ServerProcess.ofClassesInSmallHeap(directory)) {
      String endpoint = server.ready().path("endpoint").asText();
      byte[] piece = new byte[1 << 20];
      for (String path : List.of("/", "/_rolekeeper/restore", "/_rolekeeper/nowhere")) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(endpoint + path))
                // Of unknown length, so in chunks.
                .POST(BodyPublishers.ofByteArrays(Collections.nCopies(80, piece)))
                .build();

        HttpResponse<String> answer =
            HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(path).isEqualTo(413);
        assertThat(answer.body()).contains("RequestEntityTooLarge", "83886080 bytes");
        assertThat(ServerProcess.get(endpoint + "/_rolekeeper/health")).contains("\"UP\"");
      }
      assertThat(server.errors()).isEmpty();
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
  void pages_and_the_journal_are_as_short_as_asked_for() throws Exception {
    try (var server =
        ServerProcess.ofClasses(directory, "--page-limit", "2", "--journal-limit", "3")) {
      String endpoint = server.ready().path("endpoint").asText();

      for (int call = 1; call <= 4; call++) {
        assertThat(
                signed(endpoint, "Action=CreateInstanceProfile&InstanceProfileName=p" + call)
                    .statusCode())
            .isEqualTo(200);
      }

      assertThat(signed(endpoint, "Action=ListInstanceProfiles&MaxItems=100").body())
          .contains("<IsTruncated>true</IsTruncated>", "/p1<", "/p2<")
          .doesNotContain("/p3<");
      assertThat(new ObjectMapper().readTree(ServerProcess.get(endpoint + "/_rolekeeper/journal")))
          .extracting(call -> call.path("parameters").path("InstanceProfileName").asText())
          .containsExactly("p3", "p4", "");
      assertThat(
              new ObjectMapper()
                  .readTree(ServerProcess.get(endpoint + "/_rolekeeper/health"))
                  .path("droppedFromJournal")
                  .asInt())
          .isEqualTo(2);
      ServerProcess.post(endpoint + "/_rolekeeper/reset", "");
      for (int call = 1; call <= 4; call++) {
        signed(endpoint, "Action=ListRoles");
      }
      assertThat(new ObjectMapper().readTree(ServerProcess.get(endpoint + "/_rolekeeper/journal")))
          .as("a reset keeps what was asked for")
          .hasSize(3);
    }
  }

  @Test
  void strangers_and_dates_that_are_off_are_refused_where_asked_for() throws Exception {
    try (var server =
        ServerProcess.ofClasses(directory, "--strict-credentials", "--check-request-dates")) {
      String endpoint = server.ready().path("endpoint").asText();
      String now =
          Instant.parse(
                  new ObjectMapper()
                      .readTree(ServerProcess.get(endpoint + "/_rolekeeper/clock"))
                      .path("now")
                      .asText())
              .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
              .toString()
              .replaceAll("[-:]", "");

      assertThat(signed(endpoint, "Action=ListRoles").body()).contains("SignatureDoesNotMatch");
      HttpResponse<String> onTime = signed(endpoint, "Action=ListRoles", now);
      assertThat(onTime.statusCode()).isEqualTo(403);
      assertThat(onTime.body()).contains("InvalidClientTokenId");
    }
  }

  private static HttpResponse<String> signed(String endpoint, String form) throws Exception {
    return signed(endpoint, form, "20200101T000000Z");
  }

  private static HttpResponse<String> signed(String endpoint, String form, String date)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(endpoint))
                .header(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
                        + date.substring(0, 8)
                        + "/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00")
                .header("X-Amz-Date", date)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form + "&Version=2010-05-08"))
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void the_metadata_of_one_instance_can_have_a_root() throws Exception {
    Path seed =
        Files.writeString(
            directory.resolve("account.json"),
            "{\"instances\":[{\"id\":\"i-0123456789abcdef0\"}]}");
    try (var server =
        ServerProcess.ofClasses(
            directory, "--seed-file=" + seed, "--metadata-root=i-0123456789abcdef0")) {
      String root = server.ready().path("metadataRoot").asText();
      assertThat(ServerProcess.get(root + "/latest/meta-data/instance-id"))
          .isEqualTo("i-0123456789abcdef0");
    }
    try (var server =
        ServerProcess.ofClasses(
            directory, "--seed-file=" + seed, "--metadata-root=i-0123456789abcdef1")) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.errors()).contains("--metadata-root", "i-0123456789abcdef1");
    }
    try (var taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        var server =
            ServerProcess.ofClasses(
                directory,
                "--seed-file=" + seed,
                "--metadata-root=i-0123456789abcdef0:" + taken.getLocalPort())) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.errors()).contains("--metadata-root", "cannot listen");
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
        "--page-limit=0",
        "--page-limit=many",
        "--journal-limit=0",
        "--journal-limit=-5",
        "--strict-credentials=perhaps",
        "--check-request-dates=perhaps",
        "--colour=red",
        "surplus"
      })
  @Timeout(120) // what is accepted by mistake would run for ever
  void wrong_arguments_are_answered_with_usage(String argument) {
    var errors = new StringWriter();
    var output = new StringWriter();

    int exit =
        TestkitServer.commandLine()
            .setErr(new PrintWriter(errors))
            .setOut(new PrintWriter(output))
            .execute(argument);

    assertThat(exit).isEqualTo(2);
    assertThat(output.toString()).isEmpty();
    assertThat(errors.toString())
        .contains("Usage: rolekeeper-testkit-server")
        .contains(argument.substring(argument.indexOf('=') + 1))
        .doesNotContain("\tat ");
  }

  @Test
  void the_process_ends_with_two_on_wrong_arguments() throws Exception {
    try (var server = ServerProcess.ofClasses(directory, "--page-limit=0")) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.restOfOutput()).isEmpty();
      assertThat(server.errors())
          .startsWith("page limit 0 must be one or more")
          .contains("Usage: rolekeeper-testkit-server")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void a_seed_that_is_no_text_is_said_in_plain_words() throws Exception {
    Path seed = Files.write(directory.resolve("account.json"), new byte[] {(byte) 0xff, 0, 1});
    try (var server = ServerProcess.ofClasses(directory, "--seed-file=" + seed)) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.errors()).contains("is no text in UTF-8").doesNotContain("Exception");
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
