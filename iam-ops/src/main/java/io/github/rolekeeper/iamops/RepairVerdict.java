package io.github.rolekeeper.iamops;

/** What a repair came to. */
public enum RepairVerdict {
  /** Instance, profile and role agree by their ids, and the metadata serves credentials. */
  HEALTHY,
  /** They agree by their ids; no metadata was at hand to see whether the instance follows. */
  REPAIRED_UNVERIFIED,
  /**
   * They agree by their ids, but the metadata does not show it yet. It may follow at its next
   * refresh; stopping and starting the instance makes it follow.
   */
  REPAIRED_METADATA_LAGS,
  /** The repair ended before it was through; the last outcome says why. */
  INCOMPLETE
}
