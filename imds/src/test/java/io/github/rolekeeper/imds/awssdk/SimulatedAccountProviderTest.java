package io.github.rolekeeper.imds.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.imds.Clients;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sts.StsClient;

/** The real SDK signs with what the provider reads, for as long as there is something to read. */
class SimulatedAccountProviderTest {
  @Test
  void an_sdk_client_is_the_role_until_its_profile_is_gone_and_then_says_why_it_is_nobody() {
    MutableClock clock = MutableClock.at("2023-03-07T15:00:51Z");
    try (SimulatedAccount account =
        SimulatedAccount.builder().clock(clock).sessionDuration(Duration.ofHours(6)).build()) {
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      try (InstanceMetadataClient client = Clients.builder(instance.metadataEndpoint()).build();
          StsClient sts =
              SdkClients.using(account, InstanceMetadataCredentialsProvider.create(client, clock))
                  .inProcess()
                  .build(StsClient.builder())) {
        assertThat(sts.getCallerIdentity().arn())
            .contains(":assumed-role/web-role/" + instance.id());

        account.deleteInstanceProfile("web");
        clock.advance(Duration.ofHours(5));
        assertThat(sts.getCallerIdentity().arn()).contains("web-role"); // still valid

        clock.advance(Duration.ofHours(1));
        assertThat(catchThrowableOfType(SdkClientException.class, sts::getCallerIdentity))
            .hasMessageContainingAll("InstanceProfileNotFound", "Remedy", "GetInstanceProfile");
      }
    }
  }
}
