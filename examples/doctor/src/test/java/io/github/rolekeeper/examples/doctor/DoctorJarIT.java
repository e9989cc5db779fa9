package io.github.rolekeeper.examples.doctor;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar, started as the README says. */
class DoctorJarIT {
  private static final Map<String, String> CREDENTIALS =
      Map.of("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY", "any-secret");

  @TempDir private Path directory;

  @Test
  void the_jar_repairs() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.create(MutableClock.ticking())) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      account.deleteInstanceProfile("web");
      account.createInstanceProfile(
          "web", "web-role"); // one step cures it: the jar's pauses are real
      String[] where = {
        "--endpoint-url", account.endpoint().toString(), "--region", account.region(), "--json"
      };

      DoctorRun diagnosis =
          jar(
              CREDENTIALS,
              where,
              "diagnose",
              instance.id(),
              "--metadata-endpoint",
              instance.metadataEndpoint() + "/");
      assertThat(diagnosis.exit()).as(diagnosis.toString()).isEqualTo(1);
      assertThat(diagnosis.texts("findings", "type")).containsExactly("STALE_PROFILE_ID");
      assertThat(diagnosis.json().at("/findings/0/loss/latest"))
          .as("the very instant, which only the metadata tells")
          .isEqualTo(diagnosis.json().at("/findings/0/loss/earliest"));
      DoctorRun repair =
          jar(
              CREDENTIALS,
              where,
              "repair",
              instance.id(),
              "--profile",
              "web",
              "--role",
              "web-role",
              "--yes");
      assertThat(repair.exit()).as("done, and not seen: %s", repair).isEqualTo(3);
      assertThat(repair.texts("outcomes", "status")).containsOnly("DONE");
      assertThat(repair.err()).isEmpty();
    }
  }

  @Test
  void a_jar_that_is_told_to_end_reports_first() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.create(MutableClock.ticking())) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      account.deleteInstanceProfile("web");
      account.createInstanceProfile("web", "web-role");
      var out = directory.resolve("out");
      Process process =
          start(
              CREDENTIALS,
              out,
              directory.resolve("err"),
              "repair",
              instance.id(),
              "--yes",
              "--metadata-endpoint",
              instance.metadataEndpoint().toString(),
              "--endpoint-url",
              account.endpoint().toString(),
              "--region",
              account.region());
      // The metadata of a fresh association does not follow, so it waits for two minutes.
      while (!account.mutatingCalls().contains("ReplaceIamInstanceProfileAssociation")) {
        assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).as("it has ended early").isFalse();
      }

      process.destroy();

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
      assertThat(out).content().contains("ReplaceIamInstanceProfileAssociation", "verdict");
    }
  }

  @Test
  void without_a_region_it_is_asked_for() throws Exception {
    DoctorRun run = jar(CREDENTIALS, new String[] {}, "diagnose", "i-0123456789abcdef0");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("pass --region");
  }

  private DoctorRun jar(Map<String, String> environment, String[] more, String... arguments)
      throws Exception {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    Path out = Files.createTempFile(directory, "doctor", ".out");
    Path err = Files.createTempFile(directory, "doctor", ".err");
    Process process = start(environment, out, err, all.toArray(String[]::new));
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("the process has ended").isTrue();
    return new DoctorRun(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private Process start(Map<String, String> environment, Path out, Path err, String... arguments)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Duser.home=" + directory, "-jar", System.getProperty("doctorJar")));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    // Nothing of the machine's own configuration; the SDK heeds the proxies of the environment.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("AWS_") || name.toLowerCase(ROOT).endsWith("_proxy"));
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_CONFIG_FILE", directory.resolve("none").toString());
    builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }
}
