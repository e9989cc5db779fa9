package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What an instance is launched with, as far as a repair may stumble over it or its metadata tells
 * it. Immutable.
 *
 * <pre>{@code
 * account.launchInstance("web", InstanceOptions.of(Trait.SPOT).withTag("team", "blue"));
 * }</pre>
 */
public final class InstanceOptions {
  /** Something that an instance is or is not. */
  public enum Trait {
    /** Only requests with a token are answered by the metadata service. */
    TOKENS_REQUIRED,
    /** It has a public IPv4 address that changes when it is stopped and started. */
    PUBLIC_IP,
    /** It has an Elastic IP address, which stays. */
    ELASTIC_IP,
    /** Its root device is an instance store: it cannot be stopped. */
    INSTANCE_STORE_ROOT,
    /** It comes from a one-time Spot request: it cannot be stopped by its owner. */
    SPOT,
    /** It comes from a persistent Spot request: it can be stopped and started. */
    PERSISTENT_SPOT,
    /** It hibernates instead of stopping, if asked to. */
    HIBERNATION,
    /** It runs on a Dedicated Host. */
    HOST_TENANCY,
    /** A service of AWS manages it. */
    MANAGED,
    /** Its attribute {@code disableApiStop} is set. */
    STOP_PROTECTION,
    /** Its attribute {@code disableApiTermination} is set. */
    TERMINATION_PROTECTION,
    /** It has an IPv6 address beside the private IPv4 one. */
    IPV6,
    /** It is monitored in detail. */
    DETAILED_MONITORING,
    /** Its tags are in its metadata. */
    METADATA_TAGS
  }

  /** Something that an instance can have; what it has not is absent from its metadata. */
  public enum Detail {
    /** The name of its key pair; the public key is one of the simulator's. */
    KEY_NAME,
    /** The name of its placement group. */
    PLACEMENT_GROUP,
    /** The number of its partition in that group. */
    PARTITION_NUMBER,
    /** Its kernel, as {@code aki-…}. */
    KERNEL_ID,
    /** Its RAM disk, as {@code ari-…}. */
    RAMDISK_ID,
    /** Marketplace product codes, one a line. */
    PRODUCT_CODES,
    /** The images that its image was made of, one a line. */
    ANCESTOR_AMI_IDS,
    /** The IPv6 prefix of its network interface. */
    IPV6_PREFIX
  }

  /** A security group; EC2's default if an instance has no other. */
  record SecurityGroup(String id, String name) {
    static final SecurityGroup USUAL = new SecurityGroup("sg-0123456789abcdef0", "default");
  }

  // 16 KB before it is encoded (EC2 User Guide, user data).
  private static final int LONGEST_USER_DATA = 16_384;

  private static final InstanceOptions NONE = new InstanceOptions(new Draft());

  private final String imageId;
  private final String type;
  private final Set<Trait> traits;
  private final Map<String, String> tags;
  private final Map<Detail, String> details;
  private final List<SecurityGroup> securityGroups;
  private final Optional<String> userData;

  /** Options in the making. */
  private static final class Draft {
    String imageId = "ami-0123456789abcdef0";
    String type = "t3.micro";
    final Set<Trait> traits = EnumSet.noneOf(Trait.class);
    final Map<String, String> tags = new LinkedHashMap<>();
    final Map<Detail, String> details = new EnumMap<>(Detail.class);
    final List<SecurityGroup> securityGroups = new ArrayList<>();
    Optional<String> userData = Optional.empty();
  }

  private InstanceOptions(Draft draft) {
    this.imageId = draft.imageId;
    this.type = draft.type;
    this.traits = Collections.unmodifiableSet(draft.traits);
    this.tags = Collections.unmodifiableMap(draft.tags);
    this.details = Collections.unmodifiableMap(draft.details);
    this.securityGroups = Collections.unmodifiableList(draft.securityGroups);
    this.userData = draft.userData;
  }

  private InstanceOptions changed(Consumer<Draft> change) {
    var draft = new Draft();
    draft.imageId = imageId;
    draft.type = type;
    draft.traits.addAll(traits);
    draft.tags.putAll(tags);
    draft.details.putAll(details);
    draft.securityGroups.addAll(securityGroups);
    draft.userData = userData;
    change.accept(draft);
    return new InstanceOptions(draft);
  }

  /**
   * An instance with some traits.
   *
   * @param traits what it is; none for a plain EBS-backed t3.micro without a public address
   * @return the options
   */
  public static InstanceOptions of(Trait... traits) {
    return NONE.changed(draft -> draft.traits.addAll(Arrays.asList(traits)));
  }

  /**
   * Gives the instance a tag more.
   *
   * @param key the tag's key
   * @param value the tag's value
   * @return other options
   */
  public InstanceOptions withTag(String key, String value) {
    return changed(draft -> draft.tags.put(key, value));
  }

  /**
   * Gives the instance something that it has not by default.
   *
   * @param detail what
   * @param value its value
   * @return other options
   */
  public InstanceOptions with(Detail detail, String value) {
    Objects.requireNonNull(value, "value");
    return changed(draft -> draft.details.put(detail, value));
  }

  /**
   * Puts the instance into a security group more; without any it is in the one called {@code
   * default}.
   *
   * @param id the group's id, as {@code sg-…}
   * @param name the group's name
   * @return other options
   */
  public InstanceOptions withSecurityGroup(String id, String name) {
    var group =
        new SecurityGroup(Objects.requireNonNull(id, "id"), Objects.requireNonNull(name, "name"));
    return changed(draft -> draft.securityGroups.add(group));
  }

  /**
   * Gives the instance user data, which need not be text.
   *
   * @param data the bytes before any encoding, at most 16,384
   * @return other options
   * @throws IllegalArgumentException if there are more
   */
  public InstanceOptions withUserData(byte[] data) {
    if (data.length > LONGEST_USER_DATA) {
      throw new IllegalArgumentException(
          "User data is limited to " + LONGEST_USER_DATA + " bytes; these are " + data.length);
    }
    String encoded = Base64.getEncoder().encodeToString(data);
    return changed(draft -> draft.userData = Optional.of(encoded));
  }

  InstanceOptions with(Trait trait) {
    return changed(draft -> draft.traits.add(trait));
  }

  InstanceOptions withImage(String other, String otherType) {
    return changed(
        draft -> {
          draft.imageId = other;
          draft.type = otherType;
        });
  }

  String imageId() {
    return imageId;
  }

  String type() {
    return type;
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  /** Whether it comes from a Spot request of any kind. */
  boolean spot() {
    return is(Trait.SPOT) || is(Trait.PERSISTENT_SPOT);
  }

  Set<Trait> traits() {
    return traits;
  }

  Map<String, String> tags() {
    return tags;
  }

  Optional<String> detail(Detail detail) {
    return Optional.ofNullable(details.get(detail));
  }

  Map<Detail, String> details() {
    return details;
  }

  /** Empty where it is in the default group only because nobody chose another. */
  List<SecurityGroup> chosenSecurityGroups() {
    return securityGroups;
  }

  List<SecurityGroup> securityGroups() {
    return securityGroups.isEmpty() ? List.of(SecurityGroup.USUAL) : securityGroups;
  }

  /** In Base64. */
  Optional<String> userData() {
    return userData;
  }
}
