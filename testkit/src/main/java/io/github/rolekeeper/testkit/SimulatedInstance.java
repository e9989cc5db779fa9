package io.github.rolekeeper.testkit;

import java.net.URI;

/** One EC2 instance of a {@link SimulatedAccount}. Thread-safe. */
public final class SimulatedInstance {
  private final String id;
  private final URI metadataEndpoint;

  SimulatedInstance(String id, URI accountEndpoint) {
    this.id = id;
    this.metadataEndpoint = accountEndpoint.resolve(MetadataService.PREFIX + id);
  }

  /**
   * The instance's id.
   *
   * @return such as {@code i-0123456789abcdef0}
   */
  public String id() {
    return id;
  }

  /**
   * Where this instance's metadata service answers; nobody answers while the instance is stopped.
   * Give it to a client as the metadata service's endpoint. The AWS CLI wants a slash behind it.
   *
   * @return an address on loopback with a path, without a slash at its end
   */
  public URI metadataEndpoint() {
    return metadataEndpoint;
  }

  @Override
  public String toString() {
    return "SimulatedInstance[" + id + " at " + metadataEndpoint + "]";
  }
}
