package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link Journal} knows of one instance. Immutable; holds no secret.
 *
 * @param instance whose entry it is
 * @param version 1 for the first entry of the instance, then one more each time
 * @param at when it was written, by the clock of the {@link InstanceProfileOps}
 * @param planId the plan that was carried out, and after its id what tells the run from others of
 *     the same plan
 * @param prior what the instance referred to before the repair took it away; empty if it took
 *     nothing
 * @param associateOwed the name of the profile with which the instance must still be associated,
 *     because a repair ended its association; empty if nothing is owed
 * @param stop the stop of the instance after which a repair must start it; empty if nothing is owed
 * @param lastCall the latest call that was intended; empty if none
 */
public record JournalEntry(
    InstanceId instance,
    long version,
    Instant at,
    String planId,
    Optional<Prior> prior,
    Optional<String> associateOwed,
    Optional<Stop> stop,
    Optional<Call> lastCall) {

  /**
   * Checks the version.
   *
   * @param instance see above
   * @param version see above
   * @param at see above
   * @param planId see above
   * @param prior see above
   * @param associateOwed see above
   * @param stop see above
   * @param lastCall see above
   * @throws IllegalArgumentException if the version is less than 1
   */
  public JournalEntry {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(planId, "planId");
    if (version < 1) {
      throw new IllegalArgumentException(
          "version " + version + " of the journal entry of " + instance + ": versions begin at 1");
    }
  }

  /**
   * An association that was taken from an instance.
   *
   * @param associationId its id
   * @param profileArn the ARN of the profile that it led to
   * @param profileId the id of that profile, which the ARN does not tell
   * @param role the name of the role that the profile held or shall hold; empty if unknown
   * @param tags the tags of that profile; empty if it had none, or they were not seen
   */
  public record Prior(
      String associationId,
      String profileArn,
      String profileId,
      Optional<String> role,
      Map<String, String> tags) {
    /**
     * Keeps a copy of the tags.
     *
     * @param associationId see above
     * @param profileArn see above
     * @param profileId see above
     * @param role see above
     * @param tags see above
     */
    public Prior {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * A stop of the instance by a repair. What it says of the moment tells it from somebody else's.
   *
   * @param planId the plan whose call it is; CloudTrail shows it in the user agent
   * @param at when it was about to be called, by the clock of the {@link InstanceProfileOps}, or
   *     once it is accepted, when the answer came
   * @param accepted whether it is known that AWS accepted it; if not, it may never have been called
   * @param launched when the instance had been started the last time, as EC2 said then; empty if it
   *     did not say
   */
  public record Stop(String planId, Instant at, boolean accepted, Optional<Instant> launched) {
    Stop wasAccepted(Instant answered) {
      return new Stop(planId, answered, true, launched);
    }

    /** The call has gone out, and nobody knows what came of it. */
    Stop wasSent(Instant unanswered) {
      return new Stop(planId, unanswered, accepted, launched);
    }
  }

  /**
   * A call.
   *
   * @param operation the API's name
   * @param parameters what it is called with, by the API's names
   * @param state what is known of it
   */
  public record Call(String operation, Map<String, String> parameters, CallState state) {
    /**
     * Keeps a copy of the parameters.
     *
     * @param operation see above
     * @param parameters see above
     * @param state see above
     */
    public Call {
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    Call in(CallState other) {
      return new Call(operation, parameters, other);
    }
  }

  /** What is known of a call. */
  public enum CallState {
    /** About to be made, or its answer was lost: it may have taken effect. */
    INTENDED,
    /** AWS accepted it. */
    ACCEPTED,
    /** AWS refused it; it had no effect. */
    REFUSED
  }

  JournalEntry with(Optional<Call> call) {
    return new JournalEntry(instance, version, at, planId, prior, associateOwed, stop, call);
  }

  JournalEntry owing(Optional<String> associate, Optional<Stop> started) {
    return new JournalEntry(instance, version, at, planId, prior, associate, started, lastCall);
  }

  JournalEntry next(Instant now) {
    return new JournalEntry(
        instance, version + 1, now, planId, prior, associateOwed, stop, lastCall);
  }

  /**
   * Whether a repair has stopped the instance, or was about to, and not started it.
   *
   * @return true if it may have to be started
   */
  public boolean startOwed() {
    return stop.isPresent();
  }

  /**
   * Whether a run that has ended, or died, owes the instance something.
   *
   * @return true if it must be associated or started
   */
  public boolean owes() {
    return startOwed() || associateOwed.isPresent();
  }

  /**
   * Whether this entry may be stored over another: for those who write a {@link Journal}.
   *
   * @param stored what is stored; empty if nothing
   * @return true if this one's version is the next
   */
  public boolean succeeds(Optional<JournalEntry> stored) {
    return version == stored.map(JournalEntry::version).orElse(0L) + 1;
  }
}
