package io.github.rolekeeper.iamops;

import java.util.List;

/**
 * What was found out about a role and the instance profiles that hold it. Immutable.
 *
 * @param role the name that was asked for
 * @param exists whether IAM has a role of that name
 * @param profiles the profiles that hold it; and the one of the role's own name, as the console
 *     makes it, if it is empty, or missing while instances refer to it
 * @param unknowns what could not be looked at, and what would settle it; empty if nothing
 */
public record RoleDiagnosis(
    String role, boolean exists, List<ProfileDiagnosis> profiles, List<Unknown> unknowns) {

  /**
   * Keeps copies of the lists.
   *
   * @param role see above
   * @param exists see above
   * @param profiles see above
   * @param unknowns see above
   */
  public RoleDiagnosis {
    profiles = List.copyOf(profiles);
    unknowns = List.copyOf(unknowns);
  }

  /**
   * Whether the role exists and all that was found to use it is healthy.
   *
   * @return true also if no profile holds it
   */
  public boolean healthy() {
    return exists && profiles.stream().allMatch(ProfileDiagnosis::healthy);
  }

  /**
   * The diagnosis as a person reads it.
   *
   * @return several lines
   */
  public String describe() {
    var text = new StringBuilder("Role " + role);
    text.append(exists ? " exists; " : " does not exist in IAM; ");
    text.append(profiles.size()).append(" instance profiles concern it\n");
    profiles.forEach(each -> text.append(each.describe().indent(2)));
    unknowns.forEach(each -> text.append("  unknown: ").append(each.describe()).append("\n"));
    return text.toString();
  }
}
