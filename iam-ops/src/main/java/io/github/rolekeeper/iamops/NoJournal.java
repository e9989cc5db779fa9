package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.Optional;

/** Stores nothing. */
enum NoJournal implements Journal {
  INSTANCE;

  @Override
  public Optional<JournalEntry> read(InstanceId instance) {
    return Optional.empty();
  }

  @Override
  public boolean put(JournalEntry entry) {
    return true;
  }

  @Override
  public boolean outlivesProcess() {
    return false;
  }
}
