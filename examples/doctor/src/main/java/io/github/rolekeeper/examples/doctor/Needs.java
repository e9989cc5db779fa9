package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.Journal;
import java.util.Optional;

/**
 * What a command needs beside the instance, its profile and its role.
 *
 * @param caller whether it matters who calls
 * @param standby whether Auto Scaling is asked for the standby of an instance of a group
 * @param journal what remembers a repair; empty if there is none
 */
record Needs(boolean caller, boolean standby, Optional<Journal> journal) {
  static final Needs NOTHING = new Needs(false, false, Optional.empty());
  static final Needs CALLER = new Needs(true, false, Optional.empty());
}
