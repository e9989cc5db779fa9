package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.Optional;

/**
 * What became of a revocation. Immutable.
 *
 * @param role the name of the role
 * @param revokedBefore sessions issued before this instant are denied everything; empty if none are
 * @param changed whether a call changed that; false if it was so already
 */
public record RevocationReport(String role, Optional<Instant> revokedBefore, boolean changed) {
  /**
   * The report as JSON, for a program to read; the members are described in the README of this
   * module.
   *
   * @return a document of which later versions rename and remove no member
   */
  public String toJson() {
    return ReportJson.write(this);
  }

  /**
   * The report in one line.
   *
   * @return a sentence
   */
  public String describe() {
    String state =
        revokedBefore
            .map(before -> "Sessions of role %s issued before " + before + " are denied everything")
            .orElse("No session of role %s is revoked");
    return String.format(state, role) + (changed ? "." : ", as before; nothing was written.");
  }
}
