package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.Optional;

/** Stands for a journal on a disk: what is stored outlives the process that a test plays. */
final class KeptJournal implements Journal {
  private final Journal entries = Journal.inMemory();

  @Override
  public Optional<JournalEntry> read(InstanceId instance) {
    return entries.read(instance);
  }

  @Override
  public boolean put(JournalEntry entry) {
    return entries.put(entry);
  }
}
