package io.github.rolekeeper.imds;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the firmware says of the machine, where Linux shows it. A pure decision; AWS documents the
 * UUIDs in "Detect whether a host is an EC2 instance".
 *
 * @param hypervisorUuid {@code /sys/hypervisor/uuid}, on Xen only
 * @param productUuid readable by root only
 * @param sysVendor {@code Amazon EC2} on Nitro, {@code Xen} before
 * @param boardVendor {@code Amazon EC2} on Nitro
 * @param biosVendor {@code Amazon EC2} on Nitro, {@code Xen} before
 */
record PlatformSigns(
    Optional<String> hypervisorUuid,
    Optional<String> productUuid,
    Optional<String> sysVendor,
    Optional<String> boardVendor,
    Optional<String> biosVendor) {

  private static final String EC2_VENDOR = "amazon ec2";

  /** What somebody who is no instance says of itself; empty if it is one, or nobody can tell. */
  Optional<String> contradiction() {
    if (ofEc2()) {
      return Optional.empty();
    }
    // A Xen guest may be an instance whose UUIDs are hidden. Bare boards leave the vendor blank.
    return sysVendor
        .filter(vendor -> !vendor.isBlank() && !vendor.equalsIgnoreCase("Xen"))
        .map(vendor -> "its firmware names \"" + vendor + "\" as the vendor");
  }

  /**
   * Whether it says that it is one. That it does not means nothing: macOS and Windows are silent.
   */
  boolean ofEc2() {
    return uuids().anyMatch(PlatformSigns::ofEc2)
        || vendors().anyMatch(vendor -> vendor.toLowerCase(Locale.ROOT).contains(EC2_VENDOR));
  }

  private Stream<String> uuids() {
    return Stream.of(hypervisorUuid, productUuid).flatMap(Optional::stream);
  }

  private Stream<String> vendors() {
    return Stream.of(sysVendor, boardVendor, biosVendor).flatMap(Optional::stream);
  }

  /** In either byte order: SMBIOS 2.4 writes the first four bytes from the last to the first. */
  private static boolean ofEc2(String uuid) {
    String text = uuid.toLowerCase(Locale.ROOT);
    return text.startsWith("ec2")
        || (text.length() >= 8 && text.startsWith("ec", 6) && text.charAt(4) == '2');
  }
}
