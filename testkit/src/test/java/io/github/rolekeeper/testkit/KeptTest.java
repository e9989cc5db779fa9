package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/** An account keeps what it must, and no more however many calls there are. */
class KeptTest {
  private static final int JOURNAL = 100;
  private static final int ROUNDS = 60;

  private final SimulatedAccount account =
      SimulatedAccount.builder().withoutPort().journalLimit(JOURNAL).build();
  private final SdkClients clients = SdkClients.administrator(account).inProcess();
  private final IamClient iam = clients.build(IamClient.builder());
  private final Ec2Client ec2 = clients.build(Ec2Client.builder());

  @AfterEach
  void close() {
    iam.close();
    ec2.close();
    account.close();
  }

  @Test
  void former_associations_calls_and_events_are_kept_up_to_their_limits() throws Exception {
    account.createInstanceProfile("web", "web-role");
    String instance = account.launchInstance("web").id();
    for (int round = 1; round <= ROUNDS; round++) {
      String association =
          ec2.describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      ec2.replaceIamInstanceProfileAssociation(
          r -> r.associationId(association).iamInstanceProfile(p -> p.name("web")));

      assertThat(kept("Instance.superseded")).isEqualTo(Math.min(round, 50));
      assertThat(kept("Journal.calls")).isEqualTo(Math.min(2 * round, JOURNAL));
      assertThat(kept("Trail.events")).isEqualTo(Math.min(2 * round, JOURNAL));
    }
    assertThat(account.instance(instance).id()).isEqualTo(instance);
  }

  @Test
  void sessions_are_kept_for_a_day_after_their_end_however_they_came_about() throws Exception {
    account.createInstanceProfile("web", "web-role");
    account.launchInstance("web");
    account.launchInstance("web");
    // Some hourly ones at once, some one by one: what was made up for later was issued earlier.
    for (int hours : new int[] {1, 20, 1, 30, 7, 48, 1}) {
      account.clock().advance(Duration.ofHours(hours));
      account.snapshot(); // brings all metadata up to date
    }

    assertThat(kept("World.sessions")).as("issued now and at each of 30 hours").isEqualTo(2 * 31);
    assertThat(kept("World.sessionsByEnd")).isEqualTo(2 * 31);
  }

  @Test
  void a_fault_is_kept_until_it_has_happened_for_the_last_time() throws Exception {
    account.inject(Fault.throttled().on("ListRoles").times(1));
    account.inject(Fault.status(503).on("ListRoles").atCalls(1, 3));
    account.inject(Fault.status(503).on("ListUsers"));
    for (int left : new int[] {2, 2, 1, 1}) {
      account.exchange("POST", "/?Action=ListRoles&Version=2010-05-08", Map.of(), new byte[0]);

      assertThat(kept("Faults.injected")).isEqualTo(left);
    }
    assertThat(account.calls())
        .extracting(ApiCall::outcome)
        .containsExactly(
            "Throttling", "MissingAuthenticationToken", "503", "MissingAuthenticationToken");
  }

  @Test
  void names_of_profiles_that_are_gone_are_forgotten() throws Exception {
    Map<String, Integer> before = Kept.by(account);
    for (int round = 0; round < ROUNDS; round++) {
      String name = "profile-" + round;
      iam.createInstanceProfile(r -> r.instanceProfileName(name));
      iam.deleteInstanceProfile(r -> r.instanceProfileName(name));
    }
    account.clearJournal();

    Map<String, Integer> after = Kept.by(account);
    assertThat(after.remove("Trail.events")).isEqualTo(JOURNAL);
    assertThat(after).isEqualTo(before);
    assertThatThrownBy(() -> iam.getInstanceProfile(r -> r.instanceProfileName("profile-1")))
        .hasMessageContaining("cannot be found");
  }

  private int kept(String field) throws IllegalAccessException {
    return Kept.by(account).getOrDefault(field, 0);
  }
}
