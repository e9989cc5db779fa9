package io.github.rolekeeper.testkit;

import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;

/** One EC2 instance of a {@link SimulatedAccount}. Thread-safe. */
public final class SimulatedInstance {
  private final World world;
  private final String id;
  private final URI metadataEndpoint;
  private final MetadataPorts ports;

  SimulatedInstance(World world, String id, URI accountEndpoint, MetadataPorts ports) {
    this.world = world;
    this.id = id;
    this.ports = ports;
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

  /**
   * Where the same metadata service answers without a path, for clients that know none: the AWS SDK
   * for JavaScript v3 drops the path of an endpoint. The port is this instance's own; the first
   * call opens it, and it is freed with the account.
   *
   * @return an address on loopback, without a path
   * @throws IllegalStateException if the account is closed
   */
  public URI metadataRoot() {
    return metadataRoot(0);
  }

  /**
   * The same at a port of the caller's choice.
   *
   * @param port zero for one of the system's choice
   * @return an address on loopback, without a path
   * @throws IllegalArgumentException if there is no such port
   * @throws IllegalStateException if the metadata is served at another port already, or the account
   *     is closed
   * @throws java.io.UncheckedIOException if the port is taken
   */
  public URI metadataRoot(int port) {
    return ports.open(id, port);
  }

  /**
   * EC2 announces that it interrupts this Spot Instance, and does so when the time has come: {@code
   * spot/instance-action} and {@code spot/termination-time}.
   *
   * @param action what it will do
   * @param at when; at once if that is past
   * @throws IllegalStateException if it is no Spot Instance
   */
  public void interruptSpot(SpotAction action, Instant at) {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(at, "at");
    change(
        instance -> {
          if (!instance.options.spot()) {
            throw new IllegalStateException(
                id
                    + " is no Spot Instance: launch it with Trait.SPOT or PERSISTENT_SPOT to interrupt it");
          }
          world.interrupt(instance, action, at);
        });
  }

  /**
   * EC2 recommends to rebalance: {@code events/recommendations/rebalance}.
   *
   * @param noticed when EC2 noticed that
   */
  public void recommendRebalance(Instant noticed) {
    Objects.requireNonNull(noticed, "noticed");
    change(instance -> instance.notices.rebalance = noticed);
  }

  /**
   * AWS schedules maintenance, or tells what became of it: {@code events/maintenance/scheduled} and
   * {@code history}. Nothing happens to the instance when the time comes.
   *
   * @param event what; it replaces the event of the same id
   */
  public void scheduleMaintenance(MaintenanceEvent event) {
    Objects.requireNonNull(event, "event");
    change(instance -> instance.notices.maintenance.put(event.eventId(), event));
  }

  /**
   * Auto Scaling takes the instance to a state: {@code autoscaling/target-lifecycle-state}. Without
   * it that category follows the instance's group, where it is in one.
   *
   * @param state where to
   */
  public void autoScalingTargetState(AutoScalingTargetState state) {
    Objects.requireNonNull(state, "state");
    change(instance -> instance.notices.target = state);
  }

  /** Takes back all that the four methods above have announced. */
  public void withdrawNotices() {
    change(instance -> instance.notices.clear());
  }

  private void change(Consumer<Instance> change) {
    synchronized (world) {
      world.tick();
      change.accept(world.instance(id));
    }
  }

  @Override
  public String toString() {
    return "SimulatedInstance[" + id + " at " + metadataEndpoint + "]";
  }
}
