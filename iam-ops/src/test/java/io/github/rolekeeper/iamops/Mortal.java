package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * A process that can die: from then on each of its calls, waits and writes into the journal fails,
 * and whoever comes next sees only what was done before.
 */
final class Mortal implements ExecutionInterceptor {
  /** Not an exception that anybody would handle: the process is gone. */
  static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  private volatile boolean dead;

  void die() {
    dead = true;
    throw new Died();
  }

  void live() {
    if (dead) {
      throw new Died();
    }
  }

  @Override
  public void beforeExecution(
      Context.BeforeExecution context, ExecutionAttributes executionAttributes) {
    live();
  }

  Pauser pausing(Pauser of) {
    return delay -> {
      live();
      of.pause(delay);
    };
  }

  Journal writing(Journal of) {
    return new Journal() {
      @Override
      public Optional<JournalEntry> read(InstanceId instance) {
        live();
        return of.read(instance);
      }

      @Override
      public boolean put(JournalEntry entry) {
        live();
        return of.put(entry);
      }
    };
  }
}
