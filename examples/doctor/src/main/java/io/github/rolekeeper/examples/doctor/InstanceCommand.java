package io.github.rolekeeper.examples.doctor;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands about an instance have in common. */
abstract class InstanceCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin protected TargetOptions target = new TargetOptions();

  @Mixin protected ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and end.")
  @SuppressWarnings("unused") // picocli acts on it by itself
  private boolean help;

  protected final Surroundings surroundings;

  InstanceCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  boolean json() {
    return json;
  }

  @Override
  public Integer call() throws Exception {
    check();
    try (Connection open = Connection.open(connection, surroundings, target.instance(), needs())) {
      return run(open);
    }
  }

  /** Whether the call is right, as far as that shows before anything is read. */
  void check() {}

  /** What it needs besides. */
  Needs needs() {
    return Needs.NOTHING;
  }

  /** Does what the command is for, and returns with what the program ends. */
  abstract int run(Connection open) throws Exception;

  /** The answer: text for a person, or JSON for a program. */
  protected void print(String text, String document) {
    spec()
        .commandLine()
        .getOut()
        .println(json ? document : Wording.ofOptions(text).stripTrailing());
  }

  /** Something for the person, beside the answer. */
  protected void tell(String text) {
    spec().commandLine().getErr().println(Wording.ofOptions(text));
  }

  protected ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("used before the command line was read");
    }
    return spec;
  }
}
