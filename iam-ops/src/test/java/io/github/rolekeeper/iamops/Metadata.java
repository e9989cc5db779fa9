package io.github.rolekeeper.iamops;

import io.github.rolekeeper.imds.EndpointMode;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.net.URI;
import java.time.Duration;

/** Metadata clients for tests, whatever the environment of the machine says of the service. */
final class Metadata {
  // Real time: that a machine is busy or stands still for a while is no reason for no answer.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Metadata() {}

  static InstanceMetadataClient.Builder builder(URI endpoint) {
    return InstanceMetadataClient.builder()
        .endpoint(endpoint)
        .endpointMode(EndpointMode.IPV4)
        .disabled(false)
        .connectTimeout(PATIENCE)
        .readTimeout(PATIENCE)
        .timeout(PATIENCE);
  }

  static InstanceMetadataClient client(URI endpoint) {
    return builder(endpoint).build();
  }
}
