package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.imds.EndpointMode;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Whether this very program runs on an instance: it could not start again what it stops. What the
 * machine's firmware says comes first, because it needs no packet and can be read in a container,
 * too; then every metadata endpoint that there may be.
 */
final class OwnHost implements Predicate<InstanceId> {
  private static final Pattern ID = Pattern.compile("i-[0-9a-f]{8,17}");
  private static final int LONGEST = 256; // SMBIOS strings are at most 64 long
  // One packet on the same host; a service that does not answer must not hold up a plan for long.
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final Path root;
  private final List<Supplier<InstanceMetadataClient>> services;

  OwnHost(Path root, List<Supplier<InstanceMetadataClient>> services) {
    this.root = root;
    this.services = List.copyOf(services);
  }

  /** Of this machine. */
  static OwnHost here() {
    return new OwnHost(
        Path.of("/"),
        List.of(
            () -> soon().build(),
            () -> soon().endpoint(EndpointMode.IPV4.endpoint()).build(),
            () -> soon().endpoint(EndpointMode.IPV6.endpoint()).build()));
  }

  private static InstanceMetadataClient.Builder soon() {
    return InstanceMetadataClient.builder().disabled(false).timeout(TIMEOUT).attempts(1);
  }

  /**
   * Asks.
   *
   * @return false if this machine is another instance or none, as far as can be told
   * @throws IllegalStateException if it is an instance, and does not tell which
   */
  @Override
  public boolean test(InstanceId instance) {
    // Instances on Nitro have their own id there.
    Optional<InstanceId> tag = id(text("sys/devices/virtual/dmi/id/board_asset_tag"));
    if (tag.isPresent()) {
      return tag.get().equals(instance);
    }
    boolean answered = false;
    // The one that is configured may be a tunnel to another machine.
    for (Supplier<InstanceMetadataClient> service : services) {
      try (InstanceMetadataClient client = service.get()) {
        Optional<InstanceId> told = client.text("meta-data/instance-id").flatMap(OwnHost::id);
        if (told.equals(Optional.of(instance))) {
          return true;
        }
        answered |= told.isPresent();
      } catch (InstanceMetadataException e) {
        if (e.kind() == InstanceMetadataException.Kind.NOT_ON_EC2) {
          return false;
        }
      }
    }
    if (!answered && ofEc2()) {
      throw new IllegalStateException(
          "this machine is an EC2 instance, and neither its firmware nor its metadata service tells"
              + " which; pass ownHost(…)");
    }
    return false;
  }

  private boolean ofEc2() {
    return text("sys/hypervisor/uuid").startsWith("ec2")
        || text("sys/devices/virtual/dmi/id/sys_vendor").equals("Amazon EC2");
  }

  private static Optional<InstanceId> id(String text) {
    return Optional.of(text.strip()).filter(each -> ID.matcher(each).matches()).map(InstanceId::of);
  }

  /** Nothing where the file is not there or not to be read. */
  private String text(String path) {
    try (InputStream in = Files.newInputStream(root.resolve(path))) {
      return new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII).strip();
    } catch (IOException | SecurityException e) {
      return "";
    }
  }
}
