package io.github.rolekeeper.testkit.record;

import io.github.rolekeeper.testkit.Referee;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the commands of the record in the real AWS CLI, each as a process of its own: {@code iam}
 * and {@code ec2} with an administrator's keys, the others with what the instance's metadata
 * offers. {@code curl} stays {@link OperatorShell}'s.
 */
final class AwsCli implements StoryReplay.Shell {
  private static final String EXECUTABLE = or(System.getenv("ROLEKEEPER_AWS_CLI"), "aws");
  private static final Pattern ERROR =
      Pattern.compile("An error occurred \\([^)]*\\) when calling the \\w+ operation: .*");
  private static final Pattern WORD = Pattern.compile("\\{.*}|\\S+");

  private final SimulatedAccount account;
  private final SimulatedInstance instance;
  private final OperatorShell shell;
  private final Path home;

  AwsCli(SimulatedAccount account, SimulatedInstance instance, Path home) {
    this.account = account;
    this.instance = instance;
    this.shell = OperatorShell.on(account, instance);
    this.home = home;
  }

  static void take(Path home) throws IOException, InterruptedException {
    new Referee(home)
        .take(
            "AWS CLI",
            List.of(EXECUTABLE, "--version"),
            "there is no AWS CLI on the path; install the package awscli");
  }

  @Override
  public OperatorShell.Output run(String command) {
    if (!command.startsWith("aws ")) {
      synchronized (shell) {
        return shell.run(command);
      }
    }
    Referee.Result result = execute(arguments(command));
    String text = asRecorded(command, result);
    return new OperatorShell.Output(
        text, List.of(new OperatorShell.Exchange(command, result.exit() == 0 ? 200 : 400, text)));
  }

  /**
   * The values in the words and the layout of the record, which was made with version 1: versions
   * differ in tables, in what stands around an error, and in the advice that they give.
   */
  private String asRecorded(String command, Referee.Result result) {
    if (command.equals("aws configure list")) {
      return table(result.output());
    }
    if (result.exit() == 0) {
      return result.output();
    }
    Matcher error = ERROR.matcher(result.errors());
    if (error.find()) {
      return error.group();
    }
    return result.errors().contains("Unable to locate credentials")
        ? "Unable to locate credentials. You can configure credentials by running"
            + " \"aws configure\"."
        : result.errors();
  }

  /** The rows of the record that are there, in its order; what else there is does not matter. */
  private String table(String configuration) {
    var table = new StringBuilder("Name Value Type Location\n---- ----- ---- --------");
    for (String name : List.of("profile", "access_key", "secret_key", "region")) {
      Matcher row = Pattern.compile("(?m)^ *" + name + "\\b(.*)$").matcher(configuration);
      if (row.find()) {
        // Some versions divide the columns by colons.
        String values = row.group(1).replaceAll("(^|\\s):(\\s|$)", " ").strip();
        table.append('\n').append(name).append(' ');
        // Version 2 takes a region that nobody configured from the metadata, and says so.
        table.append(
            name.equals("region") && values.matches(Pattern.quote(account.region()) + "\\s+imds")
                ? "<not set> None None"
                : values);
      }
    }
    return table.toString();
  }

  /** At once: each start of the CLI takes about a second of one processor. */
  @Override
  public List<OperatorShell.Output> look(List<String> commands) {
    return commands.parallelStream().map(this::run).toList();
  }

  /** The record's plain form of parameters, in the words of the CLI. */
  private static List<String> arguments(String command) {
    var arguments = new ArrayList<String>();
    Matcher words = WORD.matcher(command.substring("aws ".length()));
    while (words.find()) {
      String word = words.group();
      switch (word) {
        case "--instance-id.1" -> arguments.add("--instance-ids");
        case "--iam-instance-profile.-name" -> {
          arguments.add("--iam-instance-profile");
          words.find();
          arguments.add("Name=" + words.group());
        }
        default -> arguments.add(word);
      }
    }
    return arguments;
  }

  Referee.Result execute(List<String> arguments) {
    var line = new ArrayList<String>();
    line.add(EXECUTABLE);
    line.addAll(arguments);
    String service = arguments.get(0);
    boolean local = service.equals("configure");
    if (!local) {
      line.add("--endpoint-url");
      line.add(account.endpoint().toString());
    }
    var environment = new HashMap<String, String>();
    // The trailing slash makes the CLI keep the path.
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.metadataEndpoint() + "/");
    if (service.equals("iam") || service.equals("ec2")) {
      environment.put("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
      environment.put("AWS_SECRET_ACCESS_KEY", "any-secret");
    }
    if (!local) {
      environment.put("AWS_DEFAULT_REGION", account.region());
    }
    try {
      return new Referee(home).run(line, environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static String or(String value, String otherwise) {
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
