package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Lasts as long as the object. */
final class MemoryJournal implements Journal {
  private final Map<InstanceId, JournalEntry> entries = new HashMap<>();

  @Override
  public synchronized Optional<JournalEntry> read(InstanceId instance) {
    return Optional.ofNullable(entries.get(instance));
  }

  @Override
  public synchronized boolean put(JournalEntry entry) {
    if (!entry.succeeds(read(entry.instance()))) {
      return false;
    }
    entries.put(entry.instance(), entry);
    return true;
  }

  @Override
  public boolean outlivesProcess() {
    return false;
  }
}
