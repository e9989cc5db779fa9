package io.github.rolekeeper.iamops;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Revokes the sessions of a role, and lifts that. Each write goes out with one attempt; what it did
 * is found out by looking.
 */
final class SessionRevocations {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
  // IAM is eventually consistent; Terraform settled at two minutes.
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  // One look that shows no effect proves nothing: Terraform takes three.
  private static final int LOOKS_THAT_PROVE = 3;

  private final AwsReader reader;
  private final AwsWriter writer;
  private final InstantSource clock;
  private final Pauser pauser;

  SessionRevocations(AwsReader reader, AwsWriter writer, InstantSource clock, Pauser pauser) {
    this.reader = reader;
    this.writer = writer;
    this.clock = clock;
    this.pauser = pauser;
  }

  RevocationReport revoke(String role) {
    Instant before = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    boolean changed =
        settle(
            "PutRolePolicy",
            () -> revokedSince(role, before),
            () -> writer.putRevocation(role, RolePolicies.revoking(before)));
    return new RevocationReport(role, reader.revocation(role), changed);
  }

  RevocationReport lift(String role) {
    boolean changed =
        settle(
            "DeleteRolePolicy",
            () -> !reader.hasRevocation(role),
            () -> writer.deleteRevocation(role));
    return new RevocationReport(role, Optional.empty(), changed);
  }

  private boolean revokedSince(String role, Instant before) {
    return reader.revocation(role).filter(now -> !now.isBefore(before)).isPresent();
  }

  /** Calls until the effect shows; returns whether a call was needed. */
  private boolean settle(String operation, BooleanSupplier done, Runnable call) {
    Instant end = clock.instant().plus(PATIENCE);
    boolean called = false;
    boolean accepted = false;
    int looks = LOOKS_THAT_PROVE;
    @Nullable SdkException last = null;
    while (!done.getAsBoolean()) {
      if (clock.instant().isAfter(end)) {
        throw new InstanceProfileOpsException(
            InstanceProfileOpsException.Kind.NO_EFFECT,
            operation,
            "",
            operation + " had no effect within " + PATIENCE.toMinutes() + " minutes",
            last);
      }
      looks++;
      if (!accepted && looks > LOOKS_THAT_PROVE) {
        looks = 0;
        called = true;
        try {
          call.run();
          accepted = true;
          continue;
        } catch (SdkException e) {
          last = e;
          if (!AwsFailures.mayRepeat(e)) {
            throw AwsFailures.explained(operation, e);
          }
        }
      }
      pause(operation, last);
    }
    return called;
  }

  private void pause(String operation, @Nullable SdkException last) {
    try {
      pauser.pause(BETWEEN_LOOKS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InstanceProfileOpsException(
          InstanceProfileOpsException.Kind.INTERRUPTED,
          operation,
          "",
          operation + " was interrupted before its effect was seen; look again",
          last);
    }
  }
}
