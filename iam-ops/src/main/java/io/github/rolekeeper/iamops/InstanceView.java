package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All that was read about an instance, before anything is concluded from it.
 *
 * @param account whose instance it is, and where
 * @param association what EC2 associates with the instance; empty if nothing
 * @param profileName the name that was asked for in IAM; empty if there was none to ask for
 * @param profile what IAM has under that name; empty if it has none
 * @param associatedProfile what IAM has under the name of the associated profile, where another one
 *     was asked for; empty if it was not looked at
 * @param metadata what the instance's metadata shows
 * @param revokedBefore the sessions of the profile's role issued before this instant are denied
 *     everything; empty if none are
 * @param roleNow what IAM has under the name of the profile's role; empty if it was not asked for
 * @param metadataEnabled whether the metadata service is switched on
 * @param unreadable what could not be read, and why
 * @param profileAnswered whether the endpoint answered when asked for the profile; false only for
 *     endpoints that are not AWS's and do not implement that
 * @param autoScalingGroup the Auto Scaling group that the instance belongs to; empty if to none
 * @param stopHazards why stopping this instance would do harm; empty if nothing speaks against it
 * @param manager the service of AWS that manages the instance; empty if none does
 * @param launched when the instance was started last; empty if EC2 does not say
 * @param halt how the instance came to be stopped; of no meaning while it runs
 * @param sought what a plan asks for besides
 */
