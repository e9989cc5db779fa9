package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

class ReadmeTest {
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/rolekeeper/iamops/ReadmeTest.java");

  // tag::usage[]
  static RepairReport repair(InstanceProfileOps ops, InstanceId instance) {
    InstanceDiagnosis diagnosis = ops.diagnose(instance); // four API calls, reads only
    System.out.println(diagnosis.describe());
    RepairPlan plan = ops.plan(RepairTarget.forInstance(instance).role("web-role").build());
    System.out.println(plan.describe()); // let a person read it
    return ops.execute(plan, step -> System.out.println(step.describe()));
  }

  // end::usage[]

  @Test
  void the_usage_runs() {
    try (SimulatedAccount account = SimulatedAccount.create();
        Ec2Client ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
        IamClient iam = SdkClients.administrator(account).build(IamClient.builder())) {
      account.createInstanceProfile("web", "web-role");
      InstanceId id = InstanceId.of(account.launchInstance("web").id());
      account.deleteInstanceProfile("web");

      InstanceProfileOps ops =
          InstanceProfileOps.builder(ec2, iam)
              .clock(account.clock())
              .pauser(account.clock()::advance)
              .build();

      assertThat(repair(ops, id).verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
    }
  }

  @Test
  void the_readme_shows_what_runs() throws Exception {
    String source = Files.readString(SOURCE);
    String usage =
        source.substring(
            source.indexOf("// tag::usage[]\n") + "// tag::usage[]\n".length(),
            source.indexOf("  // end::usage[]"));
    assertThat(Files.readString(Path.of("README.md")))
        .contains("```java\n" + usage.stripTrailing().stripIndent() + "\n```");
  }
}
