package io.github.rolekeeper.core;

import java.time.Duration;
import java.util.Optional;

/**
 * How long before their expiration credentials count as {@link CredentialState#EXPIRING} and as
 * {@link CredentialState#RENEWAL_OVERDUE}.
 *
 * @param fixedAdvisory the advisory window; empty to scale it to the lifetime of each set: 5 min
 *     for up to 20 min, 15 min for less than 90 min, else 60 min
 * @param fixedOverdue the window in which new credentials should already be there; empty for 5 min
 *     (an eighth of a lifetime of up to 20 min, see {@link #overdueFor}) where the source tells
 *     when they were issued, as EC2's metadata service does, and for 1 min elsewhere
 */
public record ExpiryWindows(Optional<Duration> fixedAdvisory, Optional<Duration> fixedOverdue) {
  // The EC2 guide: new credentials are available at least five minutes before the old ones expire.
  private static final Duration PROMISE = Duration.ofMinutes(5);

  // Up to here the advisory window is 5 min, and the promise would leave no time to be EXPIRING.
  private static final Duration SHORT = Duration.ofMinutes(20);

  // Our choice, and nobody's rule: half of the advisory window at 20 min, less below.
  private static final int SHORT_PART = 8;

  // Nobody else promises. The SDK's other providers renew at the first use after an instant that
  // CachedSupplier draws, from five minutes before the end (STS; containers: fifteen) down to two,
  // and at any use from one minute on: whoever uses an older set then has a provider that fails.
  private static final Duration STALE = Duration.ofMinutes(1);

  // No session of AWS lives longer than 36 hours (STS GetSessionToken); beyond this it is a slip.
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final ExpiryWindows SCALED = new ExpiryWindows(Optional.empty(), Optional.empty());

  /**
   * Checks the windows.
   *
   * @param fixedAdvisory as above
   * @param fixedOverdue as above
   * @throws IllegalArgumentException if a window is not positive or longer than 365 days, or the
   *     overdue window is longer than a fixed advisory window
   */
  public ExpiryWindows {
    fixedAdvisory.ifPresent(advisory -> requireSensible("advisory", advisory));
    fixedOverdue.ifPresent(overdue -> requireSensible("overdue", overdue));
    if (fixedAdvisory.isPresent()
        && fixedOverdue.filter(each -> each.compareTo(fixedAdvisory.get()) > 0).isPresent()) {
      throw new IllegalArgumentException(
          "the overdue window "
              + fixedOverdue.get()
              + " is longer than the advisory window "
              + fixedAdvisory.get()
              + "; it lies inside it, so give at most as much");
    }
  }

  /**
   * The default: the advisory window scaled to the lifetime, overdue 5 min (of a short life an
   * eighth) or 1 min before the end.
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
   * @throws IllegalArgumentException if a window is not positive or longer than 365 days, or {@code
   *     overdue} is longer than {@code advisory}
   */
  public static ExpiryWindows fixed(Duration advisory, Duration overdue) {
    return new ExpiryWindows(Optional.of(advisory), Optional.of(overdue));
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
   * The overdue window for credentials of some lifetime, whose source tells when they were issued.
   * By default it is the 5 min that EC2 promises. For a lifetime of up to 20 min it is an eighth of
   * the lifetime: that is our own choice, not a rule of AWS, so that short sessions are {@link
   * CredentialState#EXPIRING} before they are overdue.
   *
   * @param lifetime from issue to expiration
   * @return how long before the expiration they count as overdue; never more than the advisory
   *     window
   */
  public Duration overdueFor(Duration lifetime) {
    return withinAdvisory(fixedOverdue.orElseGet(() -> promised(lifetime)), lifetime);
  }

  /** The same of a source that does not tell it, and so is not the metadata service. */
  Duration overdueWithoutPromise(Duration lifetime) {
    return withinAdvisory(fixedOverdue.orElse(STALE), lifetime);
  }

  private static Duration promised(Duration lifetime) {
    return lifetime.compareTo(SHORT) <= 0 ? lifetime.dividedBy(SHORT_PART) : PROMISE;
  }

  private Duration withinAdvisory(Duration overdue, Duration lifetime) {
    Duration advisory = advisoryFor(lifetime);
    return overdue.compareTo(advisory) < 0 ? overdue : advisory;
  }

  // The rule that AWS is bringing to all its SDKs in 2026 for the advisory refresh window.
  private static Duration scaled(Duration lifetime) {
    if (lifetime.compareTo(SHORT) <= 0) {
      return Duration.ofMinutes(5);
    }
    return lifetime.compareTo(Duration.ofMinutes(90)) < 0
        ? Duration.ofMinutes(15)
        : Duration.ofMinutes(60);
  }

  private static void requireSensible(String name, Duration window) {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException(
          "the " + name + " window is " + window + "; a positive duration is expected");
    }
    if (window.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "the "
              + name
              + " window is "
              + window
              + ", longer than 365 days; give at most the lifetime of the credentials");
    }
  }
}
