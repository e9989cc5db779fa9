package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;

/** Clients for tests: pauses of a millisecond, so that trying again takes no time to speak of. */
final class Clients {
  private Clients() {}

  static Retries retries(int attempts) {
    return new Retries(attempts, Duration.ofMillis(1), () -> 1);
  }

  static InstanceMetadataClient.Builder builder(ScriptedMetadataServer server) {
    return builder(server.endpoint());
  }

  static InstanceMetadataClient.Builder builder(URI endpoint) {
    // Long enough for a machine that is busy with other things; only silence is waited out.
    return InstanceMetadataClient.builder()
        .endpoint(endpoint)
        .timeout(Duration.ofSeconds(20))
        .retries(retries(4));
  }

  static InstanceMetadataException failure(InstanceMetadataClient client, String path) {
    return catchThrowableOfType(InstanceMetadataException.class, () -> client.text(path));
  }
}
