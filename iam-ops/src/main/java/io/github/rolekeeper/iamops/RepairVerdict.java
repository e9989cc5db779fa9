package io.github.rolekeeper.iamops;

/**
 * What a repair came to: a diagnosis of after it. Constants may be added in later versions: give a
 * {@code switch} a {@code default}.
 */
public enum RepairVerdict {
  /**
   * A diagnosis finds nothing above {@link Severity#RISK}, and the instance's metadata were seen to
   * serve working credentials of the right role; if the repair made the association, since then.
   * The advice tells of processes that may lag.
   */
  HEALTHY,
  /**
   * The same by the AWS APIs; the instance itself was not seen to follow. The advice says where to
   * look.
   */
  REPAIRED_UNVERIFIED,
  /**
   * The same by the AWS APIs; the instance was seen, and its metadata do not follow yet, or still
   * show what they did before. They may follow at their next refresh, by {@link
   * RepairReport#lagsUntil()}; stopping and starting the instance makes them follow.
   */
  REPAIRED_METADATA_LAGS,
  /**
   * The plan has no step: nothing was needed, or nothing is possible, and {@link
   * RepairReport#diagnosis()} says which. Nothing was written.
   */
  NOTHING_DONE,
  /**
   * The repair ended before it was through, and the last outcome says why; or it left something
   * that a diagnosis finds, and {@link RepairReport#advice()} names it.
   */
  INCOMPLETE,
  /** A repair stopped the instance, this run or one before, and it was not seen to run since. */
  INSTANCE_DOWN
}
