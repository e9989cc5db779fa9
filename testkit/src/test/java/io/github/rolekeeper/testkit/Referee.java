package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program that we did not write, which sees nothing of the machine's settings for AWS. */
public final class Referee {
  /** Only ends a hang. */
  private static final long PATIENCE_MINUTES = 10;

  private final Path home;

  /** Home, configuration and credentials of the program are in a directory of the test's. */
  public Referee(Path home) {
    this.home = home;
  }

  /** What it printed for others to read, and what for people. */
  public record Result(int exit, String output, String errors) {
    @Override
    public String toString() {
      return "exit code " + exit + ", output: " + output + ", errors: " + errors;
    }
  }

  /** Prints the version that takes part; without one, fails where referees are required. */
  public void take(String name, List<String> toldBy, String remedy)
      throws IOException, InterruptedException {
    Result version;
    try {
      version = run(toldBy, Map.of());
    } catch (IOException e) {
      version = new Result(-1, "", e.toString());
    }
    if (version.exit() == 0) {
      // Some early versions of the CLI tell it among the errors.
      System.out.println(name + ": " + (version.output() + " " + version.errors()).strip());
    } else if ("true".equals(System.getenv("ROLEKEEPER_REQUIRE_REFEREES"))) {
      throw new AssertionError(remedy + " (" + version + ")");
    } else {
      Assumptions.abort(remedy);
    }
  }

  public Result run(List<String> line, Map<String, String> more)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(home, "output", "");
    Path errors = Files.createTempFile(home, "errors", "");
    var builder = new ProcessBuilder(line);
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(
            name ->
                name.startsWith("AWS_")
                    || name.startsWith("BOTO")
                    || name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    // What a user has installed for Python is found by the home directory.
    environment.putIfAbsent("PYTHONUSERBASE", System.getProperty("user.home") + "/.local");
    environment.put("HOME", home.toString());
    environment.put("AWS_CONFIG_FILE", home.resolve("config").toString());
    environment.put("AWS_SHARED_CREDENTIALS_FILE", home.resolve("credentials").toString());
    environment.put("AWS_PAGER", "");
    // Their own second would let a machine that stalls decide.
    environment.put("AWS_METADATA_SERVICE_TIMEOUT", "60");
    environment.putAll(more);
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("%s ends; so far: %s", line, Files.readString(output)).isTrue();
    return new Result(
        process.exitValue(), Files.readString(output).strip(), Files.readString(errors).strip());
  }
}
