package io.github.rolekeeper.testkit;

import java.util.function.Consumer;

/** One operation of a service of the Query protocol. */
record Operation(boolean write, Handler handler) {

  @FunctionalInterface
  interface Handler {
    /** Does the work and returns what writes the result. */
    Consumer<Xml> handle(Parameters parameters, Caller caller);
  }

  static Operation read(Handler handler) {
    return new Operation(false, handler);
  }

  static Operation write(Handler handler) {
    return new Operation(true, handler);
  }
}
