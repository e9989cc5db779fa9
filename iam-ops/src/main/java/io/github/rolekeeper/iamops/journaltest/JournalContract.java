package io.github.rolekeeper.iamops.journaltest;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.Journal;
import io.github.rolekeeper.iamops.JournalEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * What every {@link Journal} must keep to. It needs no test framework; with JUnit 5 it is run as
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keeps_the_contract() {
 *   return JournalContract.checks().stream()
 *       .map(check -> dynamicTest(check.name(), () -> check.run(() -> new MyJournal(table))));
 * }
 * }</pre>
 *
 * <p>Each check opens the same store several times, as several processes would; the store may hold
 * entries from the checks before, because each check uses instance ids of its own. It must not hold
 * entries from an earlier run of the contract.
 */
public final class JournalContract {
  private static final int WRITERS = 4;
  private static final int ENTRIES_EACH = 25;

  private JournalContract() {}

  /** One requirement. */
  public static final class Check {
    private final String name;
    private final Requirement requirement;

    private Check(String name, Requirement requirement) {
      this.name = name;
      this.requirement = requirement;
    }

    /**
     * What is required.
     *
     * @return a sentence
     */
    public String name() {
      return name;
    }

    /**
     * Checks it.
     *
     * @param open opens the store anew each time, as another process would; a journal in memory
     *     returns the same object
     * @throws AssertionError if the journal does not keep to it
     */
    public void run(Supplier<? extends Journal> open) {
      Objects.requireNonNull(open, "open");
      requirement.check(open);
    }
  }

  @FunctionalInterface
  private interface Requirement {
    void check(Supplier<? extends Journal> open);
  }

  /**
   * All requirements.
   *
   * @return the checks, in an order that goes from simple to hard
   */
  public static List<Check> checks() {
    return List.of(
        new Check("an instance without an entry has none", JournalContract::empty),
        new Check("an entry comes back as it was, also to another process", JournalContract::whole),
        new Check("an entry without the optional parts comes back", JournalContract::bare),
        new Check("each instance has an entry of its own", JournalContract::separate),
        new Check("the next version replaces the one before", JournalContract::replaced),
        new Check("the same version is refused and changes nothing", JournalContract::repeated),
        new Check("a version that leaves one out is refused", JournalContract::leapt),
        new Check("a first entry must be version 1", JournalContract::late),
        new Check("writers at once lose no entry", JournalContract::contended));
  }

  private static void empty(Supplier<? extends Journal> open) {
    that(open.get().read(id(1)).isEmpty(), "read must be empty for an instance that has no entry");
  }

  private static void whole(Supplier<? extends Journal> open) {
    JournalEntry entry = full(id(2), 1);
    stored(open.get(), entry);
    same(entry, open.get().read(id(2)));
  }

  private static void bare(Supplier<? extends Journal> open) {
    var entry =
        new JournalEntry(
            id(3),
            1,
            Instant.EPOCH,
            "plan-00000001",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    stored(open.get(), entry);
    same(entry, open.get().read(id(3)));
  }

  private static void separate(Supplier<? extends Journal> open) {
    stored(open.get(), full(id(4), 1));
    stored(open.get(), full(id(5), 1));
    same(full(id(4), 1), open.get().read(id(4)));
    same(full(id(5), 1), open.get().read(id(5)));
  }

  private static void replaced(Supplier<? extends Journal> open) {
    stored(open.get(), full(id(6), 1));
    stored(open.get(), full(id(6), 2));
    same(full(id(6), 2), open.get().read(id(6)));
  }

  private static void repeated(Supplier<? extends Journal> open) {
    stored(open.get(), full(id(7), 1));
    JournalEntry other =
        new JournalEntry(
            id(7),
            1,
            Instant.EPOCH,
            "plan-00000002",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    that(!open.get().put(other), "put must return false for a version that is stored already");
    same(full(id(7), 1), open.get().read(id(7)));
  }

  private static void leapt(Supplier<? extends Journal> open) {
    stored(open.get(), full(id(8), 1));
    that(!open.get().put(full(id(8), 3)), "put must return false for version 3 over version 1");
    same(full(id(8), 1), open.get().read(id(8)));
  }

  private static void late(Supplier<? extends Journal> open) {
    that(!open.get().put(full(id(9), 2)), "put must return false for version 2 over nothing");
    that(open.get().read(id(9)).isEmpty(), "a refused entry must not be stored");
  }

  private static void contended(Supplier<? extends Journal> open) {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      var writers = new ArrayList<Callable<Void>>();
      for (int i = 0; i < WRITERS; i++) {
        Journal journal = open.get();
        writers.add(
            () -> {
              for (int n = 0; n < ENTRIES_EACH; n++) {
                writeNext(journal);
              }
              return null;
            });
      }
      for (Future<Void> writer : threads.invokeAll(writers)) {
        writer.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException e) {
      throw new AssertionError("a writer failed: " + e.getCause(), e);
    } finally {
      threads.shutdownNow();
    }
    long version = open.get().read(id(10)).map(JournalEntry::version).orElse(0L);
    that(
        version == WRITERS * ENTRIES_EACH,
        WRITERS * ENTRIES_EACH + " entries were confirmed, but the last version is " + version);
  }

  private static void writeNext(Journal journal) {
    long version;
    do {
      version = journal.read(id(10)).map(JournalEntry::version).orElse(0L) + 1;
    } while (!journal.put(full(id(10), version)));
  }

  private static void stored(Journal journal, JournalEntry entry) {
    that(journal.put(entry), "put must return true for version " + entry.version());
  }

  private static void same(JournalEntry expected, Optional<JournalEntry> read) {
    that(
        read.equals(Optional.of(expected)),
        "read must return the entry that was stored\n  stored: "
            + expected
            + "\n  read:   "
            + read);
  }

  private static void that(boolean held, String rule) {
    if (!held) {
      throw new AssertionError(rule);
    }
  }

  private static InstanceId id(int number) {
    return InstanceId.of(String.format("i-%017x", number));
  }

  private static JournalEntry full(InstanceId instance, long version) {
    return new JournalEntry(
        instance,
        version,
        Instant.parse("2023-03-07T15:00:53.123456789Z"),
        "plan-0123abcd",
        Optional.of(
            new JournalEntry.Prior(
                "iip-assoc-0123456789abcdef0",
                "arn:aws:iam::123456789012:instance-profile/teams/web/web",
                "AIPAIOSFODNN7EXAMPLE1",
                Optional.of("web-role"),
                Map.of("Team", "web", "cost centre/é:=+-@_.", ""))),
        Optional.of("web=+,.@-_"),
        Optional.of(
            new JournalEntry.Stop(
                "plan-0123abcd",
                Instant.parse("2023-03-07T15:00:52.987654321Z"),
                true,
                Optional.of(Instant.parse("2023-03-07T09:00:00Z")))),
        Optional.of(
            new JournalEntry.Call(
                "ReplaceIamInstanceProfileAssociation",
                Map.of("AssociationId", "iip-assoc-0123456789abcdef0"),
                JournalEntry.CallState.INTENDED)));
  }
}
