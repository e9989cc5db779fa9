package io.github.rolekeeper.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.iamops.InstanceProfileOps;
import io.github.rolekeeper.iamops.RepairPlan;
import io.github.rolekeeper.iamops.RepairTarget;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** The project's README. */
class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/examples/story/ReadmeTest.java");
  private static final Path README = Path.of("../../README.md");

  @Test
  void the_usage_runs() {
    assertThatCode(ReadmeTest::usage).doesNotThrowAnyException();
  }

  private static void usage() {
    // tag::usage[]
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      InstanceId id = InstanceId.of(account.launchInstance("web").id());
      Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
      IamClient iam = SdkClients.administrator(account).build(IamClient.builder());
      account.deleteInstanceProfile("web"); // nothing breaks yet

      InstanceProfileOps ops =
          InstanceProfileOps.builder(ec2, iam)
              .clock(account.clock()) // virtual time: its pauses take none
              .pauser(account.clock()::advance)
              .build();
      System.out.println(ops.diagnose(id).describe()); // PROFILE_DELETED, with evidence
      RepairPlan plan = ops.plan(RepairTarget.forInstance(id).role("web-role").build());
      System.out.println(plan.describe()); // reads only: look before you go on
      System.out.println(ops.execute(plan).describe());
    }
    // end::usage[]
  }

  @Test
  void the_readme_shows_what_runs_and_stays_short() throws Exception {
    String source = Files.readString(SOURCE);
    String usage =
        source.substring(
            source.indexOf("// tag::usage[]\n") + "// tag::usage[]\n".length(),
            source.indexOf("    // end::usage[]"));

    assertThat(Files.readString(README))
        .contains("```java\n" + usage.stripTrailing().stripIndent() + "\n```");
    assertThat(Files.readAllLines(README)).hasSizeLessThan(150);
  }
}
