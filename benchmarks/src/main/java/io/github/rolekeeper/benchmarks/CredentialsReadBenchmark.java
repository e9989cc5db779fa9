package io.github.rolekeeper.benchmarks;

import io.github.rolekeeper.imds.InstanceMetadataClient;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;

/**
 * Credentials from the service. The SDK's provider asks for token, role and document at each
 * renewal; with {@code HttpURLConnection} it takes the connection that an earlier provider of the
 * JVM left behind. Ours is measured as a new client, which has to connect, and as one that is kept,
 * which knows token and role.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CredentialsReadBenchmark {
  /** What the service does with a connection after an answer. */
  @Param({"keep-alive", "close"})
  public String connection = "";

  @SuppressWarnings("NullAway") // set before the first read
  private StubProcess stub = null;

  @SuppressWarnings("NullAway") // likewise
  private InstanceMetadataClient kept = null;

  /**
   * Starts the service.
   *
   * @throws IOException if that does not succeed
   */
  @Setup
  public void start() throws IOException {
    stub = StubProcess.start(connection);
    kept = InstanceMetadataClient.builder().endpoint(stub.endpoint()).build();
  }

  /**
   * Ends the service.
   *
   * @throws IOException if that does not succeed
   */
  @TearDown
  public void close() throws IOException {
    kept.close();
    stub.close();
  }

  /**
   * Ours, a client that is kept; without the secrets.
   *
   * @return what can be known of the credentials
   */
  @Benchmark
  public Object rolekeeperRenewal() {
    return kept.credentialsMetadata();
  }

  /**
   * Ours, a new client; without the secrets.
   *
   * @return what can be known of the credentials
   */
  @Benchmark
  public Object rolekeeper() {
    try (InstanceMetadataClient client =
        InstanceMetadataClient.builder().endpoint(stub.endpoint()).build()) {
      return client.credentialsMetadata();
    }
  }

  /**
   * The SDK's provider.
   *
   * @return the credentials
   */
  @Benchmark
  public Object sdkInstanceProfileProvider() {
    try (InstanceProfileCredentialsProvider provider =
        InstanceProfileCredentialsProvider.builder().endpoint(stub.endpoint().toString()).build()) {
      return provider.resolveCredentials();
    }
  }
}
