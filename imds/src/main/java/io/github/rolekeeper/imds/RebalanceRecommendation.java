package io.github.rolekeeper.imds;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * That a Spot instance is at an elevated risk of interruption. It can come before the interruption
 * notice, together with it, or not at all.
 *
 * @param noticeTime when it was given; empty if that cannot be read
 */
public record RebalanceRecommendation(Optional<Instant> noticeTime) {
  private static final String PATH = "meta-data/events/recommendations/rebalance";

  /**
   * Checks that nothing is null.
   *
   * @param noticeTime as above
   */
  public RebalanceRecommendation {
    Objects.requireNonNull(noticeTime, "noticeTime");
  }

  static Optional<RebalanceRecommendation> read(PathReader paths) {
    return paths.document(
        PATH,
        json ->
            new RebalanceRecommendation(
                Instants.parse(JsonMembers.read(PATH, json, "noticeTime").required("noticeTime"))));
  }
}
