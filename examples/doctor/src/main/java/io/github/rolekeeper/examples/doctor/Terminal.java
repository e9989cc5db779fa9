package io.github.rolekeeper.examples.doctor;

/** A person who can be asked. */
interface Terminal {
  /** Whether somebody is there. */
  boolean interactive();

  /**
   * Asks a question that is answered by yes or no.
   *
   * @return whether the answer was yes; anything else is no
   */
  boolean confirms(String question);
}
