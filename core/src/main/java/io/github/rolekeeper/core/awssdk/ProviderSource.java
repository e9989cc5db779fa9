package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialSource;
import java.util.Objects;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * A credentials provider of the AWS SDK as a source. Each look resolves the provider, as a call of
 * the application would, and the provider may then refresh: a bare provider cannot be seen
 * otherwise. To only watch, wrap it in a {@link WatchedProvider}. What this source keeps of an
 * identity is the access key id and the expiration, never a secret. Versions of the SDK up to
 * 2.41.20 give no expiration for instance profiles and containers; the tracker then says
 * EXPIRY_UNKNOWN.
 *
 * <p>Keys that nobody renews (long-term, static, from the environment or system properties) are
 * NOT_APPLICABLE: there is nothing to watch.
 *
 * <p>A provider that throws is a failing source, not one without credentials: only its text would
 * tell the two apart.
 *
 * <p>As thread-safe as the provider.
 */
public final class ProviderSource implements CredentialSource {
  private final IdentityProvider<? extends AwsCredentialsIdentity> provider;

  private ProviderSource(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  /**
   * Makes a source of a provider.
   *
   * @param provider any, such as an {@code AwsCredentialsProvider}; not closed by the source
   * @return the source
   */
  public static ProviderSource of(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
    return new ProviderSource(provider);
  }

  /**
   * Resolves the provider.
   *
   * @return what it serves now
   * @throws IllegalStateException if the provider throws; the message holds its chain of causes. Of
   *     what a service answered it holds code, status and request id and no text, as services may
   *     repeat a session token; the cause holds that text. Texts of the provider itself are quoted,
   *     so those of a provider of your own must hold no secret
   */
  @Override
  public CredentialObservation observe() {
    try {
      return Observations.of(provider.resolveIdentity().join());
    } catch (RuntimeException failure) {
      throw Observations.unavailable(failure);
    }
  }
}
