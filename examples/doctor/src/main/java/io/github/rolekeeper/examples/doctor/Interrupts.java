package io.github.rolekeeper.examples.doctor;

import java.util.function.Supplier;

/** Tells that the program shall end: Ctrl-C, or whoever ends its service. */
interface Interrupts {
  /**
   * Does what shall end in order: the program does not end before it is through.
   *
   * @param work what is to be done
   * @param end called on another thread, at most once, when the program shall end meanwhile
   * @return what the work returned
   */
  <T> T during(Supplier<T> work, Runnable end);
}
