package io.github.rolekeeper.iamops;

import java.util.Optional;

/** Why a step failed, for a program to branch on. Immutable; equal if its members are. */
public sealed interface StepFailure permits Values.Failure {
  /**
   * The kind, to switch on.
   *
   * @return the constant
   */
  Kind kind();

  /**
   * AWS's error code.
   *
   * @return the code, such as {@code AccessDenied}; empty if no error of AWS decided
   */
  Optional<String> code();

  /**
   * Whether the call of this step may have taken effect, or may do so yet: AWS accepted it, or its
   * answer was lost, in this run or one before.
   *
   * @return false only if the call was not made, or AWS refused it each time
   */
  boolean writeMayHaveGoneOut();

  /**
   * The kinds of failure. Constants may be added in later versions: give a {@code switch} a {@code
   * default}.
   */
  enum Kind {
    /** The caller may not make the call, or a read before it. */
    DENIED,
    /** AWS throttled the calls for as long as the step was given. */
    THROTTLED,
    /** Others were changing the same entity for as long as the step was given. */
    CONFLICT,
    /** A quota of the account is used up. */
    QUOTA,
    /** EC2 has no capacity to start the instance. */
    NO_CAPACITY,
    /** AWS did not answer, or only with errors of its own, for as long as the step was given. */
    NO_ANSWER,
    /** An answer lacked what AWS's answers have. */
    MALFORMED_ANSWER,
    /** Somebody changed what the plan rests on. */
    OUTDATED,
    /** The instance, or an entity that the call is about, does not exist any more. */
    GONE,
    /** AWS accepted the call, or never refused it, and the effect did not show in time. */
    TIMED_OUT,
    /** The thread was interrupted between two calls. */
    INTERRUPTED,
    /** This library refused to make the call, because it would do harm now. */
    REFUSED_BY_GUARD,
    /** The journal could not be written, so the call was not made. */
    JOURNAL,
    /** AWS refused the call for another reason, see the code. */
    REFUSED_BY_AWS
  }
}
