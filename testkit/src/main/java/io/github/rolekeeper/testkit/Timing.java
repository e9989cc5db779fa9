package io.github.rolekeeper.testkit;

import java.time.Duration;

/**
 * How long things take in the account. Set one with {@link SimulatedAccount.Builder#timing} or,
 * while the account runs, with {@link SimulatedAccount#timing}. What AWS does not promise is
 * instant unless a test asks for more, so that a test without delays needs none of this.
 */
public enum Timing {
  /**
   * How long the session credentials live that the metadata services deliver. Six hours, as seen in
   * normal operation (botocore #2670); the field record speaks of one hour.
   */
  SESSION_DURATION(Duration.ofHours(6), Rule.Source.FIELD_RECORD),
  /**
   * How often an instance's metadata is brought up to date and its session renewed. Hourly, as seen
   * in normal operation (botocore #2670).
   */
  METADATA_REFRESH(Duration.ofHours(1), Rule.Source.INFERENCE),
  /**
   * How long before a session's expiration the next one is there at the latest, even where the
   * hourly refresh would come later. Five minutes (EC2 User Guide, IAM roles for Amazon EC2).
   */
  RENEWAL_LEAD(Duration.ofMinutes(5), Rule.Source.AWS_DOCUMENTATION),
  /**
   * How long EC2 does not see a change of an instance profile that IAM shows already: a new
   * profile, a role added or removed. Field reports range from two seconds to two minutes
   * (Terraform waits two minutes). EC2 sees the changes of one profile in their order: one that is
   * made under a shorter delay waits for those before it.
   */
  IAM_TO_EC2(Duration.ZERO, Rule.Source.INFERENCE),
  /**
   * How long a written entity may still be missing from, or a deleted one still be in, the answers
   * of IAM itself. IAM's documentation says that it is eventually consistent, and not for how long;
   * while the delay lasts every second read shows the state before the write.
   */
  IAM_READ_AFTER_WRITE(Duration.ZERO, Rule.Source.INFERENCE),
  /** How long an association stays {@code associating} or {@code disassociating}. */
  ASSOCIATION_TRANSITION(Duration.ZERO, Rule.Source.INFERENCE),
  /** How long the metadata of a running instance lags behind a change of its association. */
  METADATA_LAG(Duration.ZERO, Rule.Source.INFERENCE),
  /** How long an instance is {@code pending} when launched or started. */
  INSTANCE_START(Duration.ZERO, Rule.Source.INFERENCE),
  /** How long an instance is {@code stopping} or {@code shutting-down}. */
  INSTANCE_STOP(Duration.ZERO, Rule.Source.INFERENCE),
  /**
   * How long Auto Scaling takes to terminate an instance of a group that was stopped while in
   * service (EC2 User Guide, stop and start: Auto Scaling marks it as unhealthy and may terminate
   * it).
   */
  AUTO_SCALING_REPLACEMENT(Duration.ofMinutes(5), Rule.Source.INFERENCE),
  /**
   * How long after a call CloudTrail shows its event. About five minutes on average, not guaranteed
   * (CloudTrail User Guide, how CloudTrail works).
   */
  CLOUDTRAIL_DELIVERY(Duration.ofMinutes(5), Rule.Source.AWS_DOCUMENTATION);

  /** A century; what takes longer would leave the years that AWS can write. */
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private final Duration usual;
  private final Rule.Source source;

  Timing(Duration usual, Rule.Source source) {
    this.usual = usual;
    this.source = source;
  }

  /**
   * What holds unless a test sets another.
   *
   * @return the default
   */
  public Duration usual() {
    return usual;
  }

  /**
   * Where the fact comes from that such a time exists.
   *
   * @return the source
   */
  public Rule.Source source() {
    return source;
  }

  /** Whether it is how long a change is under way. */
  boolean isOfTransition() {
    return switch (this) {
      case IAM_TO_EC2,
          IAM_READ_AFTER_WRITE,
          ASSOCIATION_TRANSITION,
          METADATA_LAG,
          INSTANCE_START,
          INSTANCE_STOP ->
          true;
      default -> false;
    };
  }

  /**
   * Checks a value.
   *
   * @throws IllegalArgumentException if the value makes no sense here
   */
  Duration checked(Duration value) {
    boolean mustPass = this == SESSION_DURATION || this == METADATA_REFRESH;
    Duration least = mustPass ? Duration.ofSeconds(1) : Duration.ZERO;
    if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name() + " " + value + " must be from " + least + " to " + LONGEST);
    }
    return value;
  }
}
