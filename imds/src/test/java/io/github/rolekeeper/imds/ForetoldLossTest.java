package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.CredentialEvent;
import io.github.rolekeeper.core.CredentialEventType;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.LossForecast;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForetoldLossTest {
  private static final Duration STEP = Duration.ofMinutes(5);

  // The lead is what the simulator's renewals leave: hourly, or five minutes before the end.
  @ParameterizedTest
  @CsvSource({"PT1H, PT5M", "PT6H, PT5H"})
  void the_first_look_that_can_see_a_deletion_foretells_the_loss(Duration session, Duration lead) {
    MutableClock clock = MutableClock.at("2023-03-07T15:00:51Z");
    Instant end = clock.instant().plus(session);
    List<CredentialEvent> told = new ArrayList<>();
    try (SimulatedAccount account =
        SimulatedAccount.builder().clock(clock).sessionDuration(session).build()) {
      account.createInstanceProfile("web", "web-role");
      try (InstanceMetadataClient client =
              Clients.builder(account.launchInstance("web").metadataEndpoint()).build();
          CredentialTracker tracker =
              CredentialTracker.builder(client::observe)
                  .clock(clock)
                  .listenerExecutor(Runnable::run)
                  .listener(told::add)
                  .build()) {
        tracker.poll();
        account.deleteInstanceProfile("web");
        while (clock.instant().isBefore(end)) {
          boolean visible = client.iamInfo() instanceof IamInfo.Failed;
          CredentialSnapshot seen = tracker.poll();
          assertThat(seen.state().usable()).isTrue();
          assertThat(seen.forecast().isPresent()).isEqualTo(visible);
          clock.advance(STEP);
        }
        assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
      }
    }
    List<LossForecast> raised =
        told.stream()
            .filter(event -> event.type() == CredentialEventType.FORECAST_RAISED)
            .map(event -> event.current().forecast().orElseThrow())
            .toList();
    assertThat(raised).hasSize(1);
    assertThat(raised.get(0).earliest()).isEqualTo(end);
    assertThat(raised.get(0).leadTime()).isEqualTo(lead);
  }
}
