package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata service of one instance holds of IAM: a copy, taken at certain moments, of what
 * EC2 knew then. Guarded by the world's lock.
 */
final class InstanceMetadata {
  /** What {@code iam/info} says. */
  enum View {
    NO_PROFILE,
    WITH_ROLE,
    WITHOUT_ROLE,
    NOT_FOUND
  }

  /** Nobody has seen what the refreshes since the last look delivered, except the last of them. */
  private static final long MOST_TRACED = 1000;

  private final World world;
  private final Instance instance;
  MetadataTokens tokens;
  private View view = View.NO_PROFILE;
  private String profileArn = "";
  private String profileId = "";
  private @Nullable Session session;
  private Instant refreshed = Instant.EPOCH;
  private boolean awaitsRestart;

  /** Whether it has yet to follow a change of the association. */
  boolean behind;

  /** The role that EC2 found it may not assume at the last refresh. */
  private @Nullable Role untrusting;

  /** The instance's own role, once somebody has asked for its credentials. */
  private @Nullable Role identityRole;

  private @Nullable Session identitySession;

  InstanceMetadata(World world, Instance instance) {
    this.world = world;
    this.instance = instance;
    this.tokens = new MetadataTokens(world.ids);
  }

  View view() {
    return view;
  }

  String profileArn() {
    return profileArn;
  }

  String profileId() {
    return profileId;
  }

  Instant lastUpdated() {
    return refreshed;
  }

  /** The session that is served now; null once it has ended. */
  @Nullable Session session(Instant now) {
    return session == null || world.ended(session, now) ? null : session;
  }

  /** The role that EC2 may not assume; null if it may, or if there is none. */
  @Nullable Role untrusting() {
    return view == View.WITH_ROLE ? untrusting : null;
  }

  /**
   * The session of the instance itself, which every instance has, profile or not (EC2 User Guide,
   * instance identity roles). Renewed as the others are, when somebody looks.
   */
  Session identitySession(Instant now) {
    Session known = identitySession;
    if (known == null || !known.issued.plus(world.refreshInterval()).isAfter(now)) {
      Role role = identityRole == null ? world.instanceIdentityRole() : identityRole;
      identityRole = role;
      known = world.openSession(role, instance, "", now);
      identitySession = known;
    }
    return known;
  }

  /**
   * Makes up for the scheduled refreshes since the last look. Called before anything that they read
   * is changed, so that a refresh sees the account as it was when it was due.
   */
  void settle(Instant now) {
    if (instance.state != Instance.State.RUNNING || awaitsRestart) {
      return;
    }
    Duration interval = world.refreshInterval();
    if (refreshed.plus(interval).isAfter(now)) {
      return;
    }
    // What a refresh delivered is forgotten a day after its session's end, so that a clock which is
    // moved by centuries need not make up for each hour.
    long owed = Duration.between(refreshed, now).dividedBy(interval);
    long traced =
        Math.min(
            MOST_TRACED, world.timing(Timing.SESSION_DURATION).plusDays(1).dividedBy(interval) + 1);
    if (owed > traced) {
      refreshed = refreshed.plus(interval.multipliedBy(owed - traced));
    }
    while (!refreshed.plus(interval).isAfter(now)) {
      refresh(refreshed.plus(interval));
    }
  }

  /** The instance was launched or started. */
  void started(Instant now) {
    behind = false;
    if (world.follows(Rule.STOP_START_REFRESHES_METADATA) || refreshed.equals(Instant.EPOCH)) {
      awaitsRestart = false;
      session = null;
      refresh(now);
    }
  }

  /** The instance has come with an association, as if it had been started with it. */
  void associationRestored(Instant now) {
    awaitsRestart = false;
    session = null;
    refresh(now);
  }

  /** The running instance was associated with a profile. */
  void associated(Instant now) {
    behind = false;
    InstanceProfile profile = associatedProfile();
    boolean fresh = profile == null || !profile.knownToEc2;
    if (fresh && world.follows(Rule.FRESH_ASSOCIATION_SHOWS_NO_ROLE)) {
      Association association = java.util.Objects.requireNonNull(instance.association);
      awaitsRestart = true;
      show(View.WITHOUT_ROLE, association, now);
    } else {
      awaitsRestart = false;
      refresh(now);
    }
  }

  void disassociated(Instant now) {
    behind = false;
    awaitsRestart = false;
    session = null;
    refresh(now);
  }

