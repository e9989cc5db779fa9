package io.github.rolekeeper.testkit.awssdk;

import io.github.rolekeeper.testkit.SimulatedAccount;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/**
 * Points AWS SDK clients at a {@link SimulatedAccount}: endpoint, Region and credentials, nothing
 * else. The HTTP client is the one on the class path, or the one set in the builder. Immutable and
 * thread-safe.
 */
public final class SdkClients {
  private final SimulatedAccount account;
  private final AwsCredentialsProvider credentials;

  private SdkClients(SimulatedAccount account, AwsCredentialsProvider credentials) {
    this.account = Objects.requireNonNull(account, "account");
    this.credentials = Objects.requireNonNull(credentials, "credentials");
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
    return new SdkClients(account, credentials);
  }

  /**
   * Builds a client that talks to the account.
   *
   * @param builder a service's builder, such as {@code IamClient.builder()}; everything but
   *     endpoint, Region and credentials stays as it was set
   * @param <B> the builder's type
   * @param <C> the client's type
   * @return the client; the caller closes it
   */
  public <B extends AwsClientBuilder<B, C>, C> C build(B builder) {
    return builder
        .endpointOverride(account.endpoint())
        .region(Region.of(account.region()))
        .credentialsProvider(credentials)
        .build();
  }
}
