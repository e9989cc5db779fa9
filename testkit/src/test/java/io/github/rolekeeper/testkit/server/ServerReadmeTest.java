package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.AccountServer;
import io.github.rolekeeper.testkit.Fault;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of the README are what the program says of itself, no more and no less. */
class ServerReadmeTest {
  private static final Pattern OF_INSTANCE = Pattern.compile("instances/<instance-id>/([a-z-]+)");
  private static final Pattern ROUTE = Pattern.compile("`([A-Z]+) /_rolekeeper/([^ `]+)");

  private final AccountServer server =
      AccountServer.start(SimulatedAccount::builder, "127.0.0.1", 0);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void every_option_is_in_the_readme(@TempDir Path directory) throws Exception {
    try (var help = ServerProcess.ofClasses(directory, "--help")) {
      String usage = String.join("\n", help.restOfOutput());

      assertThat(help.exitCode()).isZero();
      assertThat(first(rows("option"), "`(--[a-z-]+)"))
          .isEqualTo(first(usage.lines(), "^ *(?:-h, )?(--[a-z-]+)"))
          .contains("--port", "--help", "--page-limit");
    }
  }

  @Test
  void every_request_of_the_control_api_is_in_the_readme() throws Exception {
    var served = new TreeSet<String>();
    for (String resource : resources()) {
      HttpResponse<String> refusal = send("PATCH", resource.replace("<id>", anInstance()), "");
      for (String method : refusal.headers().firstValue("Allow").orElseThrow().split(", ")) {
        served.add(method + " " + resource);
      }
    }

    Set<String> written =
        rows("request")
            .flatMap(row -> ROUTE.matcher(row).results())
            .map(route -> route.group(1) + " " + route.group(2))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(written).isEqualTo(served).hasSizeGreaterThan(10);
  }

  /** As the API names them to who asks for another. */
  private Set<String> resources() throws Exception {
    String told = message(send("GET", "nowhere", ""));
    var resources =
        new TreeSet<>(
            Arrays.asList(told.substring(told.indexOf('[') + 1, told.indexOf(']')).split(", ")));
    Set<String> ofInstances =
        OF_INSTANCE.matcher(told).results().map(of -> of.group(1)).collect(Collectors.toSet());
    assertThat(ofInstances).contains("notices");
    ofInstances.forEach(of -> resources.add("instances/<id>/" + of));
    return resources;
  }

  private String anInstance() {
    SimulatedAccount account = server.account();
    return account.launchInstance(io.github.rolekeeper.testkit.InstanceOptions.of()).id();
  }

  @Test
  void every_member_and_kind_of_a_fault_is_in_the_readme() throws Exception {
    String told = message(send("POST", "faults", "{\"no such member\":1}"));
    String known = told.substring(told.indexOf('[') + 1, told.indexOf(']'));

    assertThat(first(rows("member of a fault"), "^\\| `(\\w+)`"))
        .isEqualTo(new TreeSet<>(Arrays.asList(known.split(", "))));
    assertThat(
            rows("member of a fault")
                .filter(row -> row.startsWith("| `kind` |"))
                .flatMap(row -> Pattern.compile("`([A-Z_0-9]+)`").matcher(row).results())
                .map(kind -> kind.group(1)))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Fault.Kind.values()).map(Enum::name).toList());
  }

  private static Set<String> first(Stream<String> lines, String pattern) {
    return lines
        .flatMap(line -> Pattern.compile(pattern).matcher(line).results())
        .map((MatchResult result) -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The rows of the table whose first column has this head. */
  private static Stream<String> rows(String head) throws IOException {
    return Files.readAllLines(Path.of("README.md")).stream()
        .dropWhile(line -> !line.startsWith("| " + head + " |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"));
  }

  private static String message(HttpResponse<String> refusal) throws IOException {
    return new ObjectMapper().readTree(refusal.body()).path("message").asText();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.endpoint() + "/_rolekeeper/" + path))
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
  }
}
