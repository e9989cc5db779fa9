package io.github.rolekeeper.core;

import java.time.Duration;
import java.util.Optional;

/**
 * How long before their expiration credentials count as {@link CredentialState#EXPIRING} and as
 * {@link CredentialState#RENEWAL_OVERDUE}.
 *
 * @param fixedAdvisory the advisory window; empty to scale it to the lifetime of each set: 5 min
 *     for up to 20 min, 15 min for less than 90 min, else 60 min
 * @param overdue the window in which new credentials should already be there; 5 min by default
 */
public record ExpiryWindows(Optional<Duration> fixedAdvisory, Duration overdue) {
  // The EC2 guide: new credentials are available at least five minutes before the old ones expire.
  private static final Duration PROMISE = Duration.ofMinutes(5);

  private static final ExpiryWindows SCALED = new ExpiryWindows(Optional.empty(), PROMISE);

  /**
   * Checks the windows.
   *
   * @param fixedAdvisory as above
   * @param overdue as above
   * @throws IllegalArgumentException if a window is not positive, or the overdue window is longer
   *     than a fixed advisory window
   */
  public ExpiryWindows {
    fixedAdvisory.ifPresent(advisory -> requirePositive("advisory", advisory));
    requirePositive("overdue", overdue);
    if (fixedAdvisory.isPresent() && overdue.compareTo(fixedAdvisory.get()) > 0) {
      throw new IllegalArgumentException(
          "the overdue window "
              + overdue
              + " is longer than the advisory window "
              + fixedAdvisory.get()
              + "; it lies inside it, so give at most as much");
    }
  }

  /**
   * The default: the advisory window scaled to the lifetime, 5 min overdue.
   *
   * @return the windows
   */
  public static ExpiryWindows scaledToLifetime() {
    return SCALED;
  }

  /**
   * The same windows for every lifetime.
   *
   * @param advisory how long before the expiration they count as expiring
   * @param overdue how long before the expiration they count as overdue; at most {@code advisory}
   * @return the windows
   * @throws IllegalArgumentException if a window is not positive or {@code overdue} is too long
   */
  public static ExpiryWindows fixed(Duration advisory, Duration overdue) {
    return new ExpiryWindows(Optional.of(advisory), overdue);
  }

  /**
   * The advisory window for credentials of some lifetime.
   *
   * @param lifetime from issue to expiration
   * @return how long before the expiration they count as expiring
   */
  public Duration advisoryFor(Duration lifetime) {
    return fixedAdvisory.orElseGet(() -> scaled(lifetime));
  }

  /**
   * The overdue window for credentials of some lifetime.
   *
   * @param lifetime from issue to expiration
   * @return how long before the expiration they count as overdue; never more than the advisory
   *     window
   */
  public Duration overdueFor(Duration lifetime) {
    Duration advisory = advisoryFor(lifetime);
    return overdue.compareTo(advisory) < 0 ? overdue : advisory;
  }

  // The rule that AWS is bringing to all its SDKs in 2026 for the advisory refresh window.
  private static Duration scaled(Duration lifetime) {
    if (lifetime.compareTo(Duration.ofMinutes(20)) <= 0) {
      return Duration.ofMinutes(5);
    }
    return lifetime.compareTo(Duration.ofMinutes(90)) < 0
        ? Duration.ofMinutes(15)
        : Duration.ofMinutes(60);
  }

  private static void requirePositive(String name, Duration window) {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException(
          "the " + name + " window is " + window + "; a positive duration is expected");
    }
  }
}
