package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An EC2 instance. */
final class Instance {
  enum State {
    RUNNING(16),
    STOPPED(80),
    TERMINATED(48);

    final int code;

    State(int code) {
      this.code = code;
    }

    String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  final String id;
  final String reservationId;
  final String networkInterfaceId;
  final String imageId;
  final String type;
  final String privateIp;
  final @Nullable String publicIp;
  final boolean tokensRequired;
  final @Nullable String lifecycle;
  final Map<String, String> tags = new LinkedHashMap<>();
  final InstanceMetadata metadata;
  Instant launched;
  State state = State.RUNNING;
  @Nullable Association association;

  Instance(World world, Launch launch, Instant launched, int number) {
    this.id = world.ids.instance();
    this.reservationId = world.ids.reservation();
    this.networkInterfaceId = world.ids.networkInterface();
    this.imageId = launch.imageId();
    this.type = launch.type();
    // 10.0.0.0/8 without the four addresses that a subnet reserves at its start.
    int host = number + 4;
    this.privateIp = "10." + (host >> 16 & 255) + "." + (host >> 8 & 255) + "." + (host & 255);
    // 203.0.113.0/24 is reserved for documentation, RFC 5737.
    this.publicIp = launch.publicIp() ? "203.0.113." + (number % 254 + 1) : null;
    this.tokensRequired = launch.tokensRequired();
    this.lifecycle = launch.spot() ? "spot" : null;
    this.tags.putAll(launch.tags());
    this.launched = launched;
    this.metadata = new InstanceMetadata(world, this);
  }

  /** What a launch may choose. */
  record Launch(
      String imageId,
      String type,
      boolean tokensRequired,
      boolean publicIp,
      boolean spot,
      Map<String, String> tags) {

    static Launch ofStory() {
      return new Launch("ami-0123456789abcdef0", "t3.micro", false, false, false, Map.of());
    }
  }
}
