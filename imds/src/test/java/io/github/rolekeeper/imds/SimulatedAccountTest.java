package io.github.rolekeeper.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.CredentialEventType;
import io.github.rolekeeper.core.CredentialSnapshot;
import io.github.rolekeeper.core.CredentialState;
import io.github.rolekeeper.core.CredentialTracker;
import io.github.rolekeeper.core.LossForecast;
import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedAccountTest {
  private final MutableClock clock = MutableClock.at("2023-03-07T15:00:51Z");
  private final SimulatedAccount account =
      SimulatedAccount.builder().clock(clock).sessionDuration(Duration.ofHours(6)).build();
  private final SimulatedInstance instance = launch();
  private final InstanceMetadataClient client =
      Clients.builder(instance.metadataEndpoint()).build();

  private SimulatedInstance launch() {
    account.createInstanceProfile("web", "web-role");
    return account.launchInstance("web");
  }

  @AfterEach
  void stop() {
    client.close();
    account.close();
  }

  @Test
  void a_healthy_instance_shows_profile_role_and_identity() {
    IamInfo.Associated info = (IamInfo.Associated) client.iamInfo();
    assertThat(info.arn().name()).isEqualTo("web");
    assertThat(info.arn().accountId()).isEqualTo(account.accountId());
    assertThat(info.id().issuedByAws()).isTrue();

    RoleCredentials.Available served = (RoleCredentials.Available) client.credentialsMetadata();
    assertThat(served.metadata().roleName()).contains("web-role");
    assertThat(served.metadata().expiration()).contains(clock.instant().plus(Duration.ofHours(6)));

    InstanceIdentityDocument identity = client.identityDocument().orElseThrow();
    assertThat(identity.instanceId()).contains(instance.id());
    assertThat(identity.accountId()).contains(account.accountId());
    assertThat(identity.region()).contains(account.region());
    assertThat(identity.billingProducts()).isEmpty();
    assertThat(client.text("meta-data/instance-id")).contains(instance.id());
  }

  @Test
  void the_loss_after_a_deletion_is_foretold_and_comes() {
    List<CredentialEventType> told = new ArrayList<>();
    CredentialTracker tracker =
        CredentialTracker.builder(client::observe)
            .clock(clock)
            .listenerExecutor(Runnable::run)
            .listener(event -> told.add(event.type()))
            .build();
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);

    account.deleteInstanceProfile("web");
    assertThat(tracker.poll().forecast()).isEmpty(); // nobody can see it yet
    clock.advance(Duration.ofHours(1)); // the service's own refresh
    CredentialSnapshot after = tracker.poll();
    assertThat(after.state()).isEqualTo(CredentialState.VALID);
    LossForecast forecast = after.forecast().orElseThrow();
    assertThat(forecast.reason()).isEqualTo(LossReason.PROFILE_NOT_FOUND);
    assertThat(forecast.leadTime()).isEqualTo(Duration.ofHours(5));
    assertThat(forecast.cure().orElseThrow()).contains("GetInstanceProfile");

    // The token of the client ends on the account's clock too: a 401 that nobody sees.
    clock.advance(Duration.ofHours(5));
    assertThat(tracker.snapshot().state()).isEqualTo(CredentialState.EXPIRED);
    CredentialSnapshot dead = tracker.poll();
    assertThat(dead.state()).isEqualTo(CredentialState.MISSING);
    assertThat(dead.forecast()).isEmpty();
    assertThat(client.credentialsMetadata()).isEqualTo(new RoleCredentials.None());
    assertThat(client.iamInfo()).isInstanceOf(IamInfo.Failed.class);
    assertThat(told)
        .containsExactly(
            CredentialEventType.OBTAINED,
            CredentialEventType.FORECAST_RAISED,
            CredentialEventType.EXPIRED,
            CredentialEventType.LOST);
  }
}
