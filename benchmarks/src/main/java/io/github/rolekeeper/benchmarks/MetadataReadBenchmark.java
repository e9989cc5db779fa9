package io.github.rolekeeper.benchmarks;

import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/**
 * One warm read of the instance identity document with a cached token, by either client, from the
 * same simulated metadata service. The server is in the same JVM, so only the ratio says anything.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MetadataReadBenchmark {
  private final SimulatedAccount account = SimulatedAccount.create();
  private final URI endpoint = launch(account);
  private final InstanceMetadataClient rolekeeper =
      InstanceMetadataClient.builder().endpoint(endpoint).build();
  private final Ec2MetadataClient awsSdk = Ec2MetadataClient.builder().endpoint(endpoint).build();

  private static URI launch(SimulatedAccount account) {
    account.createInstanceProfile("web", "web-role");
    return account.launchInstance("web").metadataEndpoint();
  }

  /** Closes all. */
  @TearDown
  public void close() {
    rolekeeper.close();
    awsSdk.close();
    account.close();
  }

  /**
   * Ours.
   *
   * @return the document
   */
  @Benchmark
  public Object rolekeeper() {
    return rolekeeper.identityDocument();
  }

  /**
   * The SDK's, parsed to its document type as well.
   *
   * @return the document
   */
  @Benchmark
  public Object awsSdk() {
    return awsSdk.get("/latest/dynamic/instance-identity/document").asDocument();
  }
}
