package io.github.rolekeeper.core;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What lies between two polls in a row. */
record Change(CredentialSnapshot previous, CredentialSnapshot current) {

  /** In the order in which they are delivered, which is the order of the constants. */
  List<CredentialEvent> events() {
    return types().stream().map(type -> new CredentialEvent(type, previous, current)).toList();
  }

  boolean isNone() {
    return types().isEmpty() && previous.state() == current.state();
  }

  /** Whether a person should read of it: not the renewal that comes every few hours. */
  boolean remarkable() {
    Set<CredentialEventType> types = types();
    types.remove(CredentialEventType.RENEWED);
    return !types.isEmpty() || previous.state() != current.state();
  }

  private Set<CredentialEventType> types() {
    Set<CredentialEventType> types = EnumSet.noneOf(CredentialEventType.class);
    addClockEvents(types);
    addSourceEvents(types);
    addCredentialEvents(types);
    addStateEvents(types);
    addForecastEvents(types);
    return types;
  }

  private void addClockEvents(Set<CredentialEventType> types) {
    if (previous.clock().jumps() != current.clock().jumps()) {
      types.add(CredentialEventType.CLOCK_JUMPED);
    }
    addIfRaised(types, CredentialFlag.CLOCK_SUSPECT, CredentialEventType.CLOCK_SUSPECT);
    if (ended(CredentialFlag.CLOCK_SUSPECT)) {
      types.add(CredentialEventType.CLOCK_CLEARED);
    }
  }

  private void addIfRaised(
      Set<CredentialEventType> types, CredentialFlag flag, CredentialEventType type) {
    if (current.flags().contains(flag) && !previous.flags().contains(flag)) {
      types.add(type);
    }
  }

  private boolean ended(CredentialFlag flag) {
    return previous.flags().contains(flag) && !current.flags().contains(flag);
  }

  private void addSourceEvents(Set<CredentialEventType> types) {
    boolean before = previous.flags().contains(CredentialFlag.SOURCE_FAILING);
    boolean after = current.flags().contains(CredentialFlag.SOURCE_FAILING);
    if (before != after) {
      types.add(after ? CredentialEventType.SOURCE_FAILING : CredentialEventType.SOURCE_RECOVERED);
    }
  }

  private void addCredentialEvents(Set<CredentialEventType> types) {
    if (previous.generation() == 0) {
      if (current.generation() > 0) {
        types.add(CredentialEventType.OBTAINED);
      }
      return;
    }
    if (current.state().usable()) {
      if (previous.state().usable()) {
        if (lastsLonger()) {
          types.add(CredentialEventType.RENEWED);
        }
      } else {
        types.add(CredentialEventType.RECOVERED);
      }
    }
    Optional<String> role = role(previous);
    if (role.isPresent() && role(current).isPresent() && !role.equals(role(current))) {
      types.add(CredentialEventType.ROLE_CHANGED);
    }
  }

  private void addStateEvents(Set<CredentialEventType> types) {
    addIfRaised(types, CredentialFlag.SERVED_PAST_EXPIRY, CredentialEventType.SERVED_PAST_EXPIRY);
    addIfRaised(types, CredentialFlag.SUSPECTED_REVOKED, CredentialEventType.REVOCATION_SUSPECTED);
    CredentialState state = current.state();
    if (ended(CredentialFlag.SUSPECTED_REVOKED) && !state.lost()) {
      types.add(CredentialEventType.REVOCATION_CLEARED);
    }
    if (previous.state().usable() && state.lost() && expiration(current).isPresent()) {
      types.add(CredentialEventType.EXPIRED);
    }
    if (previous.state() == state) {
      return;
    }
    switch (state) {
      case EXPIRING -> types.add(CredentialEventType.EXPIRING);
      case RENEWAL_OVERDUE -> types.add(CredentialEventType.RENEWAL_OVERDUE);
      case EXPIRED -> types.add(CredentialEventType.EXPIRED);
      case MISSING -> types.add(CredentialEventType.LOST);
      case NOT_APPLICABLE -> types.add(CredentialEventType.NOT_APPLICABLE);
      case UNKNOWN, VALID -> {}
    }
  }

  private void addForecastEvents(Set<CredentialEventType> types) {
    Optional<LossReason> before = previous.forecast().map(LossForecast::reason);
    Optional<LossReason> after = current.forecast().map(LossForecast::reason);
    if (before.equals(after)) {
      if (surer()) {
        types.add(CredentialEventType.FORECAST_RAISED);
      }
      return;
    }
    // A forecast that ends because the credentials died came true; it is not withdrawn.
    if (before.isPresent() && !current.state().lost()) {
      types.add(CredentialEventType.FORECAST_WITHDRAWN);
    }
    if (after.isPresent()) {
      types.add(CredentialEventType.FORECAST_RAISED);
    }
  }

  /** The constants of confidence begin with the surest. */
  private boolean surer() {
    return current
        .forecast()
        .map(LossForecast::confidence)
        .filter(
            now ->
                previous.forecast().filter(was -> now.compareTo(was.confidence()) < 0).isPresent())
        .isPresent();
  }

  private boolean lastsLonger() {
    Optional<Instant> before = expiration(previous);
    Optional<Instant> after = expiration(current);
    if (before.isPresent() && after.isPresent()) {
      return after.get().isAfter(before.get());
    }
    return current.generation() > previous.generation();
  }

  private static Optional<Instant> expiration(CredentialSnapshot snapshot) {
    return snapshot.credentials().flatMap(CredentialMetadata::expiration);
  }

  private static Optional<String> role(CredentialSnapshot snapshot) {
    return snapshot.credentials().flatMap(CredentialMetadata::roleName);
  }
}
