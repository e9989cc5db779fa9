package io.github.rolekeeper.testkit;

import java.time.Duration;
import java.time.Instant;
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

  private final World world;
  private final Instance instance;
  final MetadataTokens tokens;
  private View view = View.NO_PROFILE;
  private String profileArn = "";
  private String profileId = "";
  private @Nullable Session session;
  private Instant refreshed = Instant.EPOCH;
  private boolean awaitsRestart;

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
    long traced = world.timing(Timing.SESSION_DURATION).plusDays(1).dividedBy(interval) + 1;
    if (owed > traced) {
      refreshed = refreshed.plus(interval.multipliedBy(owed - traced));
    }
    while (!refreshed.plus(interval).isAfter(now)) {
      refresh(refreshed.plus(interval));
    }
  }

  /** The instance was launched or started. */
  void started(Instant now) {
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
      show(View.NOT_FOUND, association, at);
    } else if (profile.roleInEc2 == null) {
      show(View.WITHOUT_ROLE, association, at);
    } else {
      profile.knownToEc2 = true;
      session = world.openSession(profile.roleInEc2, instance, profile.id, at);
      show(View.WITH_ROLE, association, at);
    }
  }

  private void show(View seen, Association association, Instant at) {
    view = seen;
    profileArn = association.profileArn();
    profileId = world.profileIdOf(association);
    refreshed = at;
  }

  private @Nullable InstanceProfile associatedProfile() {
    Association association = instance.association;
    return association == null ? null : world.profileOf(association);
  }
}
