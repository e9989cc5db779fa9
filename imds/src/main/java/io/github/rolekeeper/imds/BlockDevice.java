package io.github.rolekeeper.imds;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of {@code meta-data/block-device-mapping/}. The service knows the volumes of the last
 * launch or start only: one that was attached since is not listed.
 *
 * @param virtualName such as {@code root}, {@code ebs2} or {@code ephemeral0}
 * @param kind which kind the virtual name tells; empty for one that is not documented
 * @param deviceName such as {@code /dev/xvda}, or {@code sda1}
 */
public record BlockDevice(String virtualName, Optional<Kind> kind, String deviceName) {
  /** The documented kinds of virtual names. */
  public enum Kind {
    /** {@code ami}: the root device as the instance sees it. */
    AMI,
    /** {@code root}: the root device. */
    ROOT,
    /** {@code swap}. */
    SWAP,
    /** {@code ebsN}: a volume of EBS. */
    EBS,
    /** {@code ephemeralN}: a disk of the instance store. */
    EPHEMERAL
  }

  private static final String MAPPING = "meta-data/block-device-mapping/";

  /**
   * Checks that nothing is null.
   *
   * @param virtualName as above
   * @param kind as above
   * @param deviceName as above
   */
  public BlockDevice {
    Objects.requireNonNull(virtualName, "virtualName");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(deviceName, "deviceName");
  }

  static List<BlockDevice> readAll(PathReader paths) {
    return paths.lines(MAPPING, Lines.VIRTUAL_NAMES).stream()
        .flatMap(
            name ->
                paths.value(MAPPING + name).stream()
                    .map(device -> new BlockDevice(name, kind(name), device)))
        .toList();
  }

  private static Optional<Kind> kind(String virtualName) {
    return Reported.of(Kind.class, virtualName.replaceAll("[0-9]+$", "")).known();
  }
}
