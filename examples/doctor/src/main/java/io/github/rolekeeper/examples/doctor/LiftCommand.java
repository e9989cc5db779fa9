package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.InstanceProfileOps;
import io.github.rolekeeper.iamops.LiftAcknowledgement;
import io.github.rolekeeper.iamops.RevocationReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "lift",
    sortOptions = false,
    description =
        "Lifts a revocation: deletes the policy AWSRevokeOlderSessions. Seldom right: new sessions"
            + " are not affected by it, and stolen old ones work again without it.")
final class LiftCommand extends SessionsCommand {
  @Option(
      names = "--old-sessions-work-again",
      required = true,
      description =
          "Needed: you know that every session issued before the revocation works again until it"
              + " expires, in whoever's hands it is.")
  @SuppressWarnings("unused") // picocli refuses to run without it
  private boolean acknowledged;

  LiftCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  String question(String role) {
    return "Make the revoked sessions of role " + role + " work again?";
  }

  @Override
  RevocationReport change(InstanceProfileOps ops, String role) {
    return ops.liftRevocation(role, LiftAcknowledgement.OLD_SESSIONS_WORK_AGAIN);
  }
}
