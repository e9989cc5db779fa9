package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import io.github.rolekeeper.testkit.record.OperatorShell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.IamClient;

class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/testkit/ReadmeTest.java");
  private static final Path README = Path.of("README.md");
  private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  void the_usage_runs() {
    assertThat(usage()).startsWith("Unable to locate credentials");
  }

  private static String usage() {
    // tag::usage[]
    try (SimulatedAccount account = SimulatedAccount.create();
        IamClient iam = SdkClients.administrator(account).build(IamClient.builder())) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web"); // has a metadataEndpoint()
      iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      account.clock().advance(Duration.ofHours(7)); // the session of the instance has ended
      return OperatorShell.on(account, instance).run("aws s3 ls").text(); // no credentials
    }
    // end::usage[]
  }

  @Test
  void the_faults_are_accepted() {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      // tag::faults[]
      account.inject(Fault.throttled().on("AssociateIamInstanceProfile").times(2));
      account.inject(Fault.lostAnswer().on("ec2:Replace*").atCalls(1)); // it took effect
      account.inject(Fault.noAnswer().on("PUT /latest/api/token")); // as beyond the hop limit
      account.inject(Fault.anotherActor(() -> account.deleteInstanceProfile("web")).atCalls(3));
      // end::faults[]
      assertThat(account.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"usage", "faults"})
  void the_readme_shows_what_runs(String part) throws Exception {
    String source = Files.readString(SOURCE);
    String tag = "// tag::" + part + "[]\n";
    int start = source.indexOf(tag) + tag.length();
    String shown =
        source.substring(start, source.lastIndexOf('\n', source.indexOf("// end::" + part)));
    assertThat(Files.readString(README))
        .contains("```java\n" + shown.stripTrailing().stripIndent() + "\n```");
  }

  @Test
  void every_claim_names_tests_that_there_are() throws Exception {
    List<String> rows =
        Files.readAllLines(README).stream()
            .dropWhile(line -> !line.startsWith("## What it claims about AWS"))
            .takeWhile(line -> !line.startsWith("## When things go wrong"))
            .toList();
    List<String> claims =
        rows.subList(rows.indexOf("| behaviour | source | test |") + 2, rows.size()).stream()
            .filter(line -> line.startsWith("|"))
            .toList();

    assertThat(claims)
        .hasSizeGreaterThan(40)
        .allSatisfy(claim -> assertThat(claim.split(" \\| ")[2]).containsPattern(NAMED_TEST));
    assertThat(NAMED_TEST.matcher(String.join("\n", rows)).results().map(test -> test.group(1)))
        .isNotEmpty()
        .allSatisfy(test -> assertThat(testClasses()).contains(test + ".java"));
  }

  private static List<String> testClasses() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_readme_names_every_timing_with_its_default_and_source(Timing timing) throws Exception {
    String source = timing.source().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    Duration usual = timing.usual();
    String value =
        usual.isZero()
            ? "0"
            : usual.toHours() > 0 ? usual.toHours() + " h" : usual.toMinutes() + " min";

    assertThat(Files.readAllLines(README))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("| `" + timing.name() + "` | " + value + " |")
                    .contains(" | " + source.replace("aws", "AWS") + " | `")
                    .endsWith("Test` |"));
  }

  @ParameterizedTest
  @EnumSource
  void the_readme_names_every_rule_with_its_source(Rule rule) throws Exception {
    String source = rule.source().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');

    assertThat(Files.readAllLines(README))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("| `" + rule.name() + "` |")
                    .endsWith("| " + source.replace("aws", "AWS") + " |"));
  }
}
