package io.github.rolekeeper.testkit;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One operation of a service of the Query protocol.
 *
 * @param parameters all that it heeds, by the first part of their names; any other is refused,
 *     because an answer that passes over it may be false. Empty if it takes any
 */
record Operation(boolean write, Optional<Set<String>> parameters, Handler handler) {

  @FunctionalInterface
  interface Handler {
    /** Does the work and returns what writes the result. */
    Consumer<Xml> handle(Parameters parameters, Caller caller);
  }

  static Operation read(Handler handler, String... parameters) {
    return new Operation(false, Optional.of(Set.of(parameters)), handler);
  }

  static Operation write(Handler handler, String... parameters) {
    return new Operation(true, Optional.of(Set.of(parameters)), handler);
  }

  /** What makes a thing of which more can be said than is simulated: that has no effect. */
  static Operation launch(Handler handler) {
    return new Operation(true, Optional.empty(), handler);
  }

  boolean heeds(String parameter) {
    return parameters.map(each -> each.contains(parameter)).orElse(true);
  }
}
