package io.github.rolekeeper.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.SimulatedAccount;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A large account in a small heap. Not part of the normal build; see CONTRIBUTING. */
@Tag("load")
class LargeAccountTest {
  private static final int INSTANCES = 10_000;

  @Test
  void ten_thousand_instances_with_a_day_of_sessions_fit_in_512_megabytes() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path").replace(':', File.pathSeparatorChar),
                LargeAccountTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).endsWith(INSTANCES + " instances answer");
  }

  /** Runs in the child. */
  public static void main(String[] arguments) {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      var instances =
          IntStream.range(0, INSTANCES).mapToObj(number -> account.launchInstance("web")).toList();
      for (int hour = 0; hour < 24; hour++) {
        account.clock().advance(Duration.ofHours(1));
        account.createInstanceProfile("hour-" + hour, "web-role"); // brings all metadata up to date
      }
      System.out.println(
          instances.stream().filter(each -> account.instance(each.id()) != null).count()
              + " instances answer");
    }
  }
}
