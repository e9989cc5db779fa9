package io.github.rolekeeper.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of the account and the acts that change it. Every method is called with this object's
 * monitor held; {@link WireServer} and {@link SimulatedAccount} take it once a request, so a
 * request sees and leaves a whole state.
 */
final class World {
  /** IAM's default quota is one role per instance profile, and it cannot be raised. */
  private static final String ROLE_QUOTA =
      "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";

  /** IAM's default quota (IAM quotas page). */
  private static final int PROFILE_QUOTA = 1000;

  static final String PARTITION = "aws";

  final Settings settings;
  final Ids ids = new Ids(20230307);
  final ManagedPolicies policies;
  final IamReads iamReads = new IamReads(this);
  private final Clock clock;
  // Names of roles and profiles are unique without regard to case (IAM quotas page).
  private final Map<String, Role> roles = new LinkedHashMap<>();
  private final Map<String, InstanceProfile> profiles = new LinkedHashMap<>();
  private final Map<String, String> firstProfileIds = new LinkedHashMap<>();
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Map<String, Instant> buckets = new LinkedHashMap<>();

  World(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.policies = new ManagedPolicies(this);
    buckets.put("amzn-s3-demo-bucket", now());
  }

  String accountId() {
    return settings.accountId;
  }

  String region() {
    return settings.region;
  }

  Duration timing(Timing timing) {
    return settings.timing(timing);
  }

  boolean follows(Rule rule) {
    return settings.rules.contains(rule);
  }

  Instant now() {
    return clock.instant();
  }

  Map<String, Instant> buckets() {
    return buckets;
  }

  /** How often an instance's metadata is brought up to date. */
  Duration refreshInterval() {
    Duration usual = timing(Timing.METADATA_REFRESH);
    Duration session = timing(Timing.SESSION_DURATION);
    Duration latest = session.minus(timing(Timing.RENEWAL_LEAD));
    if (latest.isNegative() || latest.isZero()) {
      // A lead that is longer than the session would leave no time at all.
      latest = session.dividedBy(2);
    }
    return latest.compareTo(usual) < 0 ? latest : usual;
  }

  void settle() {
    Instant now = now();
    instances.values().forEach(instance -> instance.metadata.settle(now));
  }

  // Roles

  Role createRole(String name, String path, String trustPolicy) {
    if (roles.containsKey(key(name))) {
      throw new AwsError(409, "EntityAlreadyExists", "Role with name " + name + " already exists.");
    }
    Role role = new Role(name, ids.role(), path, iamArn("role" + path + name), now(), trustPolicy);
    iamReads.roleChanges(name);
    roles.put(key(name), role);
    return role;
  }

  Role role(String name) {
    Role role = roles.get(key(name));
    if (role == null) {
      throw missingRole(name);
    }
    return role;
  }

  static AwsError missingRole(String name) {
    return new AwsError(404, "NoSuchEntity", "The role with name " + name + " cannot be found.");
  }

  Collection<Role> roles() {
    return roles.values();
  }

  boolean hasRole(String name) {
    return roles.containsKey(key(name));
  }

