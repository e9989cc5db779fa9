package io.github.rolekeeper.examples.doctor;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether the person, or the script, agrees to a write. */
final class Consent {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(names = "--yes", description = "Do not ask. Needed where there is no terminal.")
  private boolean yes;

  /** Before anything is read: a job without --yes shall not run half. */
  void check(Terminal terminal) {
    if (!yes && !terminal.interactive() && command != null) {
      throw new ParameterException(
          command.commandLine(),
          "there is no terminal to ask at: pass --yes to write without asking");
    }
  }

  /** Whether nobody needs to be asked. */
  boolean given() {
    return yes;
  }

  boolean to(String question, Terminal terminal) {
    return yes || terminal.confirms(question);
  }
}
