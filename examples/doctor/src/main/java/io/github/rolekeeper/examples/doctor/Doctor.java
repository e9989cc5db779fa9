package io.github.rolekeeper.examples.doctor;

import io.github.rolekeeper.iamops.InstanceProfileOpsException;
import io.github.rolekeeper.iamops.JournalException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The program. Its commands, their JSON and its exit codes are described in its README. */
@Command(
    name = "rolekeeper",
    sortOptions = false,
    description = "Diagnoses and repairs the instance profile of an EC2 instance, by ids.",
    footer = {
      "",
      "Ends with 0 if the instance is healthy or repaired, with 1 if something is wrong, with 2 if"
          + " the call is, with 3 if what was asked could not be found out, or not yet, with 4 if a"
          + " repair stopped the instance and it does not run."
    })
public final class Doctor {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and end.")
  @SuppressWarnings("unused") // picocli acts on it by itself
  private boolean help;

  private Doctor() {}

  /**
   * Runs the program.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    CommandLine line = commandLine(Surroundings.ofProcess());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    System.exit(line.execute(arguments));
  }

  static CommandLine commandLine(Surroundings surroundings) {
    CommandLine line = new CommandLine(new Doctor());
    line.addSubcommand(new DiagnoseCommand(surroundings));
    line.addSubcommand(new PlanCommand(surroundings));
    line.addSubcommand(new RepairCommand(surroundings));
    line.addSubcommand(new VerifyCommand(surroundings));
    line.addSubcommand(new RevokeCommand(surroundings));
    line.addSubcommand(new LiftCommand(surroundings));
    line.addSubcommand(new WatchCommand(surroundings));
    line.setExecutionExceptionHandler((problem, command, result) -> failed(problem, command));
    line.setParameterExceptionHandler((problem, arguments) -> misused(problem));
    return line;
  }

  /** One sentence and where the rest stands: the whole help would bury what was wrong. */
  private static int misused(ParameterException problem) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("rolekeeper: " + problem.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(problem, err);
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help.");
    return Exit.USAGE;
  }

  /** Whatever went wrong, the reader gets a sentence, and a script its JSON. */
  private static int failed(Exception problem, CommandLine command) {
    String reason = reason(problem) + remedy(problem, command);
    command.getErr().println("rolekeeper: " + reason);
    if (command.getCommand() instanceof InstanceCommand asked && asked.json()) {
      command.getOut().println(Json.error(reason, call(problem)));
    }
    return Exit.UNKNOWN;
  }

  private static String reason(Exception problem) {
    boolean told =
        problem instanceof CannotKnow
            || problem instanceof InstanceProfileOpsException
            || problem instanceof JournalException
            || problem instanceof IllegalArgumentException;
    // Of anything else at least the kind is told: it is a defect of ours or of the endpoint.
    String text = told ? String.valueOf(problem.getMessage()) : problem.toString();
    return text.replaceAll("\\s*\\R\\s*", " ");
  }

  /** Without an error of AWS it is the way there that is wrong. */
  private static String remedy(Exception problem, CommandLine command) {
    return problem instanceof InstanceProfileOpsException call
            && call.code().isEmpty()
            && call.kind() != InstanceProfileOpsException.Kind.NO_SUCH_INSTANCE
            && command.getCommand() instanceof InstanceCommand asked
        ? "; " + asked.connection.whereToLook()
        : "";
  }

  private static @Nullable InstanceProfileOpsException call(Exception problem) {
    return problem instanceof InstanceProfileOpsException call ? call : null;
  }
}