  void deleteRole(String name) {
    Role role = role(name);
    if (profiles.values().stream().anyMatch(profile -> profile.role == role)) {
      throw new AwsError(
          409,
          "DeleteConflict",
          "Cannot delete entity, must remove roles from instance profile first.");
    }
    if (!role.attachedPolicies.isEmpty()) {
      throw new AwsError(
          409, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    if (!role.inlinePolicies.isEmpty()) {
      throw new AwsError(
          409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    iamReads.roleChanges(name);
    role.deleted = true;
    roles.remove(key(name));
  }

  // Instance profiles

  InstanceProfile createProfile(String name, String path) {
    settle();
    if (profiles.containsKey(key(name))) {
      throw new AwsError(
          409, "EntityAlreadyExists", "Instance Profile " + name + " already exists.");
    }
    if (profiles.size() >= PROFILE_QUOTA) {
      throw new AwsError(
          409,
          "LimitExceeded",
          "Cannot exceed quota for InstanceProfilesPerAccount: " + PROFILE_QUOTA);
    }
    String fresh = ids.instanceProfile();
    String first = firstProfileIds.getOrDefault(key(name), fresh);
    firstProfileIds.put(key(name), first);
    var profile =
        new InstanceProfile(
            name,
            follows(Rule.RECREATED_PROFILE_HAS_NEW_ID) ? fresh : first,
            path,
            iamArn("instance-profile" + path + name),
            now());
    iamReads.profileChanges(name);
    profiles.put(key(name), profile);
    return profile;
  }

  Collection<InstanceProfile> profiles() {
    return profiles.values();
  }

  InstanceProfile profile(String name) {
    InstanceProfile profile = profiles.get(key(name));
    if (profile == null) {
      throw missingProfile(name);
    }
    return profile;
  }

  static AwsError missingProfile(String name) {
    return new AwsError(404, "NoSuchEntity", "Instance Profile " + name + " cannot be found.");
  }

  void addRole(String profileName, String roleName) {
    settle();
    InstanceProfile profile = profile(profileName);
    Role role = role(roleName);
    if (profile.role != null) {
      throw new AwsError(409, "LimitExceeded", ROLE_QUOTA);
    }
    iamReads.profileChanges(profileName);
    profile.role = role;
  }

  void removeRole(String profileName, String roleName) {
    settle();
    InstanceProfile profile = profile(profileName);
    if (profile.role == null || !key(profile.role.name).equals(key(roleName))) {
      throw new AwsError(
          404, "NoSuchEntity", "The role with name " + roleName + " cannot be found.");
    }
    iamReads.profileChanges(profileName);
    profile.role = null;
  }

  void deleteProfile(String name) {
    settle();
    InstanceProfile profile = profile(name);
    if (profile.role != null) {
      throw new AwsError(
          409,
          "DeleteConflict",
          "Cannot delete entity, must remove roles from instance profile first.");
    }
    iamReads.profileChanges(name);
    profiles.remove(key(name));
    if (!follows(Rule.SESSION_OUTLIVES_PROFILE)) {
      sessions.values().removeIf(session -> session.instanceProfileId.equals(profile.id));
    }
    for (Instance instance : instances.values()) {
      if (instance.association != null && instance.association.profileId().equals(profile.id)) {
        instance.metadata.profileDeleted(now());
      }
    }
  }

  /** The profile that an association leads to; null if there is none any more. */
  @Nullable InstanceProfile profileOf(Association association) {
    if (!follows(Rule.INSTANCE_REFERS_TO_PROFILE_BY_ID)) {
      return profiles.get(key(association.profileName()));
    }
    return profiles.values().stream()
        .filter(profile -> profile.id.equals(association.profileId()))
        .findFirst()
        .orElse(null);
  }

  String profileIdOf(Association association) {
    InstanceProfile profile = profileOf(association);
    return profile == null ? association.profileId() : profile.id;
  }

  // Instances

  Instance launch(Instance.Launch launch, @Nullable InstanceProfile profile) {
    settle();
    var instance = new Instance(this, launch, now(), instances.size());
    instances.put(instance.id, instance);
    if (profile != null) {
      instance.association = newAssociation(instance, profile);
    }
    instance.metadata.started(now());
    return instance;
  }

  Collection<Instance> instances() {
    return instances.values();
  }

  Instance instance(String id) {
    Instance instance = instances.get(id);
    if (instance == null) {
      throw new AwsError(
          400, "InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist");
    }
    return instance;
  }

  void stop(Instance instance) {
    settle();
    instance.state = Instance.State.STOPPED;
  }

  void start(Instance instance) {
    settle();
    if (instance.state == Instance.State.STOPPED) {
      instance.state = Instance.State.RUNNING;
      instance.launched = now();
      instance.metadata.started(now());
    }
  }

  void terminate(Instance instance) {
    settle();
    instance.state = Instance.State.TERMINATED;
    instance.association = null;
  }

  // Associations

  List<Association> associations() {
    var found = new ArrayList<Association>();
    for (Instance instance : instances.values()) {
      if (instance.association != null) {
        found.add(instance.association);
      }
    }
    return found;
  }

  Association associate(Instance instance, InstanceProfile profile) {
    settle();
    if (instance.association != null) {
      throw new AwsError(
          400, "IncorrectState", "There is an existing association for instance " + instance.id);
    }
    return attach(instance, profile);
  }

  Association replace(Instance instance, InstanceProfile profile) {
    settle();
    return attach(instance, profile);
  }

  Association disassociate(Instance instance) {
    settle();
    Association ended = java.util.Objects.requireNonNull(instance.association);
    instance.association = null;
    if (instance.state == Instance.State.RUNNING) {
      instance.metadata.disassociated(now());
    }
    return ended;
  }

  private Association attach(Instance instance, InstanceProfile profile) {
    Association association = newAssociation(instance, profile);
    instance.association = association;
    if (instance.state == Instance.State.RUNNING) {
      instance.metadata.associated(now());
    }
    return association;
  }

  private Association newAssociation(Instance instance, InstanceProfile profile) {
    return new Association(ids.association(), instance.id, profile.arn, profile.id, now());
  }

  // Sessions

  Session openSession(Role role, Instance instance, String profileId, Instant at) {
    String name = follows(Rule.SESSION_IS_NAMED_AFTER_INSTANCE) ? instance.id : "ec2";
    var session =
        new Session(ids, role, name, profileId, at, at.plus(timing(Timing.SESSION_DURATION)));
    sessions.put(session.accessKeyId, session);
    forgetSessionsLongEnded(at);
    return session;
  }

  /**
   * Sessions are kept for a day after their end, so that they answer as expired, not as unknown.
   */
  private void forgetSessionsLongEnded(Instant now) {
    Instant limit = now.minus(Duration.ofDays(1));
    // In the order of issue, so that this is over at the first one that is kept.
    var oldest = sessions.values().iterator();
    while (oldest.hasNext() && oldest.next().expiration.isBefore(limit)) {
      oldest.remove();
    }
  }

  /** A session that somebody assumed, and no instance: it belongs to no profile. */
  Session openSession(Role role, String name, Duration duration) {
    var session = new Session(ids, role, name, "", now(), now().plus(duration));
    sessions.put(session.accessKeyId, session);
    forgetSessionsLongEnded(now());
    return session;
  }

  @Nullable Session session(String accessKeyId) {
    return sessions.get(accessKeyId);
  }

  boolean ended(Session session, Instant now) {
    return follows(Rule.SESSIONS_EXPIRE) && !now.isBefore(session.expiration);
  }

  // Names

  String iamArn(String resource) {
    return "arn:" + PARTITION + ":iam::" + accountId() + ":" + resource;
  }

  String sessionArn(Session session) {
    return "arn:"
        + PARTITION
        + ":sts::"
        + accountId()
        + ":assumed-role/"
        + session.role.name
        + "/"
        + session.name;
  }

  String ec2Arn(String resource) {
    return "arn:" + PARTITION + ":ec2:" + region() + ":" + accountId() + ":" + resource;
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
