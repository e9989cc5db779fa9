package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.InstanceProfileOps;
import io.github.rolekeeper.iamops.RevocationReport;
import picocli.CommandLine.Mixin;

/** What the commands about the sessions of a role have in common. */
abstract class SessionsCommand extends InstanceCommand {
  @Mixin private Consent consent = new Consent();

  SessionsCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  Needs needs() {
    return Needs.CALLER;
  }

  @Override
  void check() {
    consent.check(surroundings.terminal());
  }

  @Override
  int run(Connection open) {
    String role = RoleOfInstance.of(open, target);
    if (!consent.to(question(role), surroundings.terminal())) {
      tell("Nothing was done.");
      return Exit.FINDINGS;
    }
    RevocationReport report = change(open.ops(), role);
    print(report.describe(), report.toJson());
    return Exit.HEALTHY;
  }

  /** What the person is asked before anything is written. */
  abstract String question(String role);

  abstract RevocationReport change(InstanceProfileOps ops, String role);
}
