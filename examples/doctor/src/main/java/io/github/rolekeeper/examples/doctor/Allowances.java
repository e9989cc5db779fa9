package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.RepairTarget;
import picocli.CommandLine.Option;

/** What a repair may do only if it is told so by name. */
final class Allowances {
  @Option(
      names = "--allow-stop-start",
      description =
          "The instance may be stopped and started if its metadata does not follow otherwise. Needs"
              + " the metadata; an instance of an Auto Scaling group needs --standby, too.")
  private boolean stopStart;

  @Option(
      names = "--standby",
      description =
          "Ask Auto Scaling whether an instance of a group is in standby, where it may be stopped"
              + " without being replaced. You put it there, and take it out again.")
  private boolean standby;

  @Option(
      names = "--allow-role-removal",
      description =
          "Another role, or the deleted one, may be taken out of the profile for the right one. Every"
              + " instance on the profile is without a role meanwhile.")
  private boolean roleRemoval;

  @Option(
      names = "--allow-trust-policy-change",
      description =
          "The role's trust policy may get a statement that lets EC2 assume it; plan shows the"
              + " change.")
  private boolean trustPolicyChange;

  @Option(
      names = "--allow-metadata-options-change",
      description = "The instance's metadata service may be switched on.")
  private boolean metadataOptionsChange;

  boolean standby() {
    return standby;
  }

  void applyTo(RepairTarget.Builder target) {
    if (stopStart) {
      target.allowStopStart();
    }
    if (roleRemoval) {
      target.allowRoleRemoval();
    }
    if (trustPolicyChange) {
      target.allowTrustPolicyChange();
    }
    if (metadataOptionsChange) {
      target.allowMetadataOptionsChange();
    }
  }
}
