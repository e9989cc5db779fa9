package io.github.rolekeeper.testkit;

import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a {@link Snapshot}. What is under way is taken as done: a pending instance runs, and EC2
 * sees what IAM shows.
 */
final class Capture {
  private final World world;

  Capture(World world) {
    this.world = world;
  }

  Snapshot snapshot() {
    world.tick();
    world.settle();
    return new Snapshot(
        world.now().toString(),
        world.policies.all().stream().filter(each -> !each.ofAws()).map(Capture::policy).toList(),
        roles(),
        world.profiles().stream().map(Capture::profile).toList(),
        world.sessions().stream().map(Capture::session).toList(),
        world.autoScalingGroups.values().stream().map(Capture::group).toList(),
        world.instances().stream().map(this::instance).toList(),
        world.launchTemplates.all().stream().map(Capture::template).toList(),
        new TreeMap<>(world.firstProfileIds),
        launches(),
        launchRequests(),
        buckets(),
        timings(),
        withoutRules());
  }

  private static Snapshot.PolicyEntry policy(ManagedPolicy policy) {
    boolean plain = policy.nextVersion == 2; // there never was another than the first
    return new Snapshot.PolicyEntry(
        policy.name,
        policy.id,
        policy.path,
        policy.created.toString(),
        policy.inForce().document(),
        policy.description,
        copy(policy.tags),
        plain ? null : policy.versions.values().stream().map(Capture::version).toList(),
        plain ? null : policy.defaultVersion,
        plain ? null : policy.nextVersion);
  }

  private static Snapshot.PolicyVersionEntry version(ManagedPolicy.Version version) {
    return new Snapshot.PolicyVersionEntry(
        version.number(), version.document(), version.created().toString());
  }

  /** The roles, and those that are gone and that a session or a trust policy still knows. */
  private List<Snapshot.RoleEntry> roles() {
    Set<Role> roles = new LinkedHashSet<>(world.roles());
    world.sessions().forEach(session -> roles.add(session.role));
    world.instances().forEach(instance -> instance.metadata.roles().forEach(roles::add));
    var open = new ArrayList<>(roles);
    while (!open.isEmpty()) {
      for (Role trusted : open.remove(open.size() - 1).trustedRoles.values()) {
        if (roles.add(trusted)) {
          open.add(trusted);
        }
      }
    }
    return roles.stream().map(this::role).toList();
  }

  private Snapshot.RoleEntry role(Role role) {
    var trusted = new TreeMap<String, String>();
    role.trustedRoles.forEach((arn, each) -> trusted.put(arn, each.id));
    ManagedPolicy boundary = role.boundary;
    return new Snapshot.RoleEntry(
        role.name,
        role.id,
        role.path,
        role.created.toString(),
        role.description,
        role.maxSession.toString(),
        role.trustPolicy,
        trusted,
        copy(role.inlinePolicies),
        role.attachedPolicies.values().stream().map(each -> each.arn).toList(),
        boundary == null ? null : boundary.arn,
        copy(role.tags),
        world.roles().contains(role) ? null : true);
  }

  private static Snapshot.ProfileEntry profile(InstanceProfile profile) {
    Role role = profile.role;
    return new Snapshot.ProfileEntry(
        profile.name,
        profile.id,
        profile.path,
        profile.created.toString(),
        role == null ? null : role.name,
        profile.knownToEc2,
        copy(profile.tags));
  }

  private static Snapshot.SessionEntry session(Session session) {
    return new Snapshot.SessionEntry(
        session.accessKeyId,
        session.secretKey,
        session.token,
        session.role.id,
        session.name,
        session.instanceProfileId,
        session.issued.toString(),
        session.expiration.toString(),
        session.sessionPolicies.isEmpty() ? null : session.sessionPolicies,
        session.revoked ? true : null);
  }

  private static Snapshot.GroupEntry group(AutoScalingGroup group) {
    return new Snapshot.GroupEntry(
        group.name,
        group.created.toString(),
        group.least,
        group.most,
        group.desired,
        copy(group.launch),
        copy(group.tags));
  }

