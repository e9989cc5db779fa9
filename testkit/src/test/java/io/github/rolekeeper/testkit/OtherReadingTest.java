package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.iam.IamClient;

/** What is inferred and the field record does not show, in the reading that is not the default. */
class OtherReadingTest {
  private static final Duration LAG = Duration.ofSeconds(10);

  @Test
  void a_deleted_profile_shows_when_its_last_session_ends() throws Exception {
    try (var account = accountWithout(Rule.DELETED_PROFILE_SHOWS_AT_REFRESH, r -> r)) {
      SimulatedInstance instance = account.launchInstance("web");
      account.deleteInstanceProfile("web");

      account.clock().advance(Duration.ofHours(1));
      assertThat(info(account, instance)).contains("\"Code\" : \"Success\"");
      account.clock().advance(Duration.ofHours(5));
      assertThat(info(account, instance)).contains("InstanceProfileNotFound");
    }
  }

  @Test
  void an_association_that_is_ending_is_not_in_the_way_of_the_next() {
    try (var account =
            accountWithout(
                Rule.ENDING_ASSOCIATION_BLOCKS_THE_NEXT,
                builder -> builder.timing(Timing.ASSOCIATION_TRANSITION, LAG));
        var ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder())) {
      SimulatedInstance instance = account.launchInstance("web");
      account.clock().advance(LAG);
      String id =
          ec2.describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      ec2.disassociateIamInstanceProfile(r -> r.associationId(id));

      ec2.associateIamInstanceProfile(
          r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web")));

      assertThat(ec2.describeIamInstanceProfileAssociations().iamInstanceProfileAssociations())
          .extracting(association -> association.stateAsString())
          .containsExactlyInAnyOrder("disassociating", "associating");
    }
  }

  @Test
  void a_profile_without_a_role_is_associated_and_gives_no_credentials() throws Exception {
    try (var account = accountWithout(Rule.PROFILE_WITHOUT_ROLE_IS_REFUSED, r -> r);
        var iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
        var ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder())) {
      SimulatedInstance instance = account.launchInstance(InstanceOptions.of());
      iam.createInstanceProfile(r -> r.instanceProfileName("bare"));

      ec2.associateIamInstanceProfile(
          r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("bare")));

      assertThat(info(account, instance)).contains("does not contain a role");
    }
  }

  @Test
  void a_metadata_endpoint_that_is_off_refuses_connections() throws Exception {
    try (var account = accountWithout(Rule.DISABLED_METADATA_ANSWERS_403, r -> r);
        var ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder())) {
      SimulatedInstance instance = account.launchInstance("web");
      assertThat(info(account, instance)).contains("Success");

      ec2.modifyInstanceMetadataOptions(
          r -> r.instanceId(instance.id()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));

      assertThatThrownBy(() -> info(account, instance)).isInstanceOf(ConnectException.class);
    }
  }

  private static SimulatedAccount accountWithout(
      Rule rule, UnaryOperator<SimulatedAccount.Builder> more) {
    SimulatedAccount account = more.apply(SimulatedAccount.builder()).without(rule).build();
    account.createInstanceProfile("web", "web-role");
    return account;
  }

  private static String info(SimulatedAccount account, SimulatedInstance instance)
      throws IOException {
    return account
        .exchange(
            "GET",
            "/_instances/" + instance.id() + "/latest/meta-data/iam/info",
            Map.of(),
            new byte[0])
        .body();
  }
}
