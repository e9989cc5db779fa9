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
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/**
 * Warm reads with a cached token, from a service in a process of its own that either keeps the
 * connection or closes it after each answer, as the real one does. One thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MetadataReadBenchmark {
  private static final String DOCUMENT = "/latest/dynamic/instance-identity/document";

  /** What the service does with a connection after an answer. */
  @Param({"keep-alive", "close"})
  public String connection = "";

  private Clients clients = Clients.NONE;

  private record Clients(
      StubProcess stub,
      InstanceMetadataClient rolekeeper,
      Ec2MetadataClient sdkUrlConnection,
      Ec2MetadataClient sdkApache,
      SocketFloor floor) {
    @SuppressWarnings("NullAway") // replaced before the first read
    static final Clients NONE = new Clients(null, null, null, null, null);

    static Clients of(StubProcess stub, boolean closes) throws IOException {
      return new Clients(
          stub,
          InstanceMetadataClient.builder().endpoint(stub.endpoint()).build(),
          sdk(stub, UrlConnectionHttpClient.create()),
          sdk(stub, ApacheHttpClient.create()),
          new SocketFloor(stub.port(), closes));
    }

    private static Ec2MetadataClient sdk(StubProcess stub, SdkHttpClient http) {
      return Ec2MetadataClient.builder().endpoint(stub.endpoint()).httpClient(http).build();
    }
  }

  /**
   * Starts the service and the clients.
   *
   * @throws IOException if that does not succeed
   */
  @Setup
  public void start() throws IOException {
    clients = Clients.of(StubProcess.start(connection), connection.equals("close"));
  }

  /**
   * Closes all.
   *
   * @throws IOException if that does not succeed
   */
  @TearDown
  public void close() throws IOException {
    clients.rolekeeper().close();
    clients.sdkUrlConnection().close();
    clients.sdkApache().close();
    clients.floor().close();
    clients.stub().close();
  }

  /**
   * A text, by ours.
   *
   * @return the text
   */
  @Benchmark
  public Object textRolekeeper() {
    return clients.rolekeeper().text("meta-data/instance-id");
  }

  /**
   * A text, by the SDK's client on the JDK's URL connection.
   *
   * @return the text
   */
  @Benchmark
  public Object textSdkUrlConnection() {
    return clients.sdkUrlConnection().get("/latest/meta-data/instance-id").asString();
  }

  /**
   * A text, by the SDK's client on Apache's HTTP client.
   *
   * @return the text
   */
  @Benchmark
  public Object textSdkApache() {
    return clients.sdkApache().get("/latest/meta-data/instance-id").asString();
  }

  /**
   * A text, by a socket and nothing else.
   *
   * @return the text
   * @throws IOException if the service does not answer
   */
  @Benchmark
  public Object textSocketFloor() throws IOException {
    return clients.floor().read();
  }

  /**
   * The identity document, parsed, by ours.
   *
   * @return the document
   */
  @Benchmark
  public Object documentRolekeeper() {
    return clients.rolekeeper().identityDocument();
  }

  /**
   * The identity document, parsed, by the SDK's client on the JDK's URL connection.
   *
   * @return the document
   */
  @Benchmark
  public Object documentSdkUrlConnection() {
    return clients.sdkUrlConnection().get(DOCUMENT).asDocument();
  }

  /**
   * The identity document, parsed, by the SDK's client on Apache's HTTP client.
   *
   * @return the document
   */
  @Benchmark
  public Object documentSdkApache() {
    return clients.sdkApache().get(DOCUMENT).asDocument();
  }
}
