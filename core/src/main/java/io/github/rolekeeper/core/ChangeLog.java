package io.github.rolekeeper.core;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.Set;

/** The log line of a change: text that operators read, so it is tested as behaviour. */
final class ChangeLog {
  private static final Set<CredentialFlag> ALARMING =
      Set.of(
          CredentialFlag.SOURCE_FAILING,
          CredentialFlag.CLOCK_SUSPECT,
          CredentialFlag.SUSPECTED_REVOKED);

  private ChangeLog() {}

  static Level level(Change change) {
    CredentialSnapshot now = change.current();
    if (newlyLost(change)) {
      return Level.ERROR;
    }
    if (now.flags().stream().anyMatch(ALARMING::contains)) {
      return Level.WARNING;
    }
    return switch (now.state()) {
      case EXPIRED, MISSING -> Level.WARNING;
      case RENEWAL_OVERDUE, UNKNOWN, VALID, EXPIRING, NOT_APPLICABLE ->
          now.forecast().filter(loss -> !byRhythmAlone(loss)).isPresent()
              ? Level.WARNING
              : Level.INFO;
    };
  }

  // A loss that nobody looked at may be none, and is one once a look confirms it.
  private static boolean newlyLost(Change change) {
    CredentialSnapshot before = change.previous();
    return lost(change.current()) && !(lost(before) && before.state() == change.current().state());
  }

  private static boolean lost(CredentialSnapshot seen) {
    return seen.state().lost() && !seen.flags().contains(CredentialFlag.NOT_LOOKED);
  }

  // Nobody promised the rhythm: an answer that only breaks it is no reason to wake anybody.
  private static boolean byRhythmAlone(LossForecast loss) {
    return loss.reason() == LossReason.RENEWAL_OVERDUE && loss.confidence() == Confidence.LOW;
  }

  static String line(Change change) {
    CredentialSnapshot now = change.current();
    StringBuilder line = new StringBuilder("credentials");
    now.credentials()
        .ifPresent(
            set -> {
              line.append(' ').append(set.maskedAccessKeyId());
              set.roleName().ifPresent(role -> line.append(" of role ").append(role));
            });
    line.append(": ").append(change.previous().state());
    if (change.previous().state() != now.state()) {
      line.append(" -> ").append(now.state());
    }
    now.notApplicable().ifPresent(reason -> line.append(" (").append(reason).append(')'));
    if (change.previous().clock().jumps() != now.clock().jumps()) {
      now.clock().lastJump().ifPresent(jump -> line.append(", clock jumped by ").append(jump.by()));
    }
    now.credentials()
        .filter(set -> now.state() != CredentialState.NOT_APPLICABLE) // nobody uses it
        .flatMap(CredentialMetadata::expiration)
        .ifPresent(expiration -> line.append(", expiration ").append(expiration));
    if (!now.flags().isEmpty()) {
      line.append(", ").append(now.flags());
    }
    if (now.flags().contains(CredentialFlag.SOURCE_FAILING)) {
      now.lastFailure().ifPresent(failure -> line.append(": ").append(failure.message()));
    }
    now.forecast().ifPresent(forecast -> append(line, forecast));
    now.cause()
        .ifPresent(
            why ->
                append(
                    line.append("; cause "),
                    why.reason(),
                    why.confidence(),
                    why.evidence(),
                    why.cure()));
    return line.toString();
  }

  private static void append(StringBuilder line, LossForecast forecast) {
    line.append("; loss foretold for ")
        .append(forecast.latest().isPresent() ? forecast.earliest() : "an unknown time")
        .append(", ");
    append(line, forecast.reason(), forecast.confidence(), forecast.evidence(), forecast.cure());
  }

  private static void append(
      StringBuilder line,
      LossReason reason,
      Confidence confidence,
      String evidence,
      Optional<String> cure) {
    line.append(reason).append(" (confidence ").append(confidence).append("): ").append(evidence);
    cure.ifPresent(text -> line.append(" Cure: ").append(text));
  }
}
