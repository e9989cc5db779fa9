package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

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
 */
public record RepairTarget(
    InstanceId instance,
    Optional<String> instanceProfile,
    Optional<String> role,
    boolean stopStartAllowed) {
  // The characters of IAM's names; 128 of them for a profile, 64 for a role.
  private static final Pattern PROFILE = Pattern.compile("[\\w+=,.@-]{1,128}");
  private static final Pattern ROLE = Pattern.compile("[\\w+=,.@-]{1,64}");

  /**
   * Checks the names.
   *
   * @param instance see above
   * @param instanceProfile see above
   * @param role see above
   * @param stopStartAllowed see above
   * @throws IllegalArgumentException if a name is none that IAM accepts
   */
  public RepairTarget {
    Objects.requireNonNull(instance, "instance");
    instanceProfile.ifPresent(name -> check("instance profile", name, PROFILE, 128));
    role.ifPresent(name -> check("role", name, ROLE, 64));
  }

  private static void check(String what, String name, Pattern form, int length) {
    if (!form.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is no name of a "
              + what
              + ": IAM allows 1 to "
              + length
              + " letters, digits and _+=,.@- ; pass the name, not the ARN");
    }
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
     * Ends the target.
     *
     * @return the target
     * @throws IllegalArgumentException if a name is none that IAM accepts
     */
    public RepairTarget build() {
      return new RepairTarget(instance, instanceProfile, role, stopStartAllowed);
    }
  }
}