  /** Somebody deleted the profile that this instance is associated with. */
  void profileDeleted(Instant now) {
    if (!world.follows(Rule.METADATA_NAMES_ROLE_UNTIL_SESSION_ENDS)) {
      session = null;
      refresh(now);
    }
  }

  private void refresh(Instant at) {
    Association association = instance.association;
    if (association == null) {
      view = View.NO_PROFILE;
      session = null;
      refreshed = at;
      return;
    }
    InstanceProfile profile = associatedProfile();
    if (profile == null) {
      if (session(at) == null || world.follows(Rule.DELETED_PROFILE_SHOWS_AT_REFRESH)) {
        show(View.NOT_FOUND, association, at);
      } else {
        refreshed = at;
      }
    } else if (profile.roleInEc2 == null) {
      show(View.WITHOUT_ROLE, association, at);
    } else {
      assume(profile.roleInEc2, profile, at);
      show(View.WITH_ROLE, association, at);
    }
  }

  private void assume(Role role, InstanceProfile profile, Instant at) {
    if (TrustPolicy.allowsService(role.trustPolicy, world.partition().ec2Principals())) {
      profile.knownToEc2 = true;
      untrusting = null;
      session = world.openSession(role, instance, profile.id, at);
    } else {
      untrusting = role;
      if (!world.follows(Rule.UNTRUSTED_ROLE_SHOWS_AT_SESSION_END)) {
        session = null;
      }
    }
  }

  private void show(View seen, Association association, Instant at) {
    view = seen;
    profileArn = association.profileArn();
    profileId = world.profileIdOf(association);
    refreshed = at;
  }

  /**
   * All of this, as it can be told to another.
   *
   * @param session the access key id of the session; null if there is none
   * @param behind whether it has yet to follow the association; who goes on with it does so at once
   * @param untrusting the id of the role that EC2 may not assume; null if there is none
   * @param identityRole the id of the instance's own role; null if nobody has asked for it
   * @param identitySession the access key id of the session of that role
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Shown(
      View view,
      @Nullable String profileArn,
      @Nullable String profileId,
      @Nullable String session,
      String refreshed,
      boolean awaitsRestart,
      boolean behind,
      @Nullable String untrusting,
      @Nullable String identityRole,
      @Nullable String identitySession) {}

  Shown shown() {
    return new Shown(
        view,
        profileArn,
        profileId,
        keyOf(session),
        refreshed.toString(),
        awaitsRestart,
        behind,
        untrusting == null ? null : untrusting.id,
        identityRole == null ? null : identityRole.id,
        keyOf(identitySession));
  }

  private static @Nullable String keyOf(@Nullable Session session) {
    return session == null ? null : session.accessKeyId;
  }

  /** The roles that only this knows, or that it would still know if they were deleted. */
  Stream<Role> roles() {
    return Stream.of(Optional.ofNullable(untrusting), Optional.ofNullable(identityRole))
        .flatMap(Optional::stream);
  }

  /**
   * Goes on with what another account's metadata service showed.
   *
   * @param roles by id
   */
  void resume(Shown shown, Function<String, Role> roles) {
    view = shown.view();
    profileArn = Objects.requireNonNullElse(shown.profileArn(), "");
    profileId = Objects.requireNonNullElse(shown.profileId(), "");
    session = resumed(shown.session());
    refreshed = Instant.parse(shown.refreshed());
    awaitsRestart = shown.awaitsRestart();
    behind = shown.behind();
    untrusting = shown.untrusting() == null ? null : roles.apply(shown.untrusting());
    identityRole = shown.identityRole() == null ? null : roles.apply(shown.identityRole());
    identitySession = resumed(shown.identitySession());
  }

  /** Does what was under way when {@link #shown()} was taken. */
  void catchUp(Instant now) {
    Association association = instance.association;
    if (behind && association == null) {
      disassociated(now);
    } else if (behind) {
      associated(now);
    } else if (association != null && view == View.WITH_ROLE && associatedProfile() == null) {
      profileDeleted(now);
    }
  }

  /** Null too if it ended so long ago that the account has forgotten it. */
  private @Nullable Session resumed(@Nullable String key) {
    return key == null ? null : world.session(key);
  }

  private @Nullable InstanceProfile associatedProfile() {
    Association association = instance.association;
    return association == null ? null : world.profileOf(association);
  }
}
