package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.Optional;

/**
 * When the instance's credentials end.
 *
 * @param earliest not before this instant; empty if they may have ended already
 * @param latest not after this instant; the same as {@code earliest} where the metadata told the
 *     expiration
 */
public record LossWindow(Optional<Instant> earliest, Instant latest) {
  static LossWindow at(Instant end) {
    return new LossWindow(Optional.of(end), end);
  }

  @Override
  public String toString() {
    if (earliest.isEmpty()) {
      return "by " + latest + " at the latest; may be broken already";
    }
    return earliest.get().equals(latest)
        ? "at " + latest
        : "between " + earliest.get() + " and " + latest;
  }
}
