package io.github.rolekeeper.testkit.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.Referee;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AWS CLI as a referee: it was not written by us, and must not notice. */
class AwsCliTest {
  @TempDir private static Path home;

  @BeforeEach
  void needs_the_cli() throws Exception {
    AwsCli.take(home);
  }

  @Test
  void prints_all_sixteen_rows_of_the_record() {
    StoryReplay replay =
        StoryReplay.play((account, instance) -> new AwsCli(account, instance, home));

    assertThat(replay.answers().stream().map(answer -> answer.observation().row()).distinct())
        .hasSize(FieldRecord.ROWS);
    assertThat(replay.differences()).isEmpty();
  }

  @Test
  void prints_the_errors_of_aws() {
    try (SimulatedAccount account = SimulatedAccount.create(MutableClock.atRealTime())) {
      AwsCli cli = cli(account);

      assertThat(fail(cli, "iam", "get-instance-profile", "--instance-profile-name", "none"))
          .contains(
              "An error occurred (NoSuchEntity) when calling the GetInstanceProfile operation:"
                  + " Instance Profile none cannot be found.");
      assertThat(fail(cli, "ec2", "describe-instances", "--instance-ids", "i-0123456789abcdef0"))
          .contains(
              "An error occurred (InvalidInstanceID.NotFound) when calling the DescribeInstances"
                  + " operation");
      assertThat(fail(cli, "iam", "list-users"))
          .contains(
              "An error occurred (InvalidAction) when calling the ListUsers operation: Could not"
                  + " find operation ListUsers for version 2010-05-08");
    }
  }

  private static AwsCli cli(SimulatedAccount account) {
    account.createInstanceProfile("first", "first-role");
    return new AwsCli(account, account.launchInstance("first"), home);
  }

  private static String fail(AwsCli cli, String... arguments) {
    Referee.Result result = cli.execute(List.of(arguments));
    assertThat(result.exit()).as(result.toString()).isNotZero();
    return result.errors();
  }
}
