package io.github.rolekeeper.testkit;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fills a world that nobody uses yet from a {@link Snapshot}. For one use. */
final class Restoration {
  private static final String IAM_ID = "[A-Za-z0-9_]{4,128}";

  private final Snapshot from;
  private final World world;
  private final Map<String, Role> rolesById = new HashMap<>();
  private final Set<String> profileIds = new HashSet<>();

  Restoration(Snapshot from, World world) {
    this.from = from;
    this.world = world;
  }

  void begin(MutableClock clock) {
    // Another row of ids, or the account would issue again what the one before it has issued.
    world.ids.reseed(from.json().hashCode());
    world.restoring = true;
    try {
      settings();
      if (from.time() != null) {
        clock.set(time(from.time()));
      }
      each(from.managedPolicies()).forEach(this::policy);
      each(from.roles()).forEach(this::role);
      each(from.roles()).forEach(this::trust);
      each(from.instanceProfiles()).forEach(this::profile);
      world.firstProfileIds.putAll(map(from.firstProfileIds()));
      each(from.sessions()).forEach(this::session);
      each(from.autoScalingGroups()).forEach(this::group);
      each(from.instances()).forEach(this::instance);
      each(from.launchTemplates()).forEach(this::template);
      launches();
      if (from.buckets() != null) {
        world.buckets().clear();
        map(from.buckets()).forEach((name, at) -> world.buckets().put(name, time(at)));
      }
    } catch (AwsError e) {
      throw new IllegalArgumentException("the seed contradicts itself: " + e.text(), e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "the seed has a time that is no instant, or a duration that is none: " + e.getMessage(),
          e);
    } finally {
      world.restoring = false;
    }
  }

