package io.github.rolekeeper.imds.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.MaintenanceEvent;
import io.github.rolekeeper.imds.RebalanceRecommendation;
import io.github.rolekeeper.imds.RoleCredentials;
import io.github.rolekeeper.imds.SpotNotice;
import io.github.rolekeeper.testkit.AutoScalingTargetState;
import io.github.rolekeeper.testkit.InstanceOptions;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.SpotAction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What perishes, announced by a simulated account and told by the watchers. */
class SimulatedWatchTest {
  private static final Instant SOON = Instant.parse("2023-03-07T15:02:51Z");

  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:51Z");
  private final SimulatedAccount account =
      SimulatedAccount.builder().clock(clock).sessionDuration(Duration.ofHours(6)).build();
  private final SimulatedInstance instance = launch();
  private final InstanceMetadataClient client =
      Clients.builder(instance.metadataEndpoint()).build();
  private final List<String> told = new ArrayList<>();
  private final List<ManualScheduler> schedulers = new ArrayList<>();

  private SimulatedInstance launch() {
    account.createInstanceProfile("web", "web-role");
    return account.launchInstance("web", InstanceOptions.of(Trait.SPOT));
  }

  @AfterEach
  void stop() {
    client.close();
    account.close();
  }

  private <T> void watch(MetadataWatcher.Builder<T> builder, Function<T, String> text) {
    ManualScheduler scheduler = new ManualScheduler();
    schedulers.add(scheduler);
    builder.scheduler(scheduler).start((before, now) -> told.add(text.apply(now)));
    scheduler.runNext();
  }

  private List<String> toldNow() {
    told.clear();
    schedulers.forEach(ManualScheduler::runNext);
    return told;
  }

  @Test
  void what_the_account_announces_is_told_once_and_again_when_it_is_withdrawn() {
    watch(
        MetadataWatcher.spotInterruption(client),
        now -> "spot " + now.flatMap(SpotNotice::time).map(Instant::toString).orElse("-"));
    watch(
        MetadataWatcher.rebalance(client),
        now ->
            "rebalance "
                + now.flatMap(RebalanceRecommendation::noticeTime)
                    .map(Instant::toString)
                    .orElse("-"));
    watch(
        MetadataWatcher.maintenance(client),
        now -> "maintenance " + now.stream().map(MaintenanceEvent::description).toList());
    watch(
        MetadataWatcher.autoScaling(client),
        now -> "state " + now.map(state -> state.text()).orElse("-"));
    instance.interruptSpot(SpotAction.TERMINATE, SOON);
    instance.recommendRebalance(SOON);
    instance.scheduleMaintenance(
        io.github.rolekeeper.testkit.MaintenanceEvent.of("e-1", "system-reboot", SOON));
    instance.autoScalingTargetState(AutoScalingTargetState.TERMINATED);

    assertThat(toldNow())
        .containsExactly(
            "spot " + SOON,
            "rebalance " + SOON,
            "maintenance [scheduled system-reboot]",
            "state Terminated");
    assertThat(toldNow()).isEmpty();
    instance.withdrawNotices();
    assertThat(toldNow()).contains("spot -", "rebalance -", "maintenance []");
  }

  @Test
  void credentials_are_told_when_they_are_renewed_and_when_they_are_gone() {
    watch(MetadataWatcher.credentials(client), now -> now.status().toString());
    assertThat(toldNow()).isEmpty();
    clock.advance(Duration.ofHours(5)); // new ones are there long before the old ones end
    assertThat(toldNow()).containsExactly(RoleCredentials.Status.AVAILABLE.toString());
    account.deleteInstanceProfile("web");
    clock.advance(Duration.ofHours(6));
    assertThat(toldNow()).containsExactly(RoleCredentials.Status.NONE.toString());
  }
}
