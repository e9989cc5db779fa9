package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.Journal;
import io.github.rolekeeper.iamops.JournalException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where it is written down what a repair owes if it dies. */
final class JournalOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--journal",
      paramLabel = "DIRECTORY",
      description =
          "Where a repair writes down what it does, so that the next call knows of one that died; by"
              + " default ~/.rolekeeper/journal.")
  private @Nullable Path directory;

  /**
   * Opens the journal for a command that only reads, which makes none.
   *
   * @param usual where it is by default
   * @param tell told if that cannot be used
   * @return empty if there is none
   */
  Optional<Journal> existing(Path usual, Consumer<String> tell) {
    return directory == null && Files.notExists(usual)
        ? Optional.empty()
        : Optional.of(open(usual, tell));
  }

  /**
   * Opens the journal.
   *
   * @param usual where it is by default
   * @param tell told if that cannot be used
   */
  Journal open(Path usual, Consumer<String> tell) {
    if (directory != null) {
      try {
        return Journal.inDirectory(directory);
      } catch (JournalException e) {
        if (command == null) {
          throw new IllegalStateException("used before the command line was read", e);
        }
        throw new ParameterException(command.commandLine(), "--journal: " + e.getMessage(), e);
      }
    }
    try {
      return Journal.inDirectory(usual);
    } catch (JournalException e) {
      // A home that cannot be written is no reason to leave an instance broken.
      tell.accept(
          "rolekeeper: there is no journal, so if this dies the next call will not know what it"
              + " owes; pass --journal DIRECTORY ("
              + e.getMessage()
              + ")");
      return Journal.inMemory();
    }
  }
}
