package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.InstanceProfileOps;
import io.github.rolekeeper.iamops.RevocationReport;
import picocli.CommandLine.Command;

@Command(
    name = "revoke",
    sortOptions = false,
    description =
        "Denies everything to all sessions of the role that were issued until now, on every"
            + " instance: puts the policy AWSRevokeOlderSessions.")
final class RevokeCommand extends SessionsCommand {
  RevokeCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  String question(String role) {
    return "Deny everything to all sessions of role " + role + " issued until now?";
  }

  @Override
  RevocationReport change(InstanceProfileOps ops, String role) {
    return ops.revokeSessions(role);
  }
}
