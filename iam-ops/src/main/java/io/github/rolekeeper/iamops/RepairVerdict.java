package io.github.rolekeeper.iamops;

/** What a repair came to. */
public enum RepairVerdict {
  /**
   * Instance, profile and role agree by their ids, and the metadata serves credentials. If the
   * repair made the association, it does so since then; the advice tells of processes that may lag.
   */
  HEALTHY,
  /** They agree by their ids; no metadata was at hand to see whether the instance follows. */
  REPAIRED_UNVERIFIED,
  /**
   * They agree by their ids, but the metadata does not show it yet, or still shows what it did
   * before. It may follow at its next refresh, by {@link RepairReport#lagsUntil()}; stopping and
   * starting the instance makes it follow.
   */
  REPAIRED_METADATA_LAGS,
  /**
   * The repair ended before it was through, and the last outcome says why; or it left something
   * that a diagnosis finds, and {@link RepairReport#advice()} names it.
   */
  INCOMPLETE
}
