package io.github.rolekeeper.imds;

import java.time.Instant;
import java.util.List;
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
    Optional<String> version) {}
