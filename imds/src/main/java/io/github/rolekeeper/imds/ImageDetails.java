package io.github.rolekeeper.imds;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the instance was launched from.
 *
 * @param imageId the AMI
 * @param launchIndex its place among those of one launch request; always 0 in an Auto Scaling group
 *     or an EC2 Fleet
 * @param manifestPath the manifest in S3; {@code (unknown)} for an AMI on EBS
 * @param ancestorImageIds the AMIs that this one was made of; empty if there are none
 * @param kernelId its kernel, on very old instances
 * @param ramdiskId its RAM disk, on very old instances
 * @param productCodes of the marketplace; empty if there are none
 */
public record ImageDetails(
    Optional<String> imageId,
    Optional<Integer> launchIndex,
    Optional<String> manifestPath,
    List<String> ancestorImageIds,
    Optional<String> kernelId,
    Optional<String> ramdiskId,
    List<String> productCodes) {
  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param imageId as above
   * @param launchIndex as above
   * @param manifestPath as above
   * @param ancestorImageIds as above
   * @param kernelId as above
   * @param ramdiskId as above
   * @param productCodes as above
   */
  public ImageDetails {
    Objects.requireNonNull(imageId, "imageId");
    Objects.requireNonNull(launchIndex, "launchIndex");
    Objects.requireNonNull(manifestPath, "manifestPath");
    ancestorImageIds = List.copyOf(Objects.requireNonNull(ancestorImageIds, "ancestorImageIds"));
    Objects.requireNonNull(kernelId, "kernelId");
    Objects.requireNonNull(ramdiskId, "ramdiskId");
    productCodes = List.copyOf(Objects.requireNonNull(productCodes, "productCodes"));
  }

  static ImageDetails read(PathReader paths) {
    return new ImageDetails(
        paths.value("meta-data/ami-id"),
        paths.number("meta-data/ami-launch-index"),
        paths.value("meta-data/ami-manifest-path"),
        paths.lines("meta-data/ancestor-ami-ids", Lines.IDS),
        paths.value("meta-data/kernel-id"),
        paths.value("meta-data/ramdisk-id"),
        paths.lines("meta-data/product-codes", Lines.IDS));
  }
}
