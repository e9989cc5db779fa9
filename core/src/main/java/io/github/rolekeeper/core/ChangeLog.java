package io.github.rolekeeper.core;

import java.lang.System.Logger.Level;
import java.util.Set;

/** The log line of a change: text that operators read, so it is tested as behaviour. */
final class ChangeLog {
  private ChangeLog() {}

  static Level level(Change change) {
    CredentialSnapshot now = change.current();
    Set<CredentialFlag> flags = now.flags();
    return switch (now.state()) {
      case EXPIRED, MISSING, RENEWAL_OVERDUE -> Level.WARNING;
      case UNKNOWN, VALID, EXPIRING, NOT_APPLICABLE ->
          now.forecast().isPresent() || flags.contains(CredentialFlag.SOURCE_FAILING)
              ? Level.WARNING
              : Level.INFO;
    };
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
    now.credentials()
        .flatMap(CredentialMetadata::expiration)
        .ifPresent(expiration -> line.append(", expiration ").append(expiration));
    if (!now.flags().isEmpty()) {
      line.append(", ").append(now.flags());
    }
    if (now.flags().contains(CredentialFlag.SOURCE_FAILING)) {
      now.lastFailure().ifPresent(failure -> line.append(": ").append(failure.message()));
    }
    now.forecast().ifPresent(forecast -> append(line, forecast));
    return line.toString();
  }

  private static void append(StringBuilder line, LossForecast forecast) {
    line.append("; loss foretold for ")
        .append(forecast.earliest())
        .append(", ")
        .append(forecast.reason())
        .append(" (confidence ")
        .append(forecast.confidence())
        .append("): ")
        .append(forecast.evidence());
    forecast.cure().ifPresent(cure -> line.append(" Cure: ").append(cure));
  }
}
