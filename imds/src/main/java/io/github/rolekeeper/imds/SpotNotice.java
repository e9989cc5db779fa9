package io.github.rolekeeper.imds;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * That a Spot instance will be interrupted. AWS gives it two minutes ahead, or with the beginning
 * of the hibernation (EC2 user guide, "Spot Instance interruption notices").
 *
 * @param action what will be done; empty if only {@code spot/termination-time} tells
 * @param time when, approximately; empty if it cannot be read
 */
public record SpotNotice(Optional<Reported<Action>> action, Optional<Instant> time) {
  /** What is done to an interrupted instance. */
  public enum Action {
    /** {@code terminate}. */
    TERMINATE,
    /** {@code stop}. */
    STOP,
    /** {@code hibernate}: it has begun already. */
    HIBERNATE
  }

  private static final String ACTION = "meta-data/spot/instance-action";
  private static final String TERMINATION = "meta-data/spot/termination-time";

  /**
   * Checks that nothing is null.
   *
   * @param action as above
   * @param time as above
   */
  public SpotNotice {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(time, "time");
  }

  static Optional<SpotNotice> read(PathReader paths) {
    return paths
        .document(ACTION, SpotNotice::parse)
        // The older of the two paths may hold a text that is no time, which means nothing.
        .or(
            () ->
                paths
                    .perishable(TERMINATION)
                    .flatMap(Instants::parse)
                    .map(time -> new SpotNotice(Optional.empty(), Optional.of(time))));
  }

  private static SpotNotice parse(byte[] json) {
    JsonMembers members = JsonMembers.read(ACTION, json, "action", "time");
    return new SpotNotice(
        Optional.of(Reported.of(Action.class, members.required("action"))),
        members.instant("time"));
  }
}
