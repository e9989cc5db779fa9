package io.github.rolekeeper.imds;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What {@code dynamic/instance-identity/document} says of the instance, as served. It is not
 * verified here: whoever can answer in place of the metadata service can write anything.
 *
 * @param accountId the account that owns the instance
 * @param architecture such as {@code x86_64} or {@code arm64}
 * @param availabilityZone where the instance runs
 * @param billingProducts billing products; empty if there are none
 * @param devpayProductCodes product codes of the old kind; empty if there are none
 * @param imageId the AMI it was launched from
 * @param instanceId the instance
 * @param instanceType such as {@code m7g.large}
 * @param kernelId its kernel, on very old instances
 * @param marketplaceProductCodes product codes of the marketplace; empty if there are none
 * @param pendingTime when it was launched or last started
 * @param privateIp its private IPv4 address
 * @param ramdiskId its RAM disk, on very old instances
 * @param region where it runs
 * @param version of the document's format
 */
public record InstanceIdentityDocument(
    Optional<String> accountId,
    Optional<String> architecture,
    Optional<String> availabilityZone,
    List<String> billingProducts,
    List<String> devpayProductCodes,
    Optional<String> imageId,
    Optional<String> instanceId,
    Optional<String> instanceType,
    Optional<String> kernelId,
    List<String> marketplaceProductCodes,
    Optional<Instant> pendingTime,
    Optional<String> privateIp,
    Optional<String> ramdiskId,
    Optional<String> region,
    Optional<String> version) {
  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param accountId as above
   * @param architecture as above
   * @param availabilityZone as above
   * @param billingProducts as above
   * @param devpayProductCodes as above
   * @param imageId as above
   * @param instanceId as above
   * @param instanceType as above
   * @param kernelId as above
   * @param marketplaceProductCodes as above
   * @param pendingTime as above
   * @param privateIp as above
   * @param ramdiskId as above
   * @param region as above
   * @param version as above
   */
  public InstanceIdentityDocument {
    Objects.requireNonNull(accountId, "accountId");
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(availabilityZone, "availabilityZone");
    billingProducts = List.copyOf(Objects.requireNonNull(billingProducts, "billingProducts"));
    devpayProductCodes =
        List.copyOf(Objects.requireNonNull(devpayProductCodes, "devpayProductCodes"));
    Objects.requireNonNull(imageId, "imageId");
    Objects.requireNonNull(instanceId, "instanceId");
    Objects.requireNonNull(instanceType, "instanceType");
    Objects.requireNonNull(kernelId, "kernelId");
    marketplaceProductCodes =
        List.copyOf(Objects.requireNonNull(marketplaceProductCodes, "marketplaceProductCodes"));
    Objects.requireNonNull(pendingTime, "pendingTime");
    Objects.requireNonNull(privateIp, "privateIp");
    Objects.requireNonNull(ramdiskId, "ramdiskId");
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(version, "version");
  }
}
