package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.CredentialObservation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A client of the EC2 instance metadata service, IMDSv2 only. It reads; it has no thread of its
 * own, uses no proxy and follows no redirect. What the service does not have is a value; that it
 * does not answer as it should is an {@link InstanceMetadataException}. Thread-safe; share one.
 */
public final class InstanceMetadataClient implements AutoCloseable {
  private static final URI DEFAULT_ENDPOINT = URI.create("http://169.254.169.254");

  // aws-sdk-go-v2 allows the same for an operation.
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  private final URI endpoint;
  private final Duration timeout;
  private final LongSupplier nanos;
  private final MetadataReader reader;
  private volatile boolean closed;

  private InstanceMetadataClient(Builder builder) {
    Endpoint checked = Endpoint.of(builder.endpoint);
    endpoint = checked.uri();
    timeout = builder.timeout;
    nanos = builder.nanos;
    reader = new MetadataReader(checked, timeout, builder.retries, nanos);
  }

  /**
   * A client with the defaults.
   *
   * @return the client; nothing is requested yet
   */
  public static InstanceMetadataClient create() {
    return builder().build();
  }

  /**
   * Starts a client that differs from the default.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What the service says of the associated instance profile.
   *
   * @return one of the forms of {@link IamInfo}
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public IamInfo iamInfo() {
    return iamInfo(start());
  }

  /**
   * What can be known of the credentials that the service serves, without their secrets.
   *
   * @return one of the forms of {@link RoleCredentials}
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public RoleCredentials credentialsMetadata() {
    return credentialsMetadata(start());
  }

  /**
   * What the service says of the instance.
   *
   * @return the document as served, not verified; empty if there is none
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<InstanceIdentityDocument> identityDocument() {
    return reader.read(IdentityDocument.PATH, start(), IdentityDocument::parse);
  }

  /**
   * The credentials and the signs that they will not be renewed, for a tracker: {@code
   * CredentialTracker.create(client::observe)}. It reads {@link #iamInfo} and {@link
   * #credentialsMetadata}.
   *
   * @return what is served, with a signal if the service reports a cause of loss
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public CredentialObservation observe() {
    Deadline deadline = start();
    return LossSignals.observation(iamInfo(deadline), credentialsMetadata(deadline));
  }

  /**
   * The value at a path as text.
   *
   * @param path below {@code <endpoint>/latest/}, such as {@code meta-data/instance-id}; it is
   *     percent-encoded here
   * @return the text, decoded as UTF-8 and possibly empty; no value if the service has no such path
   * @throws IllegalArgumentException if the path begins with a slash or holds a dot segment
   * @throws InstanceMetadataException if the service did not answer as it should
   */
  public Optional<String> text(String path) {
    Endpoint.checked(path);
    return reader.read(path, start(), bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** Ends the use of this client. Calls under way end by themselves; again is no error. */
  @Override
  public void close() {
    closed = true;
  }

  /** Names the endpoint. */
  @Override
  public String toString() {
    return "InstanceMetadataClient[endpoint=" + endpoint + ", timeout=" + timeout + "]";
  }

  private Deadline start() {
    if (closed) {
      throw new IllegalStateException("this client was closed; build another one");
    }
    return Deadline.after(timeout, nanos);
  }

  private IamInfo iamInfo(Deadline deadline) {
    return reader
        .read(IamInfoDocument.PATH, deadline, IamInfoDocument::parse)
        .orElseGet(IamInfo.NotAssociated::new);
  }

  private RoleCredentials credentialsMetadata(Deadline deadline) {
    // After a change of profile the list may name a role whose document is gone already: look
    // again,
    // once.
    return readCredentials(deadline)
        .or(() -> readCredentials(deadline))
        .orElseGet(RoleCredentials.None::new);
  }

  /** Empty if a role is listed and has no document. */
  private Optional<RoleCredentials> readCredentials(Deadline deadline) {
    Optional<String> role =
        reader
            .read(RoleCredentialsDocument.LIST, deadline, RoleCredentialsDocument::firstRole)
            .flatMap(Function.identity());
    if (role.isEmpty()) {
      return Optional.of(new RoleCredentials.None());
    }
    String name = role.get();
    return reader.read(
        RoleCredentialsDocument.path(name),
        deadline,
        json -> RoleCredentialsDocument.parse(name, json));
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder {
    private URI endpoint = DEFAULT_ENDPOINT;
    private Duration timeout = DEFAULT_TIMEOUT;
    private Retries retries = Retries.standard();
    private LongSupplier nanos = SystemTime.nanoClock();

    private Builder() {}

    /**
     * Where the metadata service is; by default the link-local IPv4 address that EC2 has for it.
     *
     * @param endpoint {@code http://HOST}, {@code http://HOST:PORT} or either with a path, with or
     *     without a slash at the end
     * @return this
     */
    public Builder endpoint(URI endpoint) {
      this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
      return this;
    }

    /**
     * The time for one call, all its requests, attempts and pauses together; 5 s by default. Only
     * the resolution of a host name may take longer.
     *
     * @param timeout from 1 ms to 1 h
     * @return this
     * @throws IllegalArgumentException if the time-out is outside these limits
     */
    public Builder timeout(Duration timeout) {
      if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
        throw new IllegalArgumentException(
            "the time-out is " + timeout + "; 1 ms to 1 h is expected, such as 5 s");
      }
      this.timeout = timeout;
      return this;
    }

    Builder retries(Retries retries) {
      this.retries = retries;
      return this;
    }

    Builder nanos(LongSupplier nanos) {
      this.nanos = nanos;
      return this;
    }

    /**
     * Makes the client.
     *
     * @return a client that has requested nothing yet
     * @throws IllegalArgumentException if the endpoint is no such URI
     */
    public InstanceMetadataClient build() {
      return new InstanceMetadataClient(this);
    }
  }
}
