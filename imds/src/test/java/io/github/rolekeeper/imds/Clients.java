package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Clients for tests: pauses of a millisecond, so that trying again takes no time to speak of. */
public final class Clients {
  private Clients() {}

  static Retries retries(int attempts) {
    return new Retries(attempts, Duration.ofMillis(1), Duration.ofSeconds(1), () -> 1);
  }

  public static InstanceMetadataClient.Builder builder(ScriptedMetadataServer server) {
    return builder(server.endpoint());
  }

  public static InstanceMetadataClient.Builder builder(URI endpoint) {
    // Long enough for a machine that is busy with other things; only silence is waited out.
    return InstanceMetadataClient.builder()
        .endpoint(endpoint)
        .timeout(Duration.ofSeconds(20))
        .connectTimeout(Duration.ofSeconds(9))
        .readTimeout(Duration.ofSeconds(9))
        .retries(retries(4));
  }

  static InstanceMetadataException failure(InstanceMetadataClient client, String path) {
    return catchThrowableOfType(InstanceMetadataException.class, () -> client.text(path));
  }

  /** All that a failure says, its causes included; a stack trace adds nothing but its frames. */
  public static String said(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable next = failure; next != null; next = next.getCause()) {
      text.append(next).append('\n');
      for (Throwable suppressed : next.getSuppressed()) {
        text.append(said(suppressed));
      }
    }
    return text.toString();
  }

  /** What a future ended with, once it has. */
  static InstanceMetadataException thrownBy(CompletableFuture<?> future) {
    ExecutionException wrapped = catchThrowableOfType(ExecutionException.class, future::get);
    return (InstanceMetadataException) wrapped.getCause();
  }
}
