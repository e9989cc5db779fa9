package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was found out about an instance profile and all that refers to it. Immutable.
 *
 * @param profile the name that was asked for
 * @param at when it was looked at
 * @param condition what IAM has under that name
 * @param role the role that it holds; empty if none
 * @param instances one diagnosis for each instance of the client's Region that refers to the name
 *     and has not ended; empty if none does
 */
public record ProfileDiagnosis(
    String profile,
    Instant at,
    ProfileCondition condition,
    Optional<String> role,
    List<InstanceDiagnosis> instances) {

  /**
   * Keeps a copy of the list.
   *
   * @param profile see above
   * @param at see above
   * @param condition see above
   * @param role see above
   * @param instances see above
   */
  public ProfileDiagnosis {
    instances = List.copyOf(instances);
  }

  /**
   * Whether the profile holds a role and every instance on it is healthy.
   *
   * @return false also for a profile that is missing or empty and that nobody uses
   */
  public boolean healthy() {
    return condition == ProfileCondition.HOLDS_ROLE
        && instances.stream().allMatch(InstanceDiagnosis::healthy);
  }

  /**
   * The diagnosis as a person reads it.
   *
   * @return several lines
   */
  public String describe() {
    var text = new StringBuilder("Instance profile " + profile + " at " + at + "\n  ");
    text.append(
        switch (condition) {
          case HOLDS_ROLE -> "holds role " + role.orElse("");
          case WITHOUT_ROLE -> "holds no role, so it gives no credentials";
          case MISSING -> "does not exist in IAM";
        });
    long broken = instances.stream().filter(each -> !each.healthy()).count();
    text.append("; ").append(instances.size()).append(" instances in this Region refer to it, ");
    text.append(broken).append(" of them not known to be healthy\n");
    instances.forEach(each -> text.append(each.describe().indent(2)));
    return text.toString();
  }
}
