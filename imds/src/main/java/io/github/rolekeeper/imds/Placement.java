package io.github.rolekeeper.imds;

import java.util.Objects;
import java.util.Optional;

/**
 * Where the instance runs.
 *
 * @param availabilityZone such as {@code eu-west-1a}, or a Local Zone as {@code us-west-2-lax-1a}
 * @param availabilityZoneId such as {@code euw1-az2}: the same place for every account
 * @param region such as {@code eu-west-1}: from {@code placement/region}, or else from the identity
 *     document. It is never guessed from the zone, whose last letter is not all that makes a zone
 * @param groupName the placement group
 * @param hostId the dedicated host
 * @param partitionNumber the partition within the placement group
 */
public record Placement(
    Optional<String> availabilityZone,
    Optional<String> availabilityZoneId,
    Optional<String> region,
    Optional<String> groupName,
    Optional<String> hostId,
    Optional<Integer> partitionNumber) {

  /**
   * Checks that nothing is null.
   *
   * @param availabilityZone as above
   * @param availabilityZoneId as above
   * @param region as above
   * @param groupName as above
   * @param hostId as above
   * @param partitionNumber as above
   */
  public Placement {
    Objects.requireNonNull(availabilityZone, "availabilityZone");
    Objects.requireNonNull(availabilityZoneId, "availabilityZoneId");
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(groupName, "groupName");
    Objects.requireNonNull(hostId, "hostId");
    Objects.requireNonNull(partitionNumber, "partitionNumber");
  }

  static Placement read(PathReader paths) {
    return new Placement(
        paths.value("meta-data/placement/availability-zone"),
        paths.value("meta-data/placement/availability-zone-id"),
        region(paths),
        paths.value("meta-data/placement/group-name"),
        paths.value("meta-data/placement/host-id"),
        paths.number("meta-data/placement/partition-number"));
  }

  static Optional<String> region(PathReader paths) {
    return paths
        .value("meta-data/placement/region")
        .or(
            () ->
                paths
                    .document(IdentityDocument.PATH, IdentityDocument::parse)
                    .flatMap(InstanceIdentityDocument::region));
  }
}
