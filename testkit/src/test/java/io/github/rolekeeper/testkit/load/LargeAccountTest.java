package io.github.rolekeeper.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Kept;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A large account for a day. Not part of the normal build; see CONTRIBUTING. */
@Tag("load")
class LargeAccountTest {
  private static final int INSTANCES = 10_000;
  private static final int HOURS = 24;

  @Test
  void ten_thousand_instances_work_for_a_day_and_answer() throws Exception {
    try (SimulatedAccount account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      var instances =
          Stream.generate(() -> account.launchInstance("web")).limit(INSTANCES).toList();
      var atFirst = Kept.by(account);
      for (int hour = 1; hour <= HOURS; hour++) {
        account.clock().advance(Duration.ofHours(1));
        account.createInstanceProfile("hour-" + hour, "web-role"); // brings all metadata up to date
      }

      System.out.println("large account: " + Footprint.taken());
      assertThat(instances)
          .allMatch(each -> account.instance(each.id()).id().equals(each.id()))
          .extracting(SimulatedInstance::metadataEndpoint)
          .doesNotHaveDuplicates();
      var now = new java.util.TreeMap<>(atFirst);
      // One at the launch, and one each hour; none has ended a day ago.
      now.put("World.sessions", INSTANCES * (1 + HOURS));
      now.put("World.sessionsByEnd", INSTANCES * (1 + HOURS));
      now.put("World.profiles", 1 + HOURS);
      now.put("World.profilesInEc2", 1 + HOURS);
      assertThat(Kept.by(account)).isEqualTo(now);
    }
  }
}
