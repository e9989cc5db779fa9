package io.github.rolekeeper.testkit;

import java.util.Set;
import java.util.function.Consumer;

/**
 * One operation of a service of the Query protocol.
 *
 * @param parameters all that it heeds, by the first part of their names; any other is refused,
 *     because an answer that passes over it may be false
 */
record Operation(boolean write, Set<String> parameters, Handler handler) {

  @FunctionalInterface
  interface Handler {
    /** Does the work and returns what writes the result. */
    Consumer<Xml> handle(Parameters parameters, Caller caller);
  }

  static Operation read(Handler handler, String... parameters) {
    return new Operation(false, Set.of(parameters), handler);
  }

  static Operation write(Handler handler, String... parameters) {
    return new Operation(true, Set.of(parameters), handler);
  }
}
