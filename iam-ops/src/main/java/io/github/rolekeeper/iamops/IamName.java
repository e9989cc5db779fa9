package io.github.rolekeeper.iamops;

import java.util.regex.Pattern;

/** The names that IAM accepts: what is none is refused before anything is asked. */
enum IamName {
  /** Of an instance profile. */
  INSTANCE_PROFILE("an instance profile", 128),
  /** Of a role. */
  ROLE("a role", 64);

  private final String what;
  private final int longest;

  @SuppressWarnings("ImmutableEnumChecker") // patterns are immutable
  private final Pattern form;

  IamName(String what, int longest) {
    this.what = what;
    this.longest = longest;
    form = Pattern.compile("[\\w+=,.@-]{1," + longest + "}");
  }

  /**
   * Whether two names are of the same thing: within an account they are unique whatever their case
   * (IAM User Guide, IAM identifiers).
   */
  static boolean same(String one, String other) {
    return one.equalsIgnoreCase(other);
  }

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException if it is none that IAM accepts
   */
  String checked(String name) {
    if (!form.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is no name of "
              + what
              + ": IAM allows 1 to "
              + longest
              + " letters, digits and _+=,.@- ; pass the name, not the ARN");
    }
    return name;
  }
}
