package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import io.github.rolekeeper.testkit.record.OperatorShell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.iam.IamClient;

class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/testkit/ReadmeTest.java");
  private static final Path README = Path.of("README.md");

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
  void the_readme_shows_what_runs() throws Exception {
    String source = Files.readString(SOURCE);
    String usage =
        source.substring(
            source.indexOf("// tag::usage[]\n") + "// tag::usage[]\n".length(),
            source.indexOf("    // end::usage[]"));
    assertThat(Files.readString(README))
        .contains("```java\n" + usage.stripTrailing().stripIndent() + "\n```");
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
