package io.github.rolekeeper.benchmarks;

import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;

/**
 * What a health check costs: the tracker's snapshot of credentials that live, beside the cache hit
 * of the SDK's provider, which tells less. Both read the same simulated metadata service once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SnapshotBenchmark {
  // The simulated clock stands at the start of the run, so the credentials live for hours more.
  private final SimulatedAccount account =
      SimulatedAccount.builder().clock(MutableClock.at(Instant.now())).build();
  private final URI endpoint = launch(account);
  private final InstanceMetadataClient metadata =
      InstanceMetadataClient.builder().endpoint(endpoint).build();
  private final CredentialTracker tracker = CredentialTracker.create(metadata::observe);
  private final InstanceProfileCredentialsProvider provider =
      InstanceProfileCredentialsProvider.builder().endpoint(endpoint.toString()).build();

  /** Warms both caches. */
  public SnapshotBenchmark() {
    // A cold server on a busy machine may miss the client's time-out at first.
    for (int look = 0; look < 10 && !tracker.poll().state().usable(); look++) {}
    if (!tracker.snapshot().state().usable()) {
      throw new IllegalStateException("no usable credentials: " + tracker.snapshot());
    }
    provider.resolveCredentials();
  }

  private static URI launch(SimulatedAccount account) {
    account.createInstanceProfile("web", "web-role");
    return account.launchInstance("web").metadataEndpoint();
  }

  /** Closes all. */
  @TearDown
  public void close() {
    tracker.close();
    provider.close();
    metadata.close();
    account.close();
  }

  /**
   * Ours.
   *
   * @return the snapshot
   */
  @Benchmark
  public Object snapshot() {
    return tracker.snapshot();
  }

  /**
   * The SDK's.
   *
   * @return the credentials
   */
  @Benchmark
  public Object resolveCredentials() {
    return provider.resolveCredentials();
  }
}