  /** First of all: what is restored may depend on them. */
  private void settings() {
    map(from.timings())
        .forEach(
            (timing, value) -> {
              try {
                world.settings.timingUnlessSet(timing, Duration.parse(value));
              } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                    "the seed's timing " + timing + " '" + value + "' is no duration, as PT1H", e);
              } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the seed's timing " + e.getMessage(), e);
              }
            });
    each(from.withoutRules()).forEach(world.settings.rules::remove);
  }

  private void policy(Snapshot.PolicyEntry entry) {
    String document = required(entry.document(), "managedPolicies", "document");
    checkIdentityPolicy(document);
    world.ids.reserve("ANPA", entry.id());
    ManagedPolicy policy =
        world.policies.create(
            name(entry.name(), "managedPolicies", 128),
            path(entry.path(), "managedPolicies"),
            document,
            or(entry.description(), ""),
            instant(entry.created()));
    policy.tags.putAll(map(entry.tags()));
    List<Snapshot.PolicyVersionEntry> versions = each(entry.versions());
    if (!versions.isEmpty()) {
      policy.versions.clear();
      versions.forEach(version -> version(policy, version));
      int last = policy.versions.lastKey();
      policy.defaultVersion = or(entry.defaultVersion(), last);
      policy.nextVersion = Math.max(or(entry.nextVersion(), 0), last + 1);
      if (!policy.versions.containsKey(policy.defaultVersion)) {
        throw new IllegalArgumentException(
            "the managed policy '"
                + policy.name
                + "' of the seed has no version "
                + policy.defaultVersion
                + ", which 'defaultVersion' names");
      }
    }
  }

  private void version(ManagedPolicy policy, Snapshot.PolicyVersionEntry entry) {
    Integer number = entry.number();
    if (number == null || number < 1) {
      throw new IllegalArgumentException(
          "the managed policy '"
              + policy.name
              + "' of the seed has a version with 'number' "
              + number
              + ": give one of 1 or more");
    }
    String document = required(entry.document(), "managedPolicies.versions", "document");
    checkIdentityPolicy(document);
    policy.versions.put(
        number, new ManagedPolicy.Version(number, document, instant(entry.created())));
  }

  private void role(Snapshot.RoleEntry entry) {
    boolean deleted = Boolean.TRUE.equals(entry.deleted());
    // The role of an instance itself has a name that no other can have.
    String name =
        deleted ? required(entry.name(), "roles", "name") : name(entry.name(), "roles", 64);
    String path = path(entry.path(), "roles");
    id(entry.id(), "roles", IAM_ID);
    String trust = or(entry.trustPolicy(), SimulatedAccount.EC2_TRUST);
    PolicyDocument.check(trust, PolicyDocument.Kind.TRUST, world.partition());
    Role role;
    if (deleted) {
      String id = required(entry.id(), "roles", "id");
      String arn = world.iamArn("role" + path + name);
      role = new Role(name, id, path, arn, instant(entry.created()), trust);
      role.deleted = true;
    } else {
      world.ids.reserve("AROA", entry.id());
      role = world.createRole(name, path, trust, instant(entry.created()));
    }
    if (rolesById.put(role.id, role) != null) {
      throw two("roles", "id", role.id);
    }
    role.description = or(entry.description(), "");
    if (entry.maxSession() != null) {
      role.maxSession = maxSession(entry.maxSession(), name);
    }
    Map<String, String> policies = entry.inlinePolicies();
    if (policies == null) {
      // Who chooses the attached policies has said what the role may do.
      policies =
          entry.attachedPolicies() == null
              ? Map.of("administrator", SimulatedAccount.ADMINISTRATOR)
              : Map.of();
    }
    map(policies).values().forEach(this::checkIdentityPolicy);
    role.inlinePolicies.putAll(policies);
    for (String arn : each(entry.attachedPolicies())) {
      ManagedPolicy policy = managed(arn, name);
      role.attachedPolicies.put(policy.arn, policy);
    }
    if (entry.permissionsBoundary() != null) {
      role.boundary = managed(entry.permissionsBoundary(), name);
    }
    role.tags.putAll(map(entry.tags()));
  }

  private void checkIdentityPolicy(String document) {
    PolicyDocument.check(document, PolicyDocument.Kind.IDENTITY, world.partition());
  }

  /** An hour to twelve (IAM API reference, MaxSessionDuration); that of instances is longer. */
  private static Duration maxSession(String text, String role) {
    try {
      Duration longest = Duration.parse(text);
      if (longest.toHours() >= 1 && longest.compareTo(Duration.ofHours(12)) <= 0) {
        return longest;
      }
    } catch (DateTimeException e) {
      // The same refusal.
    }
    throw new IllegalArgumentException(
        "the role '"
            + role
            + "' of the seed has the 'maxSession' '"
            + text
            + "': give a duration from PT1H to PT12H");
  }

  private ManagedPolicy managed(String arn, String role) {
    return world
        .policies
        .find(arn)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the role '"
                        + role
                        + "' of the seed has the policy '"
                        + arn
                        + "', which is none of AWS's and none of 'managedPolicies'"));
  }

  private void trust(Snapshot.RoleEntry entry) {
    map(entry.trustedRoles())
        .forEach(
            (arn, id) ->
                roleById(required(entry.id(), "roles", "id")).trustedRoles.put(arn, roleById(id)));
  }

  private Role roleById(String id) {
    Role role = rolesById.get(id);
    if (role == null) {
      throw new IllegalArgumentException("no role of the seed has the id '" + id + "'");
    }
    return role;
  }

  private void profile(Snapshot.ProfileEntry entry) {
    String name = name(entry.name(), "instanceProfiles", 128);
    id(entry.id(), "instanceProfiles", IAM_ID);
    world.ids.reserve("AIPA", entry.id());
    InstanceProfile profile =
        world.createProfile(name, path(entry.path(), "instanceProfiles"), instant(entry.created()));
    if (!profileIds.add(profile.id)) {
      throw two("instanceProfiles", "id", profile.id);
    }
    if (entry.role() != null) {
      world.addRole(name, entry.role());
    }
    profile.knownToEc2 = Boolean.TRUE.equals(entry.knownToEc2());
    profile.tags.putAll(map(entry.tags()));
  }

  private void session(Snapshot.SessionEntry entry) {
    var session =
        new Session(
            required(entry.accessKeyId(), "sessions", "accessKeyId"),
            required(entry.secretAccessKey(), "sessions", "secretAccessKey"),
            required(entry.sessionToken(), "sessions", "sessionToken"),
            roleById(required(entry.role(), "sessions", "role")),
            required(entry.name(), "sessions", "name"),
            or(entry.instanceProfileId(), ""),
            time(required(entry.issued(), "sessions", "issued")),
            time(required(entry.expiration(), "sessions", "expiration")));
    List<PolicyEvaluator.Policy> policies = List.copyOf(each(entry.policies()));
    for (PolicyEvaluator.Policy policy : policies) {
      required(policy.name(), "sessions.policies", "name");
      checkIdentityPolicy(required(policy.document(), "sessions.policies", "document"));
    }
    session.sessionPolicies = policies;
    session.revoked = Boolean.TRUE.equals(entry.revoked());
    world.resume(session);
  }

  private void group(Snapshot.GroupEntry entry) {
    String name = required(entry.name(), "autoScalingGroups", "name");
    if (world.autoScalingGroups.containsKey(name)) {
      throw two("autoScalingGroups", "name", name);
    }
    if (entry.minSize() < 0
        || entry.minSize() > entry.maxSize()
        || entry.desiredCapacity() < 0
        || entry.desiredCapacity() > entry.maxSize()) {
      throw new IllegalArgumentException(
          "the group '"
              + name
              + "' of the seed has sizes that no group can have: 0 or more, and no more than"
              + " 'maxSize'");
    }
    world.autoScalingGroups.put(
        name,
        new AutoScalingGroup(
            name,
            instant(entry.created()),
            entry.minSize(),
            entry.maxSize(),
            entry.desiredCapacity(),
            map(entry.launch()),
            map(entry.tags())));
  }

  private void instance(Snapshot.InstanceEntry entry) {
    Instance instance = created(entry);
    if (entry.tokensRequired() != null) {
      instance.metadataOptions.tokensRequired = entry.tokensRequired();
    }
    Snapshot.MetadataEntry options = entry.metadataOptions();
    if (options != null) {
      metadataOptions(instance.metadataOptions, options);
    }
    if (entry.stopProtected() != null) {
      instance.stopProtected = entry.stopProtected();
    }
    if (entry.terminationProtected() != null) {
      instance.terminationProtected = entry.terminationProtected();
    }
    if (entry.tokenKey() != null) {
      instance.metadata.tokens =
          instance.metadata.tokens.withKey(bytes("tokenKey", entry.tokenKey()));
    }
    instance.starts = entry.starts() == null ? 0 : entry.starts();
    instance.superseded.addAll(each(entry.formerAssociations()));
    associate(instance, entry);
    if (instance.state == Instance.State.RUNNING) {
      instance.metadata.catchUp(world.now());
    }
    if (entry.autoScaling() != null) {
      instance.membership = membership(entry.autoScaling());
    }
    if (entry.stopped() != null) {
      instance.stopped = time(entry.stopped());
    }
    if (entry.stopAsked() != null) {
      instance.stopAsked = time(entry.stopAsked());
    }
    if (entry.launchIndex() != null) {
      instance.launchIndex = entry.launchIndex();
    }
    world.replaceUnhealthy(instance);
    if (entry.notices() != null) {
      entry.notices().tell(world, instance);
    }
  }

  private static void metadataOptions(
      Instance.MetadataOptions options, Snapshot.MetadataEntry entry) {
    options.enabled = or(entry.enabled(), options.enabled);
    options.hopLimit = or(entry.hopLimit(), options.hopLimit);
    options.tagsEnabled = or(entry.tagsEnabled(), options.tagsEnabled);
    options.ipv6Enabled = or(entry.ipv6Enabled(), options.ipv6Enabled);
    if (options.hopLimit < 1 || options.hopLimit > 64) {
      throw misspelt("metadataOptions", "hopLimit", Integer.toString(options.hopLimit));
    }
  }

  private Instance.Membership membership(Snapshot.MemberEntry entry) {
    String group = required(entry.group(), "autoScaling", "group");
    if (!world.autoScalingGroups.containsKey(group)) {
      throw new IllegalArgumentException(
          "an instance of the seed is in the group '" + group + "', which it has not");
    }
    String state = required(entry.lifecycleState(), "autoScaling", "lifecycleState");
    if (!state.equals(Instance.Membership.IN_SERVICE)
        && !state.equals(Instance.Membership.STANDBY)) {
      throw new IllegalArgumentException(
          "the 'lifecycleState' '" + state + "' of the seed must be 'InService' or 'Standby'");
    }
    return new Instance.Membership(group, state);
  }

  private Instance created(Snapshot.InstanceEntry entry) {
    InstanceOptions options = options(entry);
    id(entry.id(), "instances", "i-[0-9a-f]{8}([0-9a-f]{9})?");
    if (entry.id() != null && world.find(entry.id()).isPresent()) {
      throw two("instances", "id", entry.id());
    }
    id(entry.networkInterfaceId(), "instances", "eni-[0-9a-f]+");
    id(entry.reservationId(), "instances", "r-[0-9a-f]+");
    world.ids.reserve("i-", entry.id());
    world.ids.reserve("eni-", entry.networkInterfaceId());
    String reservation = or(entry.reservationId(), world.ids.reservation());
    Instance.State state = state(or(entry.state(), "running"));
    InstanceMetadata.Shown shown = entry.metadata();
    if (shown == null) {
      Instance instance =
          world.launch(
              options,
              reservation,
              entry.profile() == null ? null : world.profile(entry.profile()));
      if (entry.launched() != null) {
        instance.launched = time(entry.launched());
      }
      switch (state) {
        case STOPPED -> world.stop(instance);
        case TERMINATED -> world.terminate(instance);
        default -> {}
      }
      return instance;
    }
    if (shown.view() == null) {
      throw new IllegalArgumentException("the seed's 'metadata' need the member 'view'");
    }
    required(shown.refreshed(), "metadata", "refreshed");
    if (shown.view() != InstanceMetadata.View.NO_PROFILE) {
      required(shown.profileArn(), "metadata", "profileArn");
      required(shown.profileId(), "metadata", "profileId");
    }
    Instance instance = world.resume(options, reservation, instant(entry.launched()));
    instance.state = state;
    instance.metadata.resume(shown, this::roleById);
    return instance;
  }

  private static InstanceOptions options(Snapshot.InstanceEntry entry) {
    InstanceOptions options =
        InstanceOptions.of(each(entry.traits()).toArray(InstanceOptions.Trait[]::new));
    for (Map.Entry<String, String> tag : map(entry.tags()).entrySet()) {
      options = options.withTag(tag.getKey(), tag.getValue());
    }
    Map<InstanceOptions.Detail, String> details = map(entry.details());
    for (Map.Entry<InstanceOptions.Detail, String> detail : details.entrySet()) {
      options = options.with(detail.getKey(), detail.getValue());
    }
    for (InstanceOptions.SecurityGroup group : each(entry.securityGroups())) {
      options =
          options.withSecurityGroup(
              required(group.id(), "securityGroups", "id"),
              required(group.name(), "securityGroups", "name"));
    }
    if (entry.userData() != null) {
      options = options.withUserData(bytes("userData", entry.userData()));
    }
    return options.withImage(
        or(entry.imageId(), options.imageId()), or(entry.type(), options.type()));
  }

  private static byte[] bytes(String member, String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the seed's '" + member + "' must be in Base64", e);
    }
  }

  private static Instance.State state(String name) {
    return switch (name) {
      case "running" -> Instance.State.RUNNING;
      case "stopped" -> Instance.State.STOPPED;
      case "terminated" -> Instance.State.TERMINATED;
      default ->
          throw new IllegalArgumentException(
              "the state '"
                  + name
                  + "' of an instance of the seed must be 'terminated', 'running' or 'stopped'");
    };
  }

  private void associate(Instance instance, Snapshot.InstanceEntry entry) {
    Snapshot.AssociationEntry association = entry.association();
    if (association == null) {
      return;
    }
    if (entry.profile() != null) {
      throw new IllegalArgumentException(
          "an instance of the seed has both 'profile' and 'association'; keep one");
    }
    instance.association =
        new Association(
            or(association.id(), world.ids.association()),
            instance.id,
            profileArn(association),
            required(association.profileId(), "association", "profileId"),
            instant(association.since()),
            Association.State.ASSOCIATED);
    if (entry.metadata() == null) {
      instance.metadata.associationRestored(world.now());
    }
  }

  private static String profileArn(Snapshot.AssociationEntry association) {
    String arn = required(association.profileArn(), "association", "profileArn");
    if (!arn.matches("arn:[^:]+:iam::\\d{12}:instance-profile/.+")) {
      throw misspelt("association", "profileArn", arn);
    }
    return arn;
  }

  private void template(Snapshot.TemplateEntry entry) {
    id(entry.id(), "launchTemplates", "lt-[0-9a-f]{8,17}");
    world.ids.reserve("lt-", entry.id());
    String root = world.iamArn("root");
    String name = required(entry.name(), "launchTemplates", "name");
    if (world.launchTemplates.find(name).isPresent()) {
      throw two("launchTemplates", "name", name);
    }
    var template =
        new LaunchTemplate(
            world.ids.launchTemplate(),
            name,
            instant(entry.created()),
            or(entry.createdBy(), root));
    template.tags.putAll(map(entry.tags()));
    if (world.launchTemplates.all().stream().anyMatch(each -> each.id.equals(template.id))) {
      throw two("launchTemplates", "id", template.id);
    }
    for (Snapshot.VersionEntry version : each(entry.versions())) {
      if (version.number() < 1) {
        throw misspelt("launchTemplates", "number", Long.toString(version.number()));
      }
      template.versions.put(
          version.number(),
          new LaunchTemplate.Version(
              version.number(),
              or(version.description(), ""),
              instant(version.created()),
              or(version.createdBy(), root),
              or(version.token(), ""),
              or(version.request(), ""),
              new Parameters(map(version.data()))));
    }
    if (template.versions.isEmpty()) {
      throw new IllegalArgumentException(
          "the launch template '" + template.name + "' of the seed needs one of 'versions'");
    }
    template.defaultVersion =
        entry.defaultVersion() == null ? template.versions.firstKey() : entry.defaultVersion();
    if (!template.versions.containsKey(template.defaultVersion)) {
      throw new IllegalArgumentException(
          "the launch template '"
              + template.name
              + "' of the seed has no version "
              + template.defaultVersion
              + ", which is its default");
    }
    template.numbered =
        Math.max(template.versions.lastKey(), entry.numbered() == null ? 0 : entry.numbered());
    world.launchTemplates.add(template);
  }

  private void launches() {
    if (from.launches() != null) {
      from.launches()
          .forEach(
              (token, ids) ->
                  world.launches.put(
                      token,
                      new World.Launch(
                          map(from.launchRequests()).getOrDefault(token, ""),
                          each(ids).stream().map(world::instance).toList())));
    }
  }

  private static String name(@Nullable String value, String of, int longest) {
    String name = required(value, of, "name");
    if (!IamInput.isName(name, longest)) {
      throw misspelt(of, "name", name);
    }
    return name;
  }

  private static String path(@Nullable String value, String of) {
    String path = or(value, "/");
    if (!IamInput.isPath(path)) {
      throw misspelt(of, "path", path);
    }
    return path;
  }

  private static void id(@Nullable String value, String of, String form) {
    if (value != null && !value.matches(form)) {
      throw misspelt(of, "id", value);
    }
  }

  private static IllegalArgumentException two(String of, String member, String value) {
    return new IllegalArgumentException(
        "two of the seed's '" + of + "' have the " + member + " '" + value + "'");
  }

  private static IllegalArgumentException misspelt(String of, String member, String value) {
    return new IllegalArgumentException(
        "one of the seed's '"
            + of
            + "' has the "
            + member
            + " '"
            + value
            + "', which AWS would not take");
  }

  private Instant instant(@Nullable String value) {
    return value == null ? world.now() : time(value);
  }

  private static <T> List<T> each(@Nullable List<T> entries) {
    if (entries != null && entries.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("a list of the seed has a null among its entries");
    }
    return entries == null ? List.of() : entries;
  }

  private static <K> Map<K, String> map(@Nullable Map<K, String> entries) {
    if (entries != null && entries.values().stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("a member of the seed is null: " + entries.keySet());
    }
    return entries == null ? Map.of() : entries;
  }

  /** AWS writes years in four digits. */
  private static Instant time(String text) {
    Instant time = Instant.parse(text);
    if (!ControlApi.isTellable(time)) {
      throw new IllegalArgumentException(
          "the time " + text + " of the seed must be of the years 1970 to 9998");
    }
    return time;
  }

  private static boolean or(@Nullable Boolean value, boolean otherwise) {
    return value == null ? otherwise : value;
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
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
