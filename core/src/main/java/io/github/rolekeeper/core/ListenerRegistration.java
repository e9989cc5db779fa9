package io.github.rolekeeper.core;

/** A listener's place at a tracker. */
@FunctionalInterface
public interface ListenerRegistration extends AutoCloseable {
  /** Takes the listener out; it gets no event after those under way. Again is no error. */
  @Override
  void close();
}
