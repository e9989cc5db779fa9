package io.github.rolekeeper.examples.doctor;

/** Which role a command about sessions means. */
final class RoleOfInstance {
  private RoleOfInstance() {}

  /** The named role, else the one that the instance's profile holds. */
  static String of(Connection open, TargetOptions target) {
    return target
        .role()
        .or(() -> open.ops().roleOf(target.instance()))
        .orElseThrow(
            () ->
                new CannotKnow(
                    "the profile of "
                        + target.instance()
                        + " holds no role now: pass --role with the name of the role"));
  }
}
