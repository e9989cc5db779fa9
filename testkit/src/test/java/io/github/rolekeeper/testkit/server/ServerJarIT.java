package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that holds all that the server needs. */
class ServerJarIT {
  @Test
  void the_jar_runs_alone(@TempDir Path directory) throws Exception {
    try (var server = ServerProcess.ofJar(System.getProperty("serverJar"), directory)) {
      String endpoint = server.ready().path("endpoint").asText();
      assertThat(ServerProcess.get(endpoint + "/_rolekeeper/health")).contains("\"UP\"");

      server.terminate();

      assertThat(server.exitCode()).isIn(0, 143);
      assertThat(server.restOfOutput()).isEmpty();
    }
  }
}
