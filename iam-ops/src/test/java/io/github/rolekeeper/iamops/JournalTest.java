package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.journaltest.JournalContract;
import java.io.BufferedReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The journals, by the contract and by what may happen to files. */
class JournalTest {
  private static final InstanceId ID = InstanceId.of("i-0123456789abcdef0");

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> the_journal_in_memory_keeps_the_contract() {
    Journal journal = new KeptJournal();
    return JournalContract.checks().stream()
        .map(check -> dynamicTest(check.name(), () -> check.run(() -> journal)));
  }

  @TestFactory
  Stream<DynamicTest> the_journal_in_files_keeps_the_contract() {
    return JournalContract.checks().stream()
        .map(
            check ->
                dynamicTest(check.name(), () -> check.run(() -> Journal.inDirectory(directory))));
  }

  @Test
  void the_contract_finds_a_journal_that_forgets() {
    List<String> broken = new ArrayList<>();
    for (JournalContract.Check check : JournalContract.checks()) {
      try {
        check.run(Journal::none);
      } catch (AssertionError e) {
        broken.add(check.name());
      }
    }

    assertThat(broken)
        .hasSizeGreaterThan(5)
        .contains("the same version is refused and changes nothing");
  }

  @RepeatedTest(4)
  void a_writer_killed_at_any_moment_leaves_a_whole_entry_and_loses_none_that_was_confirmed()
      throws Exception {
    Process writer = startWriter();
    long confirmed = 0;
    try (BufferedReader lines = writer.inputReader()) {
      long enough = 20 + (System.identityHashCode(writer) & 63);
      while (confirmed < enough) {
        confirmed = Long.parseLong(lines.readLine());
      }
      writer.toHandle().destroyForcibly(); // keeps the pipe open, unlike the process's own method
      writer.waitFor();
      // What it confirmed before the kill is still in the pipe; the last line may be torn.
      var rest = new StringWriter();
      lines.transferTo(rest);
      int whole = rest.toString().lastIndexOf('\n');
      if (whole > 0) {
        String[] numbers = rest.toString().substring(0, whole).split("\n");
        confirmed = Long.parseLong(numbers[numbers.length - 1]);
      }
    }

    long found = Journal.inDirectory(directory).read(ID).orElseThrow().version();

    assertThat(found).isBetween(confirmed, confirmed + 1);
    assertThat(Journal.inDirectory(directory).put(entry(found + 1))).isTrue();
  }

  @Test
  void several_processes_lose_no_entry() throws Exception {
    List<Process> writers = List.of(startWriter("60"), startWriter("60"));
    for (Process writer : writers) {
      assertThat(writer.waitFor()).isZero();
    }

    assertThat(Journal.inDirectory(directory).read(ID).orElseThrow().version()).isEqualTo(120);
  }

  @Test
  void a_torn_or_damaged_file_is_told_with_its_name_and_the_remedy() throws Exception {
    Journal journal = Journal.inDirectory(directory);
    journal.put(entry(1));
    Path file = directory.resolve(ID + ".json");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> journal.read(ID))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("delete the file");
      assertThatThrownBy(() -> journal.put(entry(1))).isInstanceOf(JournalException.class);
    }
  }

  @Test
  void the_entry_of_another_instance_is_not_taken_for_ones_own() throws Exception {
    Journal journal = Journal.inDirectory(directory);
    journal.put(entry(1));
    InstanceId other = InstanceId.of("i-00000000000000001");
    Files.copy(directory.resolve(ID + ".json"), directory.resolve(other + ".json"));

    assertThatThrownBy(() -> journal.read(other)).hasMessageContaining("the entry of " + ID);
  }

  @Test
  void a_directory_that_cannot_be_made_is_told() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> Journal.inDirectory(file.resolve("below")))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(file.toString());
  }

  private Process startWriter(String... count) throws Exception {
    var command =
        new ArrayList<String>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                directory.toString()));
    command.addAll(List.of(count));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static JournalEntry entry(long version) {
    return new JournalEntry(
        ID,
        version,
        Instant.EPOCH,
        "plan-" + "0".repeat(200),
        Optional.empty(),
        Optional.of("web"),
        Optional.of(new JournalEntry.Stop("plan-0", Instant.EPOCH, false, Optional.empty())),
        Optional.empty());
  }

  /** Another process: writes the next entry again and again, and says so after each. */
  static final class Writer {
    public static void main(String[] arguments) {
      Journal journal = Journal.inDirectory(Path.of(arguments[0]));
      long count = arguments.length > 1 ? Long.parseLong(arguments[1]) : Long.MAX_VALUE;
      for (long written = 0; written < count; ) {
        long version = journal.read(ID).map(JournalEntry::version).orElse(0L) + 1;
        if (journal.put(entry(version))) {
          written++;
          System.out.println(version);
        }
      }
    }
  }
}