record InstanceView(
    InstanceId instance,
    AccountRef account,
    Instant at,
    String state,
    Optional<Association> association,
    Optional<String> profileName,
    Optional<Profile> profile,
    Optional<Beside> associatedProfile,
    MetadataSight metadata,
    Optional<Instant> revokedBefore,
    Optional<RoleNow> roleNow,
    boolean metadataEnabled,
    List<Unknown> unreadable,
    boolean profileAnswered,
    Optional<String> autoScalingGroup,
    List<String> stopHazards,
    Optional<String> manager,
    Optional<Instant> launched,
    Halt halt,
    Sought sought) {
  // As the id of a profile, with the prefix of a role (IAM User Guide, IAM identifiers).
  private static final Pattern ROLE_ID = Pattern.compile("AROA[A-Z0-9]{17}");
  private static final Pattern LOOK_ALIKE = Pattern.compile("[a-z0-9]{20}");

  /**
   * @param id empty if the endpoint does not list associations, so that only the instance tells
   * @param since when it was made; empty if EC2 does not say
   */
  record Association(
      String id,
      String state,
      Optional<Instant> since,
      InstanceProfileArn profileArn,
      InstanceProfileId profileId,
      InstanceProfileId idInInstance) {
    boolean listed() {
      return !id.isEmpty();
    }

    boolean settled() {
      return state.equals("associated");
    }
  }

  record Profile(
      String name,
      InstanceProfileArn arn,
      InstanceProfileId id,
      Optional<Role> role,
      Map<String, String> tags) {
    Optional<String> roleName() {
      return role.map(Role::name);
    }
  }

  /**
   * @param trustPolicy as IAM returns it, percent-encoded
   */
  record Role(String name, String id, String trustPolicy) {}

  /**
   * @param id the id of the role that has the name now; empty if there is none
   */
  record RoleNow(Optional<String> id) {}

  /**
   * @param profile empty if IAM has none of that name
   */
  record Beside(Optional<Profile> profile) {}

  /**
   * @param code of the reason, such as {@code Client.UserInitiatedShutdown}; empty if EC2 does not
   *     say
   * @param at when that was asked for; empty if EC2 does not say
   */
  record Halt(Optional<String> code, Optional<Instant> at) {
    static final Halt UNTOLD = new Halt(Optional.empty(), Optional.empty());
  }

  /**
   * @param wantedRole what IAM has under the name of the role that shall come into the profile;
   *     empty if none shall, or IAM shows none
   * @param wantedRoleMissing whether IAM says that there is no role of that name
   * @param roleHints which role a lost or empty profile may have held, in words; empty if that is
   *     not wanted or not known
   * @param tags those of a lost profile; empty if that is not wanted or not known
   * @param others the other instances of the Region that are on the profile; empty if nobody looked
   * @param volumeKeys the keys by which the volumes of the instance are encrypted; empty if nobody
   *     looked, or could
   */
  record Sought(
      Optional<Role> wantedRole,
      boolean wantedRoleMissing,
      List<String> roleHints,
      Optional<RoleHistory.Tags> tags,
      List<InstanceId> others,
      Optional<List<String>> volumeKeys) {
    static final Sought NOTHING = asked(Optional.empty(), false, List.of(), Optional.empty());

    /** What is asked for before anything is planned. */
    static Sought asked(
        Optional<Role> wantedRole,
        boolean wantedRoleMissing,
        List<String> roleHints,
        Optional<RoleHistory.Tags> tags) {
      return new Sought(
          wantedRole, wantedRoleMissing, roleHints, tags, List.of(), Optional.empty());
    }
  }

  InstanceView withOthers(List<InstanceId> found) {
    return with(
        new Sought(
            sought.wantedRole,
            sought.wantedRoleMissing,
            sought.roleHints,
            sought.tags,
            List.copyOf(found),
            sought.volumeKeys));
  }

  InstanceView withVolumeKeys(List<String> found) {
    return with(
        new Sought(
            sought.wantedRole,
            sought.wantedRoleMissing,
            sought.roleHints,
            sought.tags,
            sought.others,
            Optional.of(List.copyOf(found))));
  }

  InstanceView with(Sought found) {
    return copy(metadata, unreadable, stopHazards, found);
  }

  InstanceView without(Unknown knowledge) {
    var more = new ArrayList<>(unreadable);
    more.add(knowledge);
    return copy(metadata, List.copyOf(more), stopHazards, sought);
  }

  InstanceView withMetadata(MetadataSight seen) {
    return copy(seen.against(profile.map(Profile::id)), unreadable, stopHazards, sought);
  }

  InstanceView withStopHazards(List<String> found) {
    return copy(metadata, unreadable, found, sought);
  }

  /** The same with what is read apart from the rest. */
  private InstanceView copy(
      MetadataSight seen, List<Unknown> unknown, List<String> hazards, Sought besides) {
    return new InstanceView(
        instance,
        account,
        at,
        state,
        association,
        profileName,
        profile,
        associatedProfile,
        seen,
        revokedBefore,
        roleNow,
        metadataEnabled,
        unknown,
        profileAnswered,
        autoScalingGroup,
        hazards,
        manager,
        launched,
        halt,
        besides);
  }

  boolean running() {
    return state.equals("running");
  }

  boolean stopped() {
    return state.equals("stopped");
  }

  /** Whether it is stopped, or on its way to that. */
  boolean down() {
    return stopped() || state.equals("stopping");
  }

  /** Whether IAM showed no profile from whose ARN its account could be told. */
  boolean accountOfIamAsked() {
    return association.isPresent()
        && profileAnswered
        && profile.or(() -> associatedProfile.flatMap(Beside::profile)).isEmpty();
  }

  /** Whether EC2's association leads to the very profile that IAM has. */
  boolean refersToProfile() {
    return association.isPresent()
        && profile.isPresent()
        && association.get().profileId().equals(profile.get().id());
  }

  /**
   * Whether the two ids can tell one profile from another: both as AWS issues them, or both of the
   * form of one look-alike of AWS (moto: 20 letters and digits). True where there are no two ids.
   */
  boolean idsComparable() {
    return association.isEmpty()
        || profile.isEmpty()
        || refersToProfile()
        || comparable(association.get().profileId(), profile.get().id());
  }

  /** Whether the ids of two roles can tell one from the other. */
  static boolean comparableRoles(String one, String other) {
    return one.equals(other)
        || (ROLE_ID.matcher(one).matches() && ROLE_ID.matcher(other).matches());
  }

  static boolean comparable(InstanceProfileId one, InstanceProfileId other) {
    return (one.issuedByAws() && other.issuedByAws())
        || (LOOK_ALIKE.matcher(one.value()).matches()
            && LOOK_ALIKE.matcher(other.value()).matches());
  }

  /** Whether the two answers of EC2 about the association are the same. */
  boolean ec2Agrees() {
    return association
        .filter(each -> each.listed() && each.idInInstance().equals(each.profileId()))
        .isPresent();
  }

  /** The role whose credentials the metadata serves, if the profile holds another one. */
  Optional<String> servedOtherRole() {
    return metadata
        .session()
        .flatMap(CredentialMetadata::roleName)
        .filter(
            served ->
                profile
                    .flatMap(Profile::roleName)
                    .filter(held -> !IamName.same(held, served))
                    .isPresent());
  }

  /** When the credentials expired that the metadata still serves. */
  Optional<Instant> servedPastExpiry() {
    return metadata
        .session()
        .flatMap(CredentialMetadata::expiration)
        .filter(expiration -> !at.isBefore(expiration));
  }

  /** When the session was issued that the metadata serves, if it is one of the profile's role. */
  Optional<Instant> issued() {
    return metadata
        .session()
        .filter(each -> servedOtherRole().isEmpty())
        .flatMap(CredentialMetadata::lastUpdated);
  }

  /** The credentials that the metadata serves, if they have not expired and are not revoked. */
  Optional<CredentialMetadata> workingSession() {
    boolean revoked =
        issued().filter(at -> revokedBefore.filter(at::isBefore).isPresent()).isPresent();
    return metadata.session().filter(each -> servedPastExpiry().isEmpty() && !revoked);
  }

  /**
   * Whether the metadata shows the profile that IAM has, and serves credentials from its role that
   * have not expired and are not revoked.
   *
   * @param revokedBefore the sessions that a repair shall replace besides; empty if none
   */
  boolean metadataHealthy(Optional<Instant> revokedBefore) {
    return metadata.kind() == MetadataSight.Kind.SHOWS_PROFILE
        && servedOtherRole().isEmpty()
        && servedPastExpiry().isEmpty()
        && issuedSince(revokedBefore)
        && issuedSince(this.revokedBefore);
  }

  private boolean issuedSince(Optional<Instant> cutOff) {
    return cutOff.isEmpty() || issued().filter(at -> !at.isBefore(cutOff.get())).isPresent();
  }
}
