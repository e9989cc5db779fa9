package io.github.rolekeeper.imds;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialMetadata;
import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.core.LossSignal;
import java.util.Optional;

/** What the two IAM documents together say of the future: a pure function of both. */
final class LossSignals {
  private LossSignals() {}

  static CredentialObservation observation(IamInfo info, RoleCredentials credentials) {
    Optional<CredentialMetadata> served =
        credentials instanceof RoleCredentials.Available available
            ? Optional.of(available.metadata())
            : Optional.empty();
    // iam/info comes first: it names the cause, while the credentials show what follows from it.
    return new CredentialObservation(served, of(info).or(() -> of(credentials)));
  }

  private static Optional<LossSignal> of(IamInfo info) {
    if (info instanceof IamInfo.Failed failed) {
      boolean gone = failed.code().equals(Cures.INSTANCE_PROFILE_NOT_FOUND);
      return Optional.of(
          new LossSignal(
              gone ? LossReason.PROFILE_NOT_FOUND : LossReason.PROFILE_ERROR,
              gone ? Confidence.HIGH : Confidence.MEDIUM,
              IamInfoDocument.PATH + " says " + failed.describe(),
              failed.cure()));
    }
    if (info instanceof IamInfo.WithoutRole without) {
      return Optional.of(
          new LossSignal(
              LossReason.PROFILE_WITHOUT_ROLE,
              Confidence.MEDIUM, // a text alone, and seen for a while after an association
              IamInfoDocument.PATH + " says " + without.describe(),
              without.cure()));
    }
    // NotAssociated beside served credentials is not taken for a sign: look-alikes serve no
    // iam/info. Once the credentials go too, the tracker sees that by itself.
    return Optional.empty();
  }

  private static Optional<LossSignal> of(RoleCredentials credentials) {
    if (!(credentials instanceof RoleCredentials.Refused refused)) {
      return Optional.empty();
    }
    boolean untrusted = refused.code().equals(Cures.ASSUME_ROLE_UNAUTHORIZED);
    return Optional.of(
        new LossSignal(
            untrusted ? LossReason.ROLE_NOT_ASSUMABLE : LossReason.PROFILE_ERROR,
            untrusted ? Confidence.HIGH : Confidence.MEDIUM,
            // Which of the two trees it stood in is not known here.
            "the credentials document of " + refused.roleName() + " says " + refused.describe(),
            refused.cure()));
  }
}
