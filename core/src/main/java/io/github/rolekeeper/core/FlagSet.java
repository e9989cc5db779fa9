package io.github.rolekeeper.core;

import java.util.AbstractSet;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Set;

/** An immutable set of flags, in the order of the constants, that is never copied again. */
final class FlagSet extends AbstractSet<CredentialFlag> {
  private final Set<CredentialFlag> flags;

  private FlagSet(Set<CredentialFlag> flags) {
    this.flags = flags;
  }

  static FlagSet copyOf(Set<CredentialFlag> flags) {
    if (flags instanceof FlagSet immutable) {
      return immutable;
    }
    EnumSet<CredentialFlag> copy = EnumSet.noneOf(CredentialFlag.class);
    copy.addAll(flags);
    return new FlagSet(Collections.unmodifiableSet(copy));
  }

  @Override
  public boolean contains(Object flag) {
    return flags.contains(flag);
  }

  @Override
  public Iterator<CredentialFlag> iterator() {
    return flags.iterator();
  }

  @Override
  public int size() {
    return flags.size();
  }
}
