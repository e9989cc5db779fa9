package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An EC2 instance. */
final class Instance {
  enum State {
    PENDING(0),
    RUNNING(16),
    SHUTTING_DOWN(32),
    TERMINATED(48),
    STOPPING(64),
    STOPPED(80);

    final int code;

    State(int code) {
      this.code = code;
    }

    String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Its place in an Auto Scaling group. */
  record Membership(String group, String lifecycleState) {
    static final String IN_SERVICE = "InService";
    static final String STANDBY = "Standby";

    boolean inService() {
      return lifecycleState.equals(IN_SERVICE);
    }
  }

  /** Who may reach the metadata service, and how. */
  static final class MetadataOptions {
    boolean enabled = true;
    boolean tokensRequired;
    int hopLimit = 1;
    boolean ipv6Enabled;
    boolean tagsEnabled;
  }

  final String id;
  final String reservationId;
  final String networkInterfaceId;
  InstanceOptions options;
  final String privateIp;
  final Map<String, String> tags = new LinkedHashMap<>();
  final MetadataOptions metadataOptions = new MetadataOptions();
  final InstanceMetadata metadata;
  final InstanceNetwork network;
  final InstanceNotices notices = new InstanceNotices();
  final List<Association> ending = new ArrayList<>();

  /** Without a limit, an account under load would grow with every replacement. */
  private static final int MOST_SUPERSEDED = 50;

  /** Ids of the last associations that were replaced, oldest first: EC2 knows them as inactive. */
  final Set<String> superseded = new LinkedHashSet<>();

  /** Of the instances of the account; begins with zero. */
  final int number;

  /** Of the instances of its launch; begins with zero. */
  int launchIndex;

  Instant launched;

  /** When it came to a stop, the last time; before that, without meaning. */
  Instant stopped = Instant.EPOCH;

  /** When it was asked to stop or to end, the last time; before that, without meaning. */
  Instant stopAsked = Instant.EPOCH;

  int starts;
  State state = State.PENDING;
  boolean stopProtected;
  boolean terminationProtected;
  @Nullable Association association;
  @Nullable Membership membership;

  Instance(
      World world, InstanceOptions options, String reservationId, Instant launched, int number) {
    this.id = world.ids.instance();
    this.reservationId = reservationId;
    this.networkInterfaceId = world.ids.networkInterface();
    this.options = options;
    this.number = number;
    // 10.0.0.0/8 without the four addresses that a subnet reserves at its start.
    int host = number + 4;
    this.privateIp = "10." + (host >> 16 & 255) + "." + (host >> 8 & 255) + "." + (host & 255);
    this.tags.putAll(options.tags());
    this.metadataOptions.tokensRequired = options.is(Trait.TOKENS_REQUIRED);
    this.metadataOptions.tagsEnabled = options.is(Trait.METADATA_TAGS);
    this.network = new InstanceNetwork(world, this);
    this.stopProtected = options.is(Trait.STOP_PROTECTION);
    this.terminationProtected = options.is(Trait.TERMINATION_PROTECTION);
    this.launched = launched;
    this.metadata = new InstanceMetadata(world, this);
  }

  /** Null while there is none: a public address is there only while the instance runs. */
  @Nullable String publicIp() {
    // 203.0.113.0/24 and 198.51.100.0/24 are reserved for documentation, RFC 5737.
    if (options.is(Trait.ELASTIC_IP)) {
      return "198.51.100." + (number % 254 + 1);
    }
    return options.is(Trait.PUBLIC_IP) && state == State.RUNNING
        ? "203.0.113." + ((number + starts * 7) % 254 + 1)
        : null;
  }

  void supersede(String association) {
    superseded.add(association);
    if (superseded.size() > MOST_SUPERSEDED) {
      superseded.remove(superseded.iterator().next());
    }
  }
}
