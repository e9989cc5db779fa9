package io.github.rolekeeper.iamops;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One call of a repair. Immutable.
 *
 * @param number its place in the plan, from 1
 * @param action the call
 * @param parameters what it is called with, by the API's names, in their order
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
    String why,
    String precondition,
    String postcondition,
    String undo,
    String disruption) {

  /**
   * Keeps a copy of the parameters.
   *
   * @param number see above
   * @param action see above
   * @param parameters see above
   * @param why see above
   * @param precondition see above
   * @param postcondition see above
   * @param undo see above
   * @param disruption see above
   */
  public RepairStep {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
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

  String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalStateException(operation() + " has no parameter " + name);
    }
    return value;
  }
}
