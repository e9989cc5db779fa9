package io.github.rolekeeper.iamops;

import java.time.Instant;

/**
 * When the instance's credentials end.
 *
 * @param earliest not before this instant
 * @param latest not after this instant; the same as {@code earliest} where the metadata told the
 *     expiration
 */
public record LossWindow(Instant earliest, Instant latest) {
  @Override
  public String toString() {
    return earliest.equals(latest) ? "at " + latest : "between " + earliest + " and " + latest;
  }
}
