package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a repair, with the ids that it rests on. Immutable. Each kind is named exactly as its
 * API call and holds typed facts; its texts, parameters and permissions are read off these facts,
 * and so is what is checked before the call. Steps are equal if their facts are.
 *
 * <p>Kinds may be added in later versions, each with a constant of {@link RepairAction}.
 */
public sealed interface RepairStep {
  /**
   * Its place in the plan.
   *
   * @return from 1
   */
  int number();

  /**
   * The call, to switch on.
   *
   * @return the constant that is named as the call
   */
  RepairAction action();

  /**
   * The API's name of the call.
   *
   * @return such as {@code CreateInstanceProfile}
   */
  default String operation() {
    return action().operation();
  }

  /**
   * The parameters of the call.
   *
   * @return values by the API's names, in their order
   */
  Map<String, String> parameters();

  /**
   * What the caller must be allowed to do.
   *
   * @return actions as an IAM policy names them
   */
  default List<String> permissions() {
    return action().permissions();
  }

  /**
   * The reason for the call.
   *
   * @return a text for a person
   */
  String why();

  /**
   * What must be true before the call, with the ids that were seen.
   *
   * @return a text for a person
   */
  String precondition();

  /**
   * What is true after the call.
   *
   * @return a text for a person
   */
  String postcondition();

  /**
   * How to take the call back.
   *
   * @return a text for a person
   */
  String undo();

  /**
   * What the instance's users notice.
   *
   * @return a text for a person
   */
  String disruption();

  /**
   * The call in one line.
   *
   * @return operation and parameters
   */
  default String describe() {
    return operation() + " " + parameters();
  }

  /** Makes the instance profile. */
  sealed interface CreateInstanceProfile extends RepairStep permits Steps.Create {
    /**
     * The name of the profile.
     *
     * @return the name
     */
    String instanceProfileName();

    /**
     * The path of the profile.
     *
     * @return {@code /} or such as {@code /team/}
     */
    String path();

    /**
     * The tags of the profile.
     *
     * @return values by keys, in the order of the keys
     */
    Map<String, String> tags();
  }

  /** Puts the role into the profile. */
  sealed interface AddRoleToInstanceProfile extends RepairStep permits Steps.AddRole {
    /**
     * The name of the profile.
     *
     * @return the name
     */
    String instanceProfileName();

    /**
     * The name of the role.
     *
     * @return the name
     */
    String roleName();

    /**
     * The id that the profile must have.
     *
     * @return the id; empty if a step before makes the profile
     */
    Optional<InstanceProfileId> instanceProfileId();

    /**
     * The id that the role must have.
     *
     * @return the id; empty if IAM did not show the role while the plan was made
     */
    Optional<String> roleId();

    /**
     * The id of the role that the step before takes out of the profile.
     *
     * @return the id; empty if there is no such step
     */
    Optional<String> replacedRoleId();
  }

  /** Takes a role out of the profile: every instance on it is without one until the next step. */
  sealed interface RemoveRoleFromInstanceProfile extends RepairStep permits Steps.RemoveRole {
    /**
     * The name of the profile.
     *
     * @return the name
     */
    String instanceProfileName();

    /**
     * The name of the role that is taken out.
     *
     * @return the name
     */
    String roleName();

    /**
     * The id that the profile must have.
     *
     * @return the id
     */
    InstanceProfileId instanceProfileId();

    /**
     * The id that the role in the profile must have.
     *
     * @return the id
     */
    String roleId();

    /**
     * The name of the role that the next step puts in.
     *
     * @return the name; the same as {@link #roleName()} if that role was created again
     */
    String nextRoleName();
  }

  /** Lets EC2 assume the role. */
  sealed interface UpdateAssumeRolePolicy extends RepairStep permits Steps.UpdateTrust {
    /**
     * The name of the role.
     *
     * @return the name
     */
    String roleName();

    /**
     * The id that the role must have.
     *
     * @return the id
     */
    String roleId();

    /**
     * The trust policy that the role gets.
     *
     * @return a JSON document
     */
    String policyDocument();

    /**
     * The trust policy that the role must have before.
     *
     * @return a JSON document
     */
    String replacedPolicyDocument();
  }

  /** Switches the instance's metadata service on. */
  sealed interface ModifyInstanceMetadataOptions extends RepairStep permits Steps.SwitchMetadataOn {
    /**
     * The instance.
     *
     * @return its id
     */
    InstanceId instance();
  }

  /** Makes a running instance refer to the profile, without a moment in which it has none. */
  sealed interface ReplaceIamInstanceProfileAssociation extends RepairStep permits Steps.Replace {
    /**
     * The association that is replaced.
     *
     * @return its id
     */
    String associationId();

    /**
     * The profile that this association refers to.
     *
     * @return its id
     */
    InstanceProfileId associatedProfileId();

    /**
     * The name of the profile that this association refers to, by which a person undoes the step.
     *
     * @return the name; empty if IAM has no profile of that id any more
     */
    Optional<String> associatedProfileName();

    /**
     * The name of the profile that the instance gets.
     *
     * @return the name
     */
    String instanceProfileName();

    /**
     * The id that this profile must have.
     *
     * @return the id; empty if a step before makes the profile
     */
    Optional<InstanceProfileId> instanceProfileId();

    /**
     * The id that the role in this profile must have.
     *
     * @return the id; empty if IAM did not show the role while the plan was made
     */
    Optional<String> roleId();
  }

  /**
   * Takes the old profile off a stopped instance, whose association cannot be replaced. The next
   * step gives it the new one.
   */
  sealed interface DisassociateIamInstanceProfile extends RepairStep permits Steps.Disassociate {
    /**
     * The association that ends.
     *
     * @return its id
     */
    String associationId();

    /**
     * The profile that this association refers to.
     *
     * @return its id
     */
    InstanceProfileId associatedProfileId();

    /**
     * The name of the profile that this association refers to, by which a person undoes the step.
     *
     * @return the name; empty if IAM has no profile of that id any more
     */
    Optional<String> associatedProfileName();

    /**
     * The name of the profile that the next step gives to the instance.
     *
     * @return the name
     */
    String nextInstanceProfileName();

    /**
     * The id that the next profile must have.
     *
     * @return the id; empty if a step before makes the profile
     */
    Optional<InstanceProfileId> instanceProfileId();

    /**
     * The id that the role in the next profile must have.
     *
     * @return the id; empty if IAM did not show the role while the plan was made
     */
    Optional<String> roleId();
  }

  /** Gives the profile to an instance that has none. */
  sealed interface AssociateIamInstanceProfile extends RepairStep permits Steps.Associate {
    /**
     * The instance.
     *
     * @return its id
     */
    InstanceId instance();

    /**
     * The name of the profile that the instance gets.
     *
     * @return the name
     */
    String instanceProfileName();

    /**
     * The id that the profile must have.
     *
     * @return the id; empty if a step before makes the profile
     */
    Optional<InstanceProfileId> instanceProfileId();

    /**
     * The id that the role in the profile must have.
     *
     * @return the id; empty if IAM did not show the role while the plan was made
     */
    Optional<String> roleId();
  }

  /** Stops the instance, so that starting it renews its metadata. */
  sealed interface StopInstances extends RepairStep permits Steps.Stop {
    /**
     * The instance.
     *
     * @return its id
     */
    InstanceId instance();
  }

  /** Starts the instance that a repair has stopped. */
  sealed interface StartInstances extends RepairStep permits Steps.Start {
    /**
     * The instance.
     *
     * @return its id
     */
    InstanceId instance();
  }
}
