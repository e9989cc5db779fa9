package io.github.rolekeeper.core;

/** Is told of every change that a tracker notices. */
@FunctionalInterface
public interface CredentialListener {
  /**
   * Takes one event. It is called on a thread that polls, one event at a time and in order, outside
   * all locks. What it throws is logged and harms nobody; while it blocks, the events behind it
   * wait.
   *
   * @param event what happened
   */
  void on(CredentialEvent event);
}
