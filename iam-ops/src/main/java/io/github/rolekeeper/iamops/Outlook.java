package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.CredentialMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What becomes of the credentials that an instance still has, if it gets no others. Pure.
 *
 * @param loss when they end; empty if there are none, or nothing tells
 * @param inWords as the sentence that follows a finding
 */
record Outlook(Severity severity, Optional<LossWindow> loss, String inWords) {
  // The longest session of EC2 in documents that people posted in public lives for 6:35:04; AWS
  // documents none. Without the metadata nothing narrower can be said.
  static final Duration LONGEST_SESSION = Duration.ofHours(6).plusMinutes(36);

  static Outlook of(InstanceView view) {
    if (view.stopped()) {
      return new Outlook(
          Severity.BROKEN_NOW,
          Optional.empty(),
          "The instance is stopped, so it has no credentials to lose; it will have no role when it"
              + " is started.");
    }
    if (!view.metadata().kind().answered()) {
      // How old the session is only the metadata tells, so it may have ended long ago.
      return new Outlook(
          Severity.BROKEN_OR_WILL_BREAK,
          Optional.of(new LossWindow(Optional.empty(), view.at().plus(LONGEST_SESSION))),
          "Credentials that were issued before work until they expire, which may have happened"
              + " already; no new ones will come.");
    }
    Optional<CredentialMetadata> working = view.workingSession();
    if (working.isEmpty()) {
      return new Outlook(
          Severity.BROKEN_NOW,
          Optional.empty(),
          "The metadata serves no credentials that still work, and no new ones will come.");
    }
    Optional<Instant> end = working.flatMap(CredentialMetadata::expiration);
    return new Outlook(
        Severity.WILL_BREAK,
        end.map(LossWindow::at),
        "Credentials that were issued before go on working until they expire"
            + (end.isPresent() ? "" : ", which the metadata does not date")
            + "; no new ones will come.");
  }
}
