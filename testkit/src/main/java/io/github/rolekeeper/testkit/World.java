package io.github.rolekeeper.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
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

  /** Half of the shortest session. */
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);

  /** IAM's default quota (IAM quotas page). */
  private static final int PROFILE_QUOTA = 1000;

  final Settings settings;
  final Ids ids = new Ids(20230307);
  final ManagedPolicies policies;
  final LaunchTemplates launchTemplates = new LaunchTemplates();
  final IamReads iamReads = new IamReads(this);
  private final Clock clock;
  // Names of roles and profiles are unique without regard to case (IAM quotas page).
  private final Map<String, Role> roles = new LinkedHashMap<>();
  private final Map<String, InstanceProfile> profiles = new LinkedHashMap<>();
  // What EC2 sees of the profiles; behind IAM by Timing.IAM_TO_EC2.
  private final Map<String, InstanceProfile> profilesInEc2 = new LinkedHashMap<>();
  // By name in small letters: when EC2 sees the latest change that is still on its way to it.
  private final Map<String, Instant> onTheWayToEc2 = new HashMap<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>();
  private long scheduled;

  /** While it is filled from a snapshot, in which all that was under way counts as done. */
  boolean restoring;

  /**
   * In how many answers after its creation a role or profile that is created now bears its unique
   * id in place of its ARN.
   */
  int answersWithoutArn;

  /** Whether a page that is asked for now is empty, with a token. */
  boolean answersEmptyPage;

  // By name in small letters: the id of the first profile that had it. Kept only where a profile
  // that
  // is made again has that id, or an account would grow with every name.
  final Map<String, String> firstProfileIds = new LinkedHashMap<>();
  // A client token stands for its first launch (EC2 API reference, ensuring idempotency).
  final Map<String, Launch> launches = new LinkedHashMap<>();
  final Map<String, AutoScalingGroup> autoScalingGroups = new LinkedHashMap<>();
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  // The same by their end, for they are not opened in the order in which they end.
  private final PriorityQueue<Session> sessionsByEnd =
      new PriorityQueue<>(Comparator.comparing((Session session) -> session.expiration));
  private final Map<String, Instant> buckets = new LinkedHashMap<>();

  /**
   * What a client token stands for.
   *
   * @param request of the first launch, so that another request with its token is told from its
   *     repetition
   */
  record Launch(String request, List<Instance> instances) {}

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

  Partition partition() {
    return settings.partition;
  }

  Duration timing(Timing timing) {
    return restoring && timing.isOfTransition() ? Duration.ZERO : settings.timing(timing);
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
    if (latest.compareTo(SHORTEST_INTERVAL) < 0) {
      latest = SHORTEST_INTERVAL;
    }
    return latest.compareTo(usual) < 0 ? latest : usual;
  }

  /** Something that happens by itself at its time. */
  private record Due(Instant at, long order, Consumer<Instant> act) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Lets happen what is due by now. Called first by whoever takes the monitor. */
  void tick() {
    Instant now = now();
    while (!due.isEmpty() && !due.peek().at().isAfter(now)) {
      Due next = due.remove();
      settle(next.at());
      next.act().accept(next.at());
    }
  }

  /** Lets something happen in a while; at once where the while is zero. */
  void after(Instant from, Duration delay, Consumer<Instant> act) {
    if (delay.isZero()) {
      act.accept(from);
    } else {
      due.add(new Due(from.plus(delay), scheduled++, act));
    }
  }

  void settle() {
    settle(now());
  }

  private void settle(Instant at) {
    instances.values().forEach(instance -> instance.metadata.settle(at));
  }

  // Roles

  Role createRole(String name, String path, String trustPolicy) {
    return createRole(name, path, trustPolicy, now());
  }

  Role createRole(String name, String path, String trustPolicy, Instant created) {
    if (roles.containsKey(key(name))) {
      throw new AwsError(409, "EntityAlreadyExists", "Role with name " + name + " already exists.");
    }
    Role role =
        new Role(name, ids.role(), path, iamArn("role" + path + name), created, trustPolicy);
    role.answersWithoutArn = answersWithoutArn;
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
    return createProfile(name, path, now());
  }

  InstanceProfile createProfile(String name, String path, Instant created) {
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
    var profile =
        new InstanceProfile(
            name,
            follows(Rule.RECREATED_PROFILE_HAS_NEW_ID)
                ? fresh
                : firstProfileIds.computeIfAbsent(key(name), first -> fresh),
            path,
            iamArn("instance-profile" + path + name),
            created);
    profile.answersWithoutArn = answersWithoutArn;
    iamReads.profileChanges(name);
    profiles.put(key(name), profile);
    toEc2(name, at -> profilesInEc2.put(key(name), profile));
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
    toEc2(profileName, at -> profile.roleInEc2 = role);
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
    toEc2(profileName, at -> profile.roleInEc2 = null);
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
      sessionsByEnd.removeIf(session -> session.instanceProfileId.equals(profile.id));
    }
    toEc2(name, at -> lostToEc2(profile, at));
  }

  /**
   * Lets EC2 see a change of a profile in its time, but never before an older one of that name: the
   * delay may have been made shorter since.
   */
  private void toEc2(String profileName, Consumer<Instant> act) {
    Instant from = now();
    Instant at = from.plus(timing(Timing.IAM_TO_EC2));
    String key = key(profileName);
    Instant older = onTheWayToEc2.get(key);
    if (older == null && at.equals(from)) {
      act.accept(at);
      return;
    }
    if (older != null && older.isAfter(at)) {
      at = older;
    }
    onTheWayToEc2.put(key, at);
    due.add(
        new Due(
            at,
            scheduled++,
            seen -> {
              act.accept(seen);
              onTheWayToEc2.remove(key, seen);
            }));
  }

  private void lostToEc2(InstanceProfile profile, Instant at) {
    profilesInEc2.remove(key(profile.name), profile);
    for (Instance instance : instances.values()) {
      if (instance.association != null && instance.association.profileId().equals(profile.id)) {
        instance.metadata.profileDeleted(at);
      }
    }
  }

  /** The profiles as EC2 sees them. */
  Collection<InstanceProfile> profilesInEc2() {
    return profilesInEc2.values();
  }

  /** The profile that an association leads to; null if there is none any more. */
  @Nullable InstanceProfile profileOf(Association association) {
    if (!follows(Rule.INSTANCE_REFERS_TO_PROFILE_BY_ID)) {
      return profilesInEc2.get(key(association.profileName()));
    }
    InstanceProfile named = profilesInEc2.get(key(association.profileName()));
    return named != null && named.id.equals(association.profileId()) ? named : null;
  }

  String profileIdOf(Association association) {
    InstanceProfile profile = profileOf(association);
    return profile == null ? association.profileId() : profile.id;
  }

  // Instances

  Instance launch(
      InstanceOptions options, String reservationId, @Nullable InstanceProfile profile) {
    var instance = new Instance(this, options, reservationId, now(), instances.size());
    instances.put(instance.id, instance);
    if (profile != null) {
      instance.association = newAssociation(instance, profile, Association.State.ASSOCIATED);
    }
    begin(instance);
    return instance;
  }

  private void begin(Instance instance) {
    instance.state = Instance.State.PENDING;
    after(
        now(),
        timing(Timing.INSTANCE_START),
        at -> {
          if (instance.state == Instance.State.PENDING) {
            instance.state = Instance.State.RUNNING;
            instance.metadata.started(at);
          }
        });
  }

  Collection<Instance> instances() {
    return instances.values();
  }

  Optional<Instance> find(String instanceId) {
    return Optional.ofNullable(instances.get(instanceId));
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
    if (instance.state == Instance.State.RUNNING) {
      instance.state = Instance.State.STOPPING;
      instance.stopAsked = now();
      after(
          now(),
          timing(Timing.INSTANCE_STOP),
          at -> {
            if (instance.state == Instance.State.STOPPING) {
              instance.state = Instance.State.STOPPED;
              instance.stopped = at;
              replaceUnhealthy(instance);
            }
          });
    }
  }

  /** A stopped instance is unhealthy to its group; one in standby is left alone. */
  void replaceUnhealthy(Instance instance) {
    Instant since = instance.stopped;
    if (unhealthy(instance)) {
      after(
          since,
          timing(Timing.AUTO_SCALING_REPLACEMENT),
          at -> {
            // Who was started and stopped again meanwhile has another five minutes.
            if (unhealthy(instance) && instance.stopped.equals(since)) {
              terminate(instance);
            }
          });
    }
  }

  private static boolean unhealthy(Instance instance) {
    return instance.membership != null
        && instance.membership.inService()
        && instance.state == Instance.State.STOPPED;
  }

  /** Makes an instance a member of an Auto Scaling group; EC2 shows that as a tag. */
  void join(Instance instance, String group) {
    instance.membership = new Instance.Membership(group, Instance.Membership.IN_SERVICE);
    instance.tags.put("aws:autoscaling:groupName", group);
  }

  void leave(Instance instance) {
    instance.membership = null;
    instance.tags.remove("aws:autoscaling:groupName");
  }

  void start(Instance instance) {
    settle();
    if (instance.state == Instance.State.STOPPED) {
      instance.launched = now();
      instance.starts++;
      begin(instance);
    }
  }

  void terminate(Instance instance) {
    settle();
    if (instance.state == Instance.State.TERMINATED) {
      return;
    }
    instance.state = Instance.State.SHUTTING_DOWN;
    instance.stopAsked = now();
    after(
        now(),
        timing(Timing.INSTANCE_STOP),
        at -> {
          instance.state = Instance.State.TERMINATED;
          instance.membership = null;
          instance.association = null;
          instance.ending.clear();
        });
  }

  // Associations

  /** All that EC2 lists: while one is replaced, the one that ends and the one that comes. */
  List<Association> associations() {
    var found = new ArrayList<Association>();
    for (Instance instance : instances.values()) {
      found.addAll(instance.ending);
      if (instance.association != null) {
        found.add(instance.association);
      }
    }
    return found;
  }

  Association associate(Instance instance, InstanceProfile profile) {
    settle();
    boolean blocked =
        !instance.ending.isEmpty() && follows(Rule.ENDING_ASSOCIATION_BLOCKS_THE_NEXT);
    if (instance.association != null || blocked) {
      throw new AwsError(
          400, "IncorrectState", "There is an existing association for instance " + instance.id);
    }
    return attach(instance, profile);
  }

  Association replace(Instance instance, InstanceProfile profile) {
    settle();
    Association superseded = end(instance);
    instance.supersede(superseded.id());
    return attach(instance, profile);
  }

  Association disassociate(Instance instance) {
    settle();
    Association ended = end(instance);
    instance.metadata.behind = true;
    after(
        now(),
        metadataDelay(instance),
        at -> {
          if (instance.association == null && instance.state == Instance.State.RUNNING) {
            instance.metadata.disassociated(at);
          }
        });
    return ended;
  }

  private Association end(Instance instance) {
    Association ended =
        java.util.Objects.requireNonNull(instance.association).in(Association.State.DISASSOCIATING);
    instance.association = null;
    instance.ending.add(ended);
    after(now(), timing(Timing.ASSOCIATION_TRANSITION), at -> instance.ending.remove(ended));
    return ended;
  }

  private Association attach(Instance instance, InstanceProfile profile) {
    Association coming = newAssociation(instance, profile, Association.State.ASSOCIATING);
    instance.association = coming;
    instance.metadata.behind = true;
    after(
        now(),
        timing(Timing.ASSOCIATION_TRANSITION),
        at -> {
          if (coming.equals(instance.association)) {
            instance.association = coming.in(Association.State.ASSOCIATED);
          }
        });
    after(
        now(),
        metadataDelay(instance),
        at -> {
          if (instance.association != null
              && instance.association.id().equals(coming.id())
              && instance.state == Instance.State.RUNNING) {
            instance.metadata.associated(at);
          }
        });
    return coming;
  }

  /** How long the metadata of an instance needs to follow a change of its association. */
  private Duration metadataDelay(Instance instance) {
    return timing(Timing.ASSOCIATION_TRANSITION)
        .plus(
            instance.state == Instance.State.RUNNING ? timing(Timing.METADATA_LAG) : Duration.ZERO);
  }

  private Association newAssociation(
      Instance instance, InstanceProfile profile, Association.State state) {
    return new Association(ids.association(), instance.id, profile.arn, profile.id, now(), state);
  }

  // Sessions

  Session openSession(Role role, Instance instance, String profileId, Instant at) {
    String name = follows(Rule.SESSION_IS_NAMED_AFTER_INSTANCE) ? instance.id : "ec2";
    var session =
        new Session(ids, role, name, profileId, at, at.plus(timing(Timing.SESSION_DURATION)));
    keep(session);
    return session;
  }

  /** The role of an instance itself; nobody can read or change it, and no policy is attached. */
  Role instanceIdentityRole() {
    String name = "aws:ec2-instance";
    return new Role(
        name, ids.role(), "/", iamArn("role/" + name), now(), SimulatedAccount.EC2_TRUST);
  }

  /** EC2 carries out what it has announced to a Spot Instance, unless it has taken that back. */
  void interrupt(Instance instance, SpotAction action, Instant at) {
    var interruption = new InstanceNotices.Interruption(action, at);
    instance.notices.interruption = interruption;
    Duration left = Duration.between(now(), at);
    after(
        now(),
        left.isNegative() ? Duration.ZERO : left,
        due -> {
          if (interruption.equals(instance.notices.interruption)) {
            instance.notices.clear();
            if (action == SpotAction.TERMINATE) {
              terminate(instance);
            } else {
              stop(instance);
            }
          }
        });
  }

  /**
   * Sessions are kept for a day after their end, so that they answer as expired, not as unknown.
   */
  private void keep(Session session) {
    resume(session);
    Instant limit = now().minus(Duration.ofDays(1));
    while (!sessionsByEnd.isEmpty() && sessionsByEnd.element().expiration.isBefore(limit)) {
      sessions.remove(sessionsByEnd.remove().accessKeyId);
    }
  }

  /** A session that somebody assumed, and no instance: it belongs to no profile. */
  Session openSession(Role role, String name, Duration duration) {
    var session = new Session(ids, role, name, "", now(), now().plus(duration));
    keep(session);
    return session;
  }

  Collection<Session> sessions() {
    return sessions.values();
  }

  /** Takes in a session that was there before. */
  void resume(Session session) {
    sessions.put(session.accessKeyId, session);
    sessionsByEnd.add(session);
  }

  /** Takes in an instance that was there before; who calls gives it its state. */
  Instance resume(InstanceOptions options, String reservationId, Instant launched) {
    var instance = new Instance(this, options, reservationId, launched, instances.size());
    instances.put(instance.id, instance);
    return instance;
  }

  @Nullable Session session(String accessKeyId) {
    return sessions.get(accessKeyId);
  }

  boolean ended(Session session, Instant now) {
    return follows(Rule.SESSIONS_EXPIRE) && !now.isBefore(session.expiration);
  }

  // Names

  String iamArn(String resource) {
    return "arn:" + partition().name() + ":iam::" + accountId() + ":" + resource;
  }

  String sessionArn(Session session) {
    return "arn:"
        + partition().name()
        + ":sts::"
        + accountId()
        + ":assumed-role/"
        + session.role.name
        + "/"
        + session.name;
  }

  String ec2Arn(String resource) {
    return "arn:" + partition().name() + ":ec2:" + region() + ":" + accountId() + ":" + resource;
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
