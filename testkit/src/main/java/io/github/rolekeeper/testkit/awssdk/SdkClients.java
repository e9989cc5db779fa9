package io.github.rolekeeper.testkit.awssdk;

import io.github.rolekeeper.testkit.SimulatedAccount;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;

/**
 * Points AWS SDK clients at a {@link SimulatedAccount}: endpoint, Region and credentials, nothing
 * else. The HTTP client is the one on the class path, or the one set in the builder, unless {@link
 * #inProcess()} was asked for. Immutable and thread-safe.
 */
public final class SdkClients {
  private final SimulatedAccount account;
  private final AwsCredentialsProvider credentials;
  private final @Nullable SdkHttpClient http;

  private SdkClients(
      SimulatedAccount account, AwsCredentialsProvider credentials, @Nullable SdkHttpClient http) {
    this.account = Objects.requireNonNull(account, "account");
    this.credentials = Objects.requireNonNull(credentials, "credentials");
    this.http = http;
  }

  /**
   * Clients that may do everything.
   *
   * @param account the account to talk to
   * @return a maker of clients
   */
  public static SdkClients administrator(SimulatedAccount account) {
    return using(
        account,
        StaticCredentialsProvider.create(
            AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "any-secret")));
  }

  /**
   * Clients with credentials of the caller's choice, such as those that an instance's metadata
   * service delivers.
   *
   * @param account the account to talk to
   * @param credentials what signs the requests
   * @return a maker of clients
   */
  public static SdkClients using(SimulatedAccount account, AwsCredentialsProvider credentials) {
    return new SdkClients(account, credentials, null);
  }

  /**
   * The same clients without a socket: their requests go straight to the account through an {@link
   * InProcessHttpClient}. They get the same answers, faster.
   *
   * @return a maker of synchronous clients
   */
  public SdkClients inProcess() {
    return new SdkClients(account, credentials, new InProcessHttpClient(account));
  }

  /**
   * Builds a client that talks to the account.
   *
   * <p>Where the system property {@code http.proxyHost} is set, the SDK's client of Apache sends
   * even this through the proxy, unless {@code http.nonProxyHosts} names {@code 127.0.0.1}.
   *
   * @param builder a service's builder, such as {@code IamClient.builder()}; everything but
   *     endpoint, Region and credentials stays as it was set
   * @param <B> the builder's type
   * @param <C> the client's type
   * @return the client; the caller closes it
   * @throws IllegalArgumentException if the clients are {@linkplain #inProcess() in process} and
   *     the builder is for asynchronous ones
   */
  public <B extends AwsClientBuilder<B, C>, C> C build(B builder) {
    if (http != null) {
      if (!(builder instanceof SdkSyncClientBuilder<?, ?> synchronous)) {
        throw new IllegalArgumentException(
            builder.getClass().getSimpleName()
                + " builds asynchronous clients; in process only synchronous ones can talk to the"
                + " account, so leave out inProcess()");
      }
      synchronous.httpClient(http);
    }
    return builder
        .endpointOverride(account.endpoint())
        .region(Region.of(account.region()))
        .credentialsProvider(credentials)
        .build();
  }
}
