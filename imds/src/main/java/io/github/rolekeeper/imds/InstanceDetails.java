package io.github.rolekeeper.imds;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the instance is: the plain values at the top of {@code meta-data/}. The words in the enums
 * are those of the EC2 user guide, "Instance metadata categories", unless said otherwise.
 *
 * @param instanceId such as {@code i-0123456789abcdef0}
 * @param instanceType such as {@code m7g.large}
 * @param lifeCycle how it is paid for
 * @param reservationId the launch request that it belongs to
 * @param action what is about to happen to it because of bundling; {@code none} otherwise
 * @param hypervisor what it runs on
 * @param securityGroups the names of its security groups at launch; empty if there are none
 * @param profile the kind of hardware virtualisation, such as {@code default-hvm}; listed by the
 *     service without documentation
 */
public record InstanceDetails(
    Optional<String> instanceId,
    Optional<String> instanceType,
    Optional<Reported<LifeCycle>> lifeCycle,
    Optional<String> reservationId,
    Optional<Reported<Action>> action,
    Optional<Reported<Hypervisor>> hypervisor,
    List<String> securityGroups,
    Optional<String> profile) {
  /** How an instance is paid for; beyond the first two, the words of EC2 DescribeInstances. */
  public enum LifeCycle {
    /** {@code on-demand}. */
    ON_DEMAND,
    /** {@code spot}: it can be interrupted. */
    SPOT,
    /** {@code scheduled}. */
    SCHEDULED,
    /** {@code capacity-block}. */
    CAPACITY_BLOCK
  }

  /** What {@code instance-action} says. */
  public enum Action {
    /** {@code none}. */
    NONE,
    /** {@code shutdown}. */
    SHUTDOWN,
    /** {@code bundle-pending}. */
    BUNDLE_PENDING
  }

  /** What {@code system} says. AWS publishes no list; these are the names of its hypervisors. */
  public enum Hypervisor {
    /** {@code nitro}. */
    NITRO,
    /** {@code xen}. */
    XEN,
    /** {@code xen-on-nitro}. */
    XEN_ON_NITRO
  }

  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param instanceId as above
   * @param instanceType as above
   * @param lifeCycle as above
   * @param reservationId as above
   * @param action as above
   * @param hypervisor as above
   * @param securityGroups as above
   * @param profile as above
   */
  public InstanceDetails {
    Objects.requireNonNull(instanceId, "instanceId");
    Objects.requireNonNull(instanceType, "instanceType");
    Objects.requireNonNull(lifeCycle, "lifeCycle");
    Objects.requireNonNull(reservationId, "reservationId");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(hypervisor, "hypervisor");
    securityGroups = List.copyOf(Objects.requireNonNull(securityGroups, "securityGroups"));
    Objects.requireNonNull(profile, "profile");
  }

  static InstanceDetails read(PathReader paths) {
    return new InstanceDetails(
        paths.value("meta-data/instance-id"),
        paths.value("meta-data/instance-type"),
        paths.word("meta-data/instance-life-cycle", LifeCycle.class),
        paths.value("meta-data/reservation-id"),
        paths.word("meta-data/instance-action", Action.class),
        paths.word("meta-data/system", Hypervisor.class),
        paths.lines("meta-data/security-groups", Lines.GROUPS),
        paths.value("meta-data/profile"));
  }
}
