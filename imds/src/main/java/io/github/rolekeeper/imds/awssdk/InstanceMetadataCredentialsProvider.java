package io.github.rolekeeper.imds.awssdk;

import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The credentials of the instance's role, for clients of the AWS SDK. Thread-safe; it has no thread
 * of its own and nothing to close.
 *
 * <ul>
 *   <li>Only a document whose {@code Code} is {@code Success} is served, and never beyond its end.
 *       {@code expirationTime()} is the true one, for a {@code CredentialTracker} to see.
 *   <li>New ones are read within the last quarter of an hour, at least once an hour, and by one
 *       caller at a time: the others get what is held meanwhile.
 *   <li>While what is held is valid, a failure of the service is logged and not thrown; it is asked
 *       again after one to two minutes.
 *   <li>Without valid credentials there is an {@link SdkClientException}, whose message carries the
 *       service's {@code Code} and {@code Message} and the cure that AWS documents for them.
 * </ul>
 */
public final class InstanceMetadataCredentialsProvider implements AwsCredentialsProvider {
  private static final Logger LOG =
      System.getLogger(InstanceMetadataCredentialsProvider.class.getName());

  private final InstanceMetadataClient client;
  private final RoleDocumentReader reader;
  private final InstantSource clock;
  private final RefreshTimes times;
  private final AtomicReference<@Nullable Held> held = new AtomicReference<>();

  /** The read under way. Whoever sets it from null reads and clears it. */
  private final AtomicReference<@Nullable CompletableFuture<Held>> flight = new AtomicReference<>();

  InstanceMetadataCredentialsProvider(
      InstanceMetadataClient client, InstantSource clock, DoubleSupplier random) {
    this.client = Objects.requireNonNull(client, "client");
    this.reader = new RoleDocumentReader(client);
    this.clock = Objects.requireNonNull(clock, "clock");
    this.times = new RefreshTimes(random);
  }

  /**
   * A provider on the clock of the machine.
   *
   * @param client reads the metadata; it stays the caller's and has to outlive the provider
   * @return a provider that has read nothing yet
   */
  public static InstanceMetadataCredentialsProvider create(InstanceMetadataClient client) {
    return create(client, SystemTime.wallClock());
  }

  /**
   * A provider on another clock, for tests.
   *
   * @param client reads the metadata; it stays the caller's and has to outlive the provider
   * @param clock tells whether credentials have ended
   * @return a provider that has read nothing yet
   */
  public static InstanceMetadataCredentialsProvider create(
      InstanceMetadataClient client, InstantSource clock) {
    return new InstanceMetadataCredentialsProvider(
        client, clock, () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * Valid credentials.
   *
   * @return session credentials with their true expiration
   * @throws SdkClientException if there are none
   */
  @Override
  public AwsCredentials resolveCredentials() {
    while (true) {
      Held known = held.get();
      if (known != null && clock.instant().isBefore(known.refreshAt)) {
        return known.credentials;
      }
      CompletableFuture<Held> mine = new CompletableFuture<>();
      CompletableFuture<Held> running = flight.compareAndExchange(null, mine);
      if (running == null) {
        return lead(mine).credentials;
      }
      if (known != null && known.validAt(clock.instant())) {
        return known.credentials;
      }
      Optional<Held> shared = follow(running);
      if (shared.isPresent()) {
        return shared.get().credentials;
      }
    }
  }

  private Held lead(CompletableFuture<Held> mine) {
    try {
      Held fresh = refreshed();
      held.set(fresh);
      mine.complete(fresh);
      return fresh;
    } catch (Throwable thrown) {
      mine.completeExceptionally(thrown);
      throw thrown;
    } finally {
      flight.set(null);
    }
  }

  private Held refreshed() {
    Held before = held.get(); // another flight may have landed since the caller looked
    if (before != null && clock.instant().isBefore(before.refreshAt)) {
      return before;
    }
    try {
      return read();
    } catch (SdkClientException e) {
      Instant now = clock.instant();
      if (before == null || !before.validAt(now)) {
        throw e;
      }
      LOG.log(
          Level.WARNING,
          "credentials could not be renewed; those held are used until "
              + before.end().map(Instant::toString).orElse("further notice")
              + ": "
              + e.getMessage());
      return new Held(before.credentials, times.afterFailure(now, before.end()));
    }
  }

  private Held read() {
    AwsSessionCredentials credentials = reader.read();
    Instant now = clock.instant();
    Held read = new Held(credentials, times.afterRead(now, credentials.expirationTime()));
    if (!read.validAt(now)) {
      throw SdkClientException.create(
          "The metadata service serves credentials that ended at "
              + read.end().orElse(now)
              + " and has not renewed them; it is "
              + now
              + " now. Check the clock of the machine, and whether the instance profile still"
              + " exists.");
    }
    return read;
  }

  /** Empty if the other one was interrupted, so that this one has to read. */
  private static Optional<Held> follow(CompletableFuture<Held> running) {
    try {
      return Optional.of(running.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SdkClientException.create("interrupted while it waited for credentials", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SdkClientException failure && !interrupted(failure)) {
        throw SdkClientException.create(failure.getMessage(), failure);
      }
      return Optional.empty();
    }
  }

  private static boolean interrupted(SdkClientException failure) {
    return failure.getCause() instanceof InstanceMetadataException e
        && e.kind() == InstanceMetadataException.Kind.INTERRUPTED;
  }

  /** Names the client, and nothing that is secret. */
  @Override
  public String toString() {
    return "InstanceMetadataCredentialsProvider[" + client + "]";
  }

  /** Not a record: its text must not show more than the SDK shows. */
  private static final class Held {
    private final AwsSessionCredentials credentials;
    private final Instant refreshAt;

    Held(AwsSessionCredentials credentials, Instant refreshAt) {
      this.credentials = credentials;
      this.refreshAt = refreshAt;
    }

    Optional<Instant> end() {
      return credentials.expirationTime();
    }

    boolean validAt(Instant now) {
      return end().map(now::isBefore).orElse(true);
    }
  }
}
