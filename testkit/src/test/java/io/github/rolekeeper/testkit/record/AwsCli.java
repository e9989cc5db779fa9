package io.github.rolekeeper.testkit.record;

import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the commands of the record in the real AWS CLI, each as a process of its own: {@code iam}
 * and {@code ec2} with an administrator's keys, the others with what the instance's metadata
 * offers. {@code curl} stays {@link OperatorShell}'s.
 */
final class AwsCli implements StoryReplay.Shell {
  private static final String EXECUTABLE = or(System.getenv("ROLEKEEPER_AWS_CLI"), "aws");
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

  /** The version of the CLI; empty if there is none. */
  static String version() {
    try {
      Process process =
          new ProcessBuilder(EXECUTABLE, "--version").redirectErrorStream(true).start();
      String text = read(process);
      return process.waitFor() == 0 ? text : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  @Override
  public OperatorShell.Output run(String command) {
    if (!command.startsWith("aws ")) {
      synchronized (shell) {
        return shell.run(command);
      }
    }
    Result result = execute(arguments(command));
    String text = asVersion1Prints(result.text());
    return new OperatorShell.Output(
        text, List.of(new OperatorShell.Exchange(command, result.exit() == 0 ? 200 : 400, text)));
  }

  /**
   * Version 2 takes a region that nobody configured from the metadata, and {@code configure list}
   * says so; the record was made with version 1, which does not.
   */
  private String asVersion1Prints(String text) {
    return text.replaceFirst(
        "(?m)^( +region) +" + Pattern.quote(account.region()) + " +imds *$",
        "$1                <not set>             None    None");
  }

  /** At once: each start of the CLI takes about a second of one processor. */
  @Override
  public List<OperatorShell.Output> look(List<String> commands) {
    return commands.parallelStream().map(this::run).toList();
  }

  record Result(int exit, String text) {}

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

  Result execute(List<String> arguments) {
    var line = new ArrayList<String>();
    line.add(EXECUTABLE);
    line.addAll(arguments);
    String service = arguments.get(0);
    boolean local = service.equals("configure");
    if (!local) {
      line.add("--endpoint-url");
      line.add(account.endpoint().toString());
    }
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("AWS_") || name.endsWith("_proxy"));
    environment.put("AWS_CONFIG_FILE", home.resolve("config").toString());
    environment.put("AWS_SHARED_CREDENTIALS_FILE", home.resolve("credentials").toString());
    environment.put("AWS_PAGER", "");
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
      Process process = builder.start();
      process.getOutputStream().close();
      String text = read(process);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(line + " does not end; so far it printed: " + text);
      }
      return new Result(process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static String read(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String or(String value, String otherwise) {
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
