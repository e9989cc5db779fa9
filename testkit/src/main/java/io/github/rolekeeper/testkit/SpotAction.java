package io.github.rolekeeper.testkit;

import java.util.Locale;

/** What EC2 does to a Spot Instance that it interrupts (EC2 User Guide, interruption notices). */
public enum SpotAction {
  /** The instance hibernates. Its notice comes when that begins. */
  HIBERNATE,
  /** The instance is stopped. */
  STOP,
  /** The instance is terminated; only this has a {@code spot/termination-time}. */
  TERMINATE;

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
