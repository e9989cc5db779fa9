package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.Objects;
import java.util.Optional;

/**
 * What an instance shall have, and what may be done to get there. Immutable.
 *
 * @param instance the instance to repair
 * @param instanceProfile the name of the profile that it shall be associated with; empty for the
 *     one that it refers to already
 * @param role the name of the role that the profile shall hold; empty for the one that it holds.
 *     Needed where the profile is gone or empty, because nothing else tells it for sure
 * @param stopStartAllowed whether the instance may be stopped and started if its metadata does not
 *     follow otherwise
 * @param roleRemovalAllowed whether a role may be taken out of the profile for another to come in,
 *     although every instance on the profile is without one between the two calls
 * @param trustPolicyChangeAllowed whether the trust policy of the role may get a statement by which
 *     EC2 may assume it
 * @param metadataOptionsChangeAllowed whether the instance's metadata service may be switched on
 * @param forSameCallerOnly whether a plan may be carried out only by the principal that made it
 */
public record RepairTarget(
    InstanceId instance,
    Optional<String> instanceProfile,
    Optional<String> role,
    boolean stopStartAllowed,
    boolean roleRemovalAllowed,
    boolean trustPolicyChangeAllowed,
    boolean metadataOptionsChangeAllowed,
    boolean forSameCallerOnly) {
  /**
   * Checks the names.
   *
   * @param instance see above
   * @param instanceProfile see above
   * @param role see above
   * @param stopStartAllowed see above
   * @param roleRemovalAllowed see above
   * @param trustPolicyChangeAllowed see above
   * @param metadataOptionsChangeAllowed see above
   * @param forSameCallerOnly see above
   * @throws IllegalArgumentException if a name is none that IAM accepts
   */
  public RepairTarget {
    Objects.requireNonNull(instance, "instance");
    instanceProfile.ifPresent(IamName.INSTANCE_PROFILE::checked);
    role.ifPresent(IamName.ROLE::checked);
  }

  RepairTarget withInstanceProfile(String name) {
    return new RepairTarget(
        instance,
        Optional.of(name),
        role,
        stopStartAllowed,
        roleRemovalAllowed,
        trustPolicyChangeAllowed,
        metadataOptionsChangeAllowed,
        forSameCallerOnly);
  }

  /**
   * Begins a target.
   *
   * @param instance the instance to repair
   * @return a builder
   */
  public static Builder forInstance(InstanceId instance) {
    return new Builder(instance);
  }

  /** Builds a {@link RepairTarget}. Not thread-safe. */
  public static final class Builder {
    private final InstanceId instance;
    private Optional<String> instanceProfile = Optional.empty();
    private Optional<String> role = Optional.empty();
    private boolean stopStartAllowed;
    private boolean roleRemovalAllowed;
    private boolean trustPolicyChangeAllowed;
    private boolean metadataOptionsChangeAllowed;
    private boolean forSameCallerOnly;

    private Builder(InstanceId instance) {
      this.instance = instance;
    }

    /**
     * The profile that the instance shall be associated with.
     *
     * @param name its name; by default the one that the instance refers to
     * @return this builder
     */
    public Builder instanceProfile(String name) {
      instanceProfile = Optional.of(name);
      return this;
    }

    /**
     * The role that the profile shall hold.
     *
     * @param name its name; by default the one that it holds
     * @return this builder
     */
    public Builder role(String name) {
      role = Optional.of(name);
      return this;
    }

    /**
     * Permits to stop and start the instance if its metadata does not follow otherwise.
     *
     * @return this builder
     */
    public Builder allowStopStart() {
      stopStartAllowed = true;
      return this;
    }

    /**
     * Permits to take a role out of the profile that shall not be in it, and to put the right one
     * in: one of another name, or the same name's role that was created again. Every instance on
     * the profile, not only this one, is without a role between the two calls, and has the new one
     * afterwards. To leave the others alone, pass {@link #instanceProfile(String)} with the name of
     * a new profile instead.
     *
     * @return this builder
     */
    public Builder allowRoleRemoval() {
      roleRemovalAllowed = true;
      return this;
    }

    /**
     * Permits to add a statement to the trust policy of the role, by which EC2 may assume it. The
     * plan shows the change; what else is in the policy stays.
     *
     * @return this builder
     */
    public Builder allowTrustPolicyChange() {
      trustPolicyChangeAllowed = true;
      return this;
    }

    /**
     * Permits to switch the instance's metadata service on, which somebody may have switched off on
     * purpose. Its other options stay.
     *
     * @return this builder
     */
    public Builder allowMetadataOptionsChange() {
      metadataOptionsChangeAllowed = true;
      return this;
    }

    /**
     * Has the plan refused by everybody but the principal that makes it. By default another caller
     * is only pointed out to the {@link RepairListener}.
     *
     * @return this builder
     */
    public Builder sameCallerOnly() {
      forSameCallerOnly = true;
      return this;
    }

    /**
     * Ends the target.
     *
     * @return the target
     * @throws IllegalArgumentException if a name is none that IAM accepts
     */
    public RepairTarget build() {
      return new RepairTarget(
          instance,
          instanceProfile,
          role,
          stopStartAllowed,
          roleRemovalAllowed,
          trustPolicyChangeAllowed,
          metadataOptionsChangeAllowed,
          forSameCallerOnly);
    }
  }
}
