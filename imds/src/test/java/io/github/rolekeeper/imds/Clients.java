package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Clients for tests: pauses of a millisecond, so that trying again takes no time to speak of. */
public final class Clients {
  /** A process without settings, whatever the machine's own are. */
  static final Lookups NOTHING_SET =
      new Lookups(name -> null, name -> null, key -> Optional.empty());

  private Clients() {}

  static Retries retries(int attempts) {
    return new Retries(attempts, Duration.ofMillis(1), Duration.ofSeconds(1), () -> 1);
  }

  /** With the defaults. */
  public static InstanceMetadataClient.Builder nothingSet() {
    return InstanceMetadataClient.builder().lookups(NOTHING_SET);
  }

  public static InstanceMetadataClient.Builder builder(ScriptedMetadataServer server) {
    return builder(server.endpoint());
  }

  public static InstanceMetadataClient.Builder builder(URI endpoint) {
    // Long enough for a machine that is busy with other things or stands still for a while.
    return nothingSet()
        .endpoint(endpoint)
        .timeout(Duration.ofSeconds(60))
        .connectTimeout(Duration.ofSeconds(60))
        .readTimeout(Duration.ofSeconds(60))
        .retries(retries(4));
  }

  /**
   * The failure of a read that has its token. Where the time for bytes is short a machine that
   * stands still may miss the token, which is told as such; then it is asked for again.
   */
  static InstanceMetadataException failureWithToken(InstanceMetadataClient client, String path) {
    InstanceMetadataException failure = failure(client, path);
    while (failure.kind() == Kind.HOP_LIMIT_SUSPECTED) {
      failure = failure(client, path);
    }
    return failure;
  }

  static InstanceMetadataException failure(InstanceMetadataClient client, String path) {
    return catchThrowableOfType(InstanceMetadataException.class, () -> client.text(path));
  }

  /** What a client with little time for bytes reads, once the machine does not stand still. */
  static Optional<String> textInTime(InstanceMetadataClient client, String path) {
    while (true) {
      try {
        return client.text(path);
      } catch (InstanceMetadataException late) {
        if (late.kind() != Kind.NO_ANSWER) {
          throw late;
        }
      }
    }
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
