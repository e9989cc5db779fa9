package io.github.rolekeeper.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar, started as the README says, looking by itself. */
@Timeout(300) // against a hang only; it takes a few seconds
class ApplicationJarIT {
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> log = new ArrayList<>();

  @Test
  void the_jar_starts_shows_the_credentials_and_ends_when_told() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.create(MutableClock.ticking())) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      Process application = start(instance);
      try (BufferedReader output = application.inputReader()) {
        String port = awaitPortAndCredentials(output);

        HttpResponse<String> health = get(port, "/actuator/health");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("\"state\":\"VALID\"", "web-role");
        assertThat(get(port, "/actuator/prometheus").body())
            .contains("rolekeeper_credentials_state{state=\"valid\"} 1.0")
            .containsPattern("rolekeeper_credentials_polls_total\\{outcome=\"not_used\"} [1-9]");

        application.toHandle().destroy(); // SIGTERM where there are signals
        assertThat(application.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
        assertThat(application.exitValue()).isIn(0, 143);
        output.lines().forEach(log::add);
        assertThat(log).noneMatch(line -> line.contains("ERROR"));
      } finally {
        application.destroyForcibly();
      }
    }
  }

  private static Process start(SimulatedInstance instance) throws IOException {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // it lives for seconds
                "-jar",
                System.getProperty("applicationJar"),
                "--server.port=0",
                "--server.address=127.0.0.1")
            .redirectErrorStream(true);
    // Nothing of the machine's own configuration; both the SDK and the tracker read the endpoint.
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder
        .environment()
        .put("AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.metadataEndpoint().toString());
    builder.environment().put("AWS_METADATA_SERVICE_TIMEOUT", "60"); // seconds
    builder.environment().put("AWS_CONFIG_FILE", "none");
    builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", "none");
    return builder.start();
  }

  /** Both stand in the log; which comes first is open. */
  private String awaitPortAndCredentials(BufferedReader output) throws IOException {
    String port = "";
    boolean seen = false;
    while (port.isEmpty() || !seen) {
      String line = output.readLine();
      assertThat(line).as("the application ended: %s", log).isNotNull();
      log.add(line);
      Matcher started = PORT.matcher(line);
      port = started.find() ? started.group(1) : port;
      seen |= line.contains("-> VALID");
    }
    return port;
  }

  private HttpResponse<String> get(String port, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