  private Snapshot.InstanceEntry instance(Instance instance) {
    Instance.MetadataOptions options = instance.metadataOptions;
    boolean ending = instance.state == Instance.State.SHUTTING_DOWN;
    Instance.Membership membership = ending ? null : instance.membership;
    boolean begun = instance.state != Instance.State.PENDING;
    return new Snapshot.InstanceEntry(
        instance.id,
        instance.options.imageId(),
        instance.options.type(),
        null,
        association(ending ? null : instance.association),
        List.copyOf(instance.superseded),
        done(instance.state),
        instance.launched.toString(),
        (instance.state == Instance.State.STOPPING ? world.now() : instance.stopped).toString(),
        instance.stopAsked.toString(),
        instance.starts,
        instance.reservationId,
        instance.networkInterfaceId,
        List.copyOf(instance.options.traits()),
        options.tokensRequired,
        new Snapshot.MetadataEntry(
            options.enabled, options.hopLimit, options.tagsEnabled, options.ipv6Enabled),
        instance.stopProtected,
        instance.terminationProtected,
        membership == null
            ? null
            : new Snapshot.MemberEntry(membership.group(), membership.lifecycleState()),
        instance.options.details(),
        instance.options.chosenSecurityGroups(),
        instance.options.userData().orElse(null),
        instance.launchIndex,
        NoticesEntry.of(instance.notices),
        begun ? instance.metadata.shown() : null,
        Base64.getEncoder().encodeToString(instance.metadata.tokens.key()),
        copy(instance.tags));
  }

  private static Snapshot.@Nullable AssociationEntry association(
      @Nullable Association association) {
    return association == null
        ? null
        : new Snapshot.AssociationEntry(
            association.id(),
            association.profileArn(),
            association.profileId(),
            association.since().toString());
  }

  private static String done(Instance.State state) {
    return switch (state) {
      case PENDING, RUNNING -> Instance.State.RUNNING.wireName();
      case STOPPING, STOPPED -> Instance.State.STOPPED.wireName();
      case SHUTTING_DOWN, TERMINATED -> Instance.State.TERMINATED.wireName();
    };
  }

  private static Snapshot.TemplateEntry template(LaunchTemplate template) {
    return new Snapshot.TemplateEntry(
        template.id,
        template.name,
        template.created.toString(),
        template.createdBy,
        copy(template.tags),
        template.defaultVersion,
        template.numbered,
        template.versions.values().stream()
            .map(
                version ->
                    new Snapshot.VersionEntry(
                        version.number(),
                        version.description(),
                        version.created().toString(),
                        version.createdBy(),
                        version.token(),
                        version.request(),
                        copy(version.data().all())))
            .toList());
  }

  private Map<String, List<String>> launches() {
    var launches = new TreeMap<String, List<String>>();
    world.launches.forEach(
        (token, launch) ->
            launches.put(token, launch.instances().stream().map(each -> each.id).toList()));
    return launches;
  }

  private Map<String, String> launchRequests() {
    var requests = new TreeMap<String, String>();
    world.launches.forEach((token, launch) -> requests.put(token, launch.request()));
    return requests;
  }

  private Map<String, String> buckets() {
    var buckets = new TreeMap<String, String>();
    world.buckets().forEach((name, created) -> buckets.put(name, created.toString()));
    return buckets;
  }

  /** Null rather than empty: most accounts have none. */
  private @Nullable Map<Timing, String> timings() {
    var timings = new EnumMap<Timing, String>(Timing.class);
    for (Timing timing : Timing.values()) {
      if (!world.timing(timing).equals(timing.usual())) {
        timings.put(timing, world.timing(timing).toString());
      }
    }
    return timings.isEmpty() ? null : timings;
  }

  private @Nullable List<Rule> withoutRules() {
    List<Rule> without = Stream.of(Rule.values()).filter(rule -> !world.follows(rule)).toList();
    return without.isEmpty() ? null : without;
  }

  private static Map<String, String> copy(Map<String, String> map) {
    return new LinkedHashMap<>(map);
  }
}
