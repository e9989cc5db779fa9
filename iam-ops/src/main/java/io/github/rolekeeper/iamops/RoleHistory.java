package io.github.rolekeeper.iamops;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the role can be looked up that an instance profile once held, after IAM has lost it with
 * the profile. The role is offered to a person, and never written to AWS by itself; the tags stand
 * in the plan that makes the profile again. {@code cloudtrail.CloudTrailRoleHistory} is one.
 */
@FunctionalInterface
public interface RoleHistory {
  /**
   * Looks up.
   *
   * @param instanceProfile the name of the profile
   * @return the roles that it is known to have held, the latest first; empty if nothing is known.
   *     What it throws is told as unknown and does not end the plan
   */
  List<Entry> rolesOf(String instanceProfile);

  /**
   * Looks up the tags that the profile had when it was deleted.
   *
   * @param instanceProfile the name of the profile
   * @return its tags; empty if they are not known, as by default. What it throws is told as unknown
   *     and does not end the plan
   */
  default Optional<Tags> tagsOf(String instanceProfile) {
    return Optional.empty();
  }

  /**
   * The tags that a profile had.
   *
   * @param tags by their keys; empty if it is known to have had none
   * @param source what says so, for a person, such as the id of an event
   */
  record Tags(Map<String, String> tags, String source) {
    /**
     * Keeps a copy of the tags.
     *
     * @param tags see above
     * @param source see above
     */
    public Tags {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * A role that the profile held.
   *
   * @param role its name
   * @param at when that was so, or changed
   * @param source what says so, for a person, such as the id of an event
   */
  record Entry(String role, Instant at, String source) {}
}
