package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.Instant;
import java.util.List;

/**
 * Where it can be looked up who stopped an instance, after a run died between its intent to do so
 * and AWS's answer. EC2 itself says only when it was stopped. {@code
 * cloudtrail.CloudTrailStopHistory} is one.
 */
@FunctionalInterface
public interface StopHistory {
  /**
   * Looks up.
   *
   * @param instance the instance
   * @return the calls by which it was stopped, the latest first; empty if none is known, which need
   *     not mean that there was none. What it throws is told as unknown and does not end the plan
   */
  List<Entry> stopsOf(InstanceId instance);

  /**
   * A call that stopped the instance.
   *
   * @param at when it was made, by AWS's clock
   * @param userAgent of the caller; that of a repair holds the id of its plan
   * @param source what says so, for a person, such as the id of an event
   */
  record Entry(Instant at, String userAgent, String source) {}
}
