package io.github.rolekeeper.testkit;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What an instance is launched with, as far as a repair may stumble over it. Immutable.
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
    /** It comes from a one-time Spot request. */
    SPOT,
    /** It hibernates instead of stopping, if asked to. */
    HIBERNATION,
    /** It runs on a Dedicated Host. */
    HOST_TENANCY,
    /** A service of AWS manages it. */
    MANAGED,
    /** Its attribute {@code disableApiStop} is set. */
    STOP_PROTECTION,
    /** Its attribute {@code disableApiTermination} is set. */
    TERMINATION_PROTECTION
  }

  private static final InstanceOptions NONE =
      new InstanceOptions(
          "ami-0123456789abcdef0", "t3.micro", EnumSet.noneOf(Trait.class), Map.of());

  private final String imageId;
  private final String type;
  private final Set<Trait> traits;
  private final Map<String, String> tags;

  private InstanceOptions(
      String imageId, String type, Set<Trait> traits, Map<String, String> tags) {
    this.imageId = imageId;
    this.type = type;
    this.traits = Collections.unmodifiableSet(traits);
    this.tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
  }

  /**
   * An instance with some traits.
   *
   * @param traits what it is; none for a plain EBS-backed t3.micro without a public address
   * @return the options
   */
  public static InstanceOptions of(Trait... traits) {
    var all = EnumSet.noneOf(Trait.class);
    all.addAll(Arrays.asList(traits));
    return new InstanceOptions(NONE.imageId, NONE.type, all, Map.of());
  }

  /**
   * Gives the instance a tag more.
   *
   * @param key the tag's key
   * @param value the tag's value
   * @return other options
   */
  public InstanceOptions withTag(String key, String value) {
    var more = new LinkedHashMap<>(tags);
    more.put(key, value);
    return new InstanceOptions(imageId, type, traits, more);
  }

  InstanceOptions with(Trait trait) {
    var more = EnumSet.noneOf(Trait.class);
    more.addAll(traits);
    more.add(trait);
    return new InstanceOptions(imageId, type, more, tags);
  }

  InstanceOptions withImage(String other, String otherType) {
    return new InstanceOptions(other, otherType, traits, tags);
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

  Map<String, String> tags() {
    return tags;
  }
}
