package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an account holds, as JSON: to begin with a known state, and to go back to one. Names, ids,
 * policies and associations are kept; times of creation are not, and the metadata services open new
 * sessions. Everything that a person need not choose may be left out.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Snapshot(
    @Nullable String time,
    @Nullable List<RoleEntry> roles,
    @Nullable List<ProfileEntry> instanceProfiles,
    @Nullable List<InstanceEntry> instances) {

  /** Without policies the role may do everything, as one made for a test should. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RoleEntry(
      @Nullable String name,
      @Nullable String id,
      @Nullable String path,
      @Nullable String trustPolicy,
      @Nullable Map<String, String> inlinePolicies) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ProfileEntry(
      @Nullable String name, @Nullable String id, @Nullable String path, @Nullable String role) {}

  /**
   * {@code profile} names one of {@code instanceProfiles}; {@code association} can be a stale one.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record InstanceEntry(
      @Nullable String id,
      @Nullable String imageId,
      @Nullable String type,
      @Nullable String profile,
      @Nullable AssociationEntry association,
      @Nullable String state,
      @Nullable List<InstanceOptions.Trait> traits,
      @Nullable Boolean tokensRequired,
      @Nullable Map<String, String> tags) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AssociationEntry(
      @Nullable String id, @Nullable String profileArn, @Nullable String profileId) {}

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static Snapshot read(String json) {
    try {
      Snapshot read = JSON.readValue(json, Snapshot.class);
      if (read == null) {
        throw new IllegalArgumentException("the seed is null; it must be an object");
      }
      return read;
    } catch (UnrecognizedPropertyException e) {
      throw new IllegalArgumentException(
          "the seed has the unknown member "
              + where(e)
              + "; known there are "
              + e.getKnownPropertyIds().stream()
                  .map(Object::toString)
                  .sorted()
                  .collect(Collectors.joining(", ")),
          e);
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(
          "the seed cannot be read at " + where(e) + ": " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the seed is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String where(JsonMappingException e) {
    return e.getPath().isEmpty()
        ? "its beginning"
        : e.getPath().stream()
            .map(
                each ->
                    each.getFieldName() == null
                        ? "[" + each.getIndex() + "]"
                        : "." + each.getFieldName())
            .collect(Collectors.joining())
            .substring(1);
  }

  String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts can always be written", e);
    }
  }

  /** Takes one; called with the world's lock held. */
  static Snapshot of(World world) {
    var profiles = new ArrayList<ProfileEntry>();
    for (InstanceProfile profile : world.profiles()) {
      Role role = profile.role;
      profiles.add(
          new ProfileEntry(
              profile.name, profile.id, profile.path, role == null ? null : role.name));
    }
    var instances = new ArrayList<InstanceEntry>();
    for (Instance instance : world.instances()) {
      if (instance.state == Instance.State.RUNNING || instance.state == Instance.State.STOPPED) {
        instances.add(entry(instance));
      }
    }
    return new Snapshot(
        world.now().toString(),
        world.roles().stream()
            .map(
                role ->
                    new RoleEntry(
                        role.name,
                        role.id,
                        role.path,
                        role.trustPolicy,
                        new LinkedHashMap<>(role.inlinePolicies)))
            .toList(),
        profiles,
        instances);
  }

  private static InstanceEntry entry(Instance instance) {
    Association association = instance.association;
    return new InstanceEntry(
        instance.id,
        instance.options.imageId(),
        instance.options.type(),
        null,
        association == null
            ? null
            : new AssociationEntry(
                association.id(), association.profileArn(), association.profileId()),
        instance.state.wireName(),
        List.copyOf(instance.options.traits()),
        instance.metadataOptions.tokensRequired,
        new LinkedHashMap<>(instance.tags));
  }

  /**
   * Fills a world that nobody uses yet.
   *
   * @throws IllegalArgumentException if the state contradicts itself
   */
  void restore(World world, MutableClock clock) {
    synchronized (world) {
      world.ids.reseed(hashCode());
      try {
        if (time != null) {
          clock.set(Instant.parse(time));
        }
        each(roles).forEach(entry -> restore(world, entry));
        each(instanceProfiles).forEach(entry -> restore(world, entry));
        each(instances).forEach(entry -> restore(world, entry));
      } catch (AwsError e) {
        throw new IllegalArgumentException("the seed contradicts itself: " + e.text(), e);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException("the seed's time is no instant: " + e.getMessage(), e);
      }
    }
  }

  private static void restore(World world, RoleEntry entry) {
    String name = required(entry.name(), "roles", "name");
    String trust = or(entry.trustPolicy(), SimulatedAccount.EC2_TRUST);
    PolicyDocument.check(trust, PolicyDocument.Kind.TRUST);
    world.ids.reserve("AROA", entry.id());
    Role role = world.createRole(name, or(entry.path(), "/"), trust);
    Map<String, String> policies = entry.inlinePolicies();
    if (policies == null) {
      policies = Map.of("administrator", SimulatedAccount.ADMINISTRATOR);
    }
    policies.values().forEach(policy -> PolicyDocument.check(policy, PolicyDocument.Kind.IDENTITY));
    role.inlinePolicies.putAll(policies);
  }

  private static void restore(World world, ProfileEntry entry) {
    String name = required(entry.name(), "instanceProfiles", "name");
    world.ids.reserve("AIPA", entry.id());
    world.createProfile(name, or(entry.path(), "/"));
    if (entry.role() != null) {
      world.addRole(name, entry.role());
    }
  }

  private static void restore(World world, InstanceEntry entry) {
    InstanceOptions options =
        InstanceOptions.of(each(entry.traits()).toArray(InstanceOptions.Trait[]::new));
    for (Map.Entry<String, String> tag :
        (entry.tags() == null ? Map.<String, String>of() : entry.tags()).entrySet()) {
      options = options.withTag(tag.getKey(), tag.getValue());
    }
    world.ids.reserve("i-", entry.id());
    Instance instance =
        world.launch(
            options.withImage(
                or(entry.imageId(), options.imageId()), or(entry.type(), options.type())),
            world.ids.reservation(),
            entry.profile() == null ? null : world.profile(entry.profile()));
    if (entry.tokensRequired() != null) {
      instance.metadataOptions.tokensRequired = entry.tokensRequired();
    }
    AssociationEntry association = entry.association();
    if (association != null) {
      if (entry.profile() != null) {
        throw new IllegalArgumentException(
            "an instance of the seed has both 'profile' and 'association'; keep one");
      }
      instance.association =
          new Association(
              or(association.id(), world.ids.association()),
              instance.id,
              required(association.profileArn(), "association", "profileArn"),
              required(association.profileId(), "association", "profileId"),
              world.now(),
              Association.State.ASSOCIATED);
      instance.metadata.associationRestored(world.now());
    }
    switch (or(entry.state(), "running")) {
      case "running" -> {}
      case "stopped" -> world.stop(instance);
      default ->
          throw new IllegalArgumentException(
              "the state '"
                  + entry.state()
                  + "' of an instance of the seed must be 'running' or 'stopped'");
    }
  }

  private static <T> List<T> each(@Nullable List<T> entries) {
    return entries == null ? List.of() : entries;
  }

  private static String or(@Nullable String value, String otherwise) {
    return value == null ? otherwise : value;
  }

  private static String required(@Nullable String value, String of, String member) {
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(
          "the seed's '" + of + "' need the member '" + member + "' and one has none");
    }
    return value;
  }
}
