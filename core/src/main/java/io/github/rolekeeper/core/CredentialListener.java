package io.github.rolekeeper.core;

/** Is told of every change that a tracker notices. */
@FunctionalInterface
public interface CredentialListener {
  /**
   * Takes one event. It is called in the order of the changes, one event at a time, outside all
   * locks, on the executor of the tracker's listeners. What it throws is logged and harms nobody.
   * While it blocks, its own events wait in memory; other listeners and the tracker do not wait.
   * After 10,000 changes that wait, what changes further is told as one change from the first to
   * the last of it: its events are those of {@link CredentialEvent#previous} against {@link
   * CredentialEvent#current}, and what came and went in between is not told. A warning is logged
   * then.
   *
   * <p>It may call the tracker, close it, add listeners, and leave.
   *
   * @param event what happened
   */
  void on(CredentialEvent event);
}
