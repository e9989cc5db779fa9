package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.imds.IamInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that was read about an instance, before anything is concluded from it.
 *
 * @param account whose instance it is, and where
 * @param association what EC2 associates with the instance; empty if nothing
 * @param profileName the name that was asked for in IAM; empty if there was none to ask for
 * @param profile what IAM has under that name; empty if it has none
 * @param metadata what the instance's metadata says; empty if no client was given
 * @param revokedBefore the sessions of the profile's role issued before this instant are denied
 *     everything; empty if none are
 * @param roleNow what IAM has under the name of the profile's role; empty if it was not asked for
 * @param metadataEnabled whether the metadata service is switched on
 * @param unreadable what could not be read, and why
 * @param stopHazards why stopping this instance would do harm; empty if nothing speaks against it
 */
record InstanceView(
    InstanceId instance,
    AccountRef account,
    Instant at,
    String state,
    Optional<Association> association,
    Optional<String> profileName,
    Optional<Profile> profile,
    Optional<Metadata> metadata,
    Optional<Instant> revokedBefore,
    Optional<RoleNow> roleNow,
    boolean metadataEnabled,
    List<String> unreadable,
    List<String> stopHazards) {

  /**
   * @param since when it was made; empty if EC2 does not say
   */
  record Association(
      String id,
      String state,
      Optional<Instant> since,
      InstanceProfileArn profileArn,
      InstanceProfileId profileId,
      InstanceProfileId idInInstance) {
    boolean settled() {
      return state.equals("associated");
    }
  }

  record Profile(String name, InstanceProfileArn arn, InstanceProfileId id, Optional<Role> role) {
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
   * @param info what {@code iam/info} says
   * @param credentials what is served; empty if nothing usable
   * @param failure why there was no answer; empty if there was one
   */
  record Metadata(
      Optional<IamInfo> info, Optional<CredentialMetadata> credentials, Optional<String> failure) {}

  boolean running() {
    return state.equals("running");
  }

  boolean stopped() {
    return state.equals("stopped");
  }

  /** Whether EC2's association leads to the very profile that IAM has. */
  boolean refersToProfile() {
    return association.isPresent()
        && profile.isPresent()
        && association.get().profileId().equals(profile.get().id());
  }

  /**
   * Whether both ids have the form that AWS issues; others prove nothing. True where there are no
   * two ids.
   */
  boolean idsComparable() {
    return association.isEmpty()
        || profile.isEmpty()
        || (association.get().profileId().issuedByAws() && profile.get().id().issuedByAws());
  }

  /** Whether the metadata shows the profile that IAM has, and serves credentials from its role. */
  boolean metadataHealthy() {
    return metadata
        .filter(seen -> seen.credentials().isPresent())
        .flatMap(Metadata::info)
        .map(
            info ->
                info instanceof IamInfo.Associated shown
                    && profile.isPresent()
                    && shown.id().equals(profile.get().id()))
        .orElse(false);
  }
}
