package io.github.rolekeeper.core.awssdk;

import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.CredentialSource;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.CredentialUtils;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Stands between an application and its credentials provider and notes which credentials the
 * application really uses. Give it to the SDK's clients in place of the provider, and to a tracker
 * as its source.
 *
 * <p>It passes identities and exceptions on as they are, whatever it makes of them itself, and
 * costs two comparisons and a field write per call. It keeps the access key id and the expiration,
 * never a secret.
 *
 * <p>A look of the tracker never calls the provider. Of an application that used nothing since the
 * look before nothing newer is known: the tracker then keeps what was used last, flagged NOT_USED,
 * and says UNKNOWN once that has expired, for the next use may well get its successors. Where more
 * must be known of an idle application, complete this with what the metadata service says ({@link
 * io.github.rolekeeper.core.CompletedSource}), or give the tracker {@link #resolvingWhenIdle()}.
 *
 * <p>As thread-safe as the provider.
 */
public final class WatchedProvider
    implements AwsCredentialsProvider, CredentialSource, SdkAutoCloseable {
  private final IdentityProvider<? extends AwsCredentialsIdentity> provider;

  /** What the application got last. The secrets are not in it. */
  private volatile Use last = Use.NONE;

  /** Whether the application got something since the last look. */
  private volatile boolean used;

  private record Use(
      @Nullable String accessKeyId, // null if anonymous
      Optional<Instant> expiration,
      @Nullable CredentialObservation observed,
      @Nullable Throwable failure) {
    static final Use NONE = new Use("", Optional.empty(), null, null);

    static Use of(AwsCredentialsIdentity identity) {
      return new Use(
          identity.accessKeyId(), identity.expirationTime(), Observations.of(identity), null);
    }

    static Use failed(Throwable failure) {
      return new Use("", Optional.empty(), null, failure);
    }

    // A source in trouble may prolong the same key.
    boolean isOf(AwsCredentialsIdentity identity) {
      return Objects.equals(accessKeyId, identity.accessKeyId())
          && expiration.equals(identity.expirationTime());
    }
  }

  private WatchedProvider(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  /**
   * Wraps a provider.
   *
   * @param provider any, such as a {@code DefaultCredentialsProvider}
   * @return the same provider, watched
   */
  public static WatchedProvider watch(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
    return new WatchedProvider(provider);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      AwsCredentials credentials = resolve();
      noteSuccess(credentials);
      return credentials;
    } catch (Throwable failure) { // an Error, such as a class that is missing, is no use either
      noteFailure(failure);
      throw failure;
    }
  }

  @Override
  public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
    CompletableFuture<? extends AwsCredentialsIdentity> resolving;
    try {
      resolving = provider.resolveIdentity(request);
    } catch (Throwable failure) {
      noteFailure(failure);
      throw failure;
    }
    CompletableFuture<?> unused =
        resolving.whenComplete(
            (identity, failure) -> {
              if (failure == null) {
                noteSuccess(identity);
              } else {
                noteFailure(failure);
              }
            });
    // The provider's own: one made of it would wrap the exception and keep a cancellation back.
    @SuppressWarnings("unchecked") // nobody puts another identity into a future that is resolved
    CompletableFuture<AwsCredentialsIdentity> own =
        (CompletableFuture<AwsCredentialsIdentity>) resolving;
    return own;
  }

  /**
   * What the application got last. Reads memory only.
   *
   * @return what is in use; unused if the application got nothing since the last look
   * @throws IllegalStateException if the application's last attempt since then failed
   */
  @Override
  public CredentialObservation observe() {
    if (!used) {
      return CredentialObservation.unused();
    }
    used = false;
    Use use = last;
    if (use.observed() != null) {
      return use.observed();
    }
    throw Observations.unavailable(Objects.requireNonNull(use.failure()));
  }

  /**
   * The same source, but a look at an application that used nothing since the look before resolves
   * the provider, as the application's next call would; the provider may then refresh.
   *
   * @return a source for one tracker; it and this one share what was used
   */
  public CredentialSource resolvingWhenIdle() {
    ProviderSource resolving = ProviderSource.of(provider);
    return () -> {
      CredentialObservation seen = observe();
      return seen.notUsed() ? resolving.observe() : seen;
    };
  }

  /** Closes the wrapped provider, if it can be closed, as the SDK would have closed it. */
  @Override
  public void close() {
    if (provider instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }

  /** Names the wrapped provider. */
  @Override
  public String toString() {
    return "WatchedProvider[" + provider.getClass().getSimpleName() + "]";
  }

  private AwsCredentials resolve() {
    return provider instanceof AwsCredentialsProvider own
        ? own.resolveCredentials()
        : CredentialUtils.toCredentialsProvider(provider).resolveCredentials();
  }

  // Whatever the provider gave is the application's; that it cannot be read fails the next look.
  private void noteSuccess(AwsCredentialsIdentity identity) {
    try {
      if (!last.isOf(identity)) {
        last = Use.of(identity);
      }
      used = true;
    } catch (Throwable unreadable) { // such as a method that this version of the SDK lacks
      noteFailure(unreadable);
    }
  }

  private void noteFailure(Throwable failure) {
    last = Use.failed(failure);
    used = true;
  }
}
