package io.github.rolekeeper.iamops;

/**
 * Where a test gives no metadata, or the instance is stopped, a repair cannot be seen to succeed.
 */
final class Repaired {
  private Repaired() {}

  /** Whether the instance is repaired, as far as the AWS APIs show. */
  static boolean by(RepairReport report) {
    return report.succeeded() || report.verdict() == RepairVerdict.REPAIRED_UNVERIFIED;
  }
}
