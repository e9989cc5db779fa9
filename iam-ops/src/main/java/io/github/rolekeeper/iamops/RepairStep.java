package io.github.rolekeeper.iamops;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One call of a repair. Immutable.
 *
 * @param number its place in the plan, from 1
 * @param action the call
 * @param parameters what it is called with, by the API's names, in their order
 * @param observed what must still be so for the call to be right, by the API's names: ids, or the
 *     document that it replaces; empty where the parameters tell enough
 * @param why the reason
 * @param precondition what must be true before, with the ids that were seen
 * @param postcondition what is true afterwards
 * @param undo how to take it back
 * @param disruption what the instance's users notice
 */
public record RepairStep(
    int number,
    RepairAction action,
    Map<String, String> parameters,
    Map<String, String> observed,
    String why,
    String precondition,
    String postcondition,
    String undo,
    String disruption) {
  /** The id of a profile. */
  static final String PROFILE_ID = "InstanceProfileId";

  /** The id of the role that a call is about. */
  static final String ROLE_ID = "RoleId";

  /** The id of the role that the call before has taken out of the profile. */
  static final String ROLE_BEFORE = "RoleIdBefore";

  /** The trust policy that a call replaces. */
  static final String TRUST = "AssumeRolePolicyDocument";

  /**
   * Keeps copies of the parameters and of what was observed.
   *
   * @param number see above
   * @param action see above
   * @param parameters see above
   * @param observed see above
   * @param why see above
   * @param precondition see above
   * @param postcondition see above
   * @param undo see above
   * @param disruption see above
   */
  public RepairStep {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    observed = Collections.unmodifiableMap(new LinkedHashMap<>(observed));
  }

  /**
   * The API's name.
   *
   * @return such as {@code CreateInstanceProfile}
   */
  public String operation() {
    return action.operation();
  }

  /**
   * The call in one line.
   *
   * @return operation and parameters
   */
  public String describe() {
    return operation() + " " + parameters;
  }

  /** What the caller must be allowed to do. */
  List<String> permissions() {
    return action == RepairAction.CREATE_INSTANCE_PROFILE && !ProfileTags.of(this).isEmpty()
        ? List.of("iam:CreateInstanceProfile", "iam:TagInstanceProfile")
        : action.permissions();
  }

  RepairStep with(String name, String value) {
    var changed = new LinkedHashMap<String, String>(parameters);
    changed.put(name, value);
    return new RepairStep(
        number, action, changed, observed, why, precondition, postcondition, undo, disruption);
  }

  /** Whether it gives back what a call before has taken from the instance, or from its profile. */
  boolean gives() {
    return action.gives() || observed.containsKey(ROLE_BEFORE);
  }

  String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalStateException(operation() + " has no parameter " + name);
    }
    return value;
  }

  String seen(String name) {
    String value = observed.get(name);
    if (value == null) {
      throw new IllegalStateException(operation() + " has not observed " + name);
    }
    return value;
  }
}
