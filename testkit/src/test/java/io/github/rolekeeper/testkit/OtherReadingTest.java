package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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

  @Test
  void a_profile_on_its_way_to_ec2_is_an_incorrect_state_to_associations() {
    try (var account =
            accountWithout(
                Rule.PROFILE_ON_ITS_WAY_IS_INVALID,
                builder -> builder.timing(Timing.IAM_TO_EC2, LAG));
        var ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder())) {
      SimulatedInstance instance = account.launchInstance(InstanceOptions.of());

      assertThatThrownBy(
              () ->
                  ec2.associateIamInstanceProfile(
                      r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web"))))
          .hasMessageContaining("Code=InstanceIdentityProfileNotFound")
          .hasMessageContaining("not found for the key: 123456789012/web");
      assertThat(
              QueryCall.outcome(
                  account,
                  "ec2",
                  "RunInstances",
                  "ImageId=ami-1",
                  "MinCount=1",
                  "MaxCount=1",
                  "IamInstanceProfile.Name=web"))
          .isEqualTo("InvalidParameterValue");
      account.clock().advance(LAG);
      ec2.associateIamInstanceProfile(
          r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web")));
    }
  }

  @Test
  void a_directory_without_its_slash_is_redirected_as_captured() throws Exception {
    try (var account = accountWithout(Rule.DIRECTORIES_NEED_NO_SLASH, r -> r)) {
      SimulatedInstance instance = account.launchInstance("web");
      for (URI endpoint : List.of(instance.metadataEndpoint(), instance.metadataRoot())) {
        String list =
            endpoint.getPath().replaceAll("/$", "") + "/latest/meta-data/iam/security-credentials";

        assertThat(raw(endpoint, list))
            .startsWith("HTTP/1.0 301 Moved Permanently\r\n")
            .contains("Location: http://" + endpoint.getAuthority() + list + "/\r\n")
            .contains("Content-Length: 0\r\n", "Connection: close\r\n", "Server: EC2ws\r\n")
            .endsWith("\r\n\r\n");
        assertThat(raw(endpoint, list + "/")).startsWith("HTTP/1.1 200").endsWith("web-role");
        assertThat(raw(endpoint, list + "/web-role")).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void a_client_of_http_1_0_without_a_host_is_redirected_by_the_path() throws Exception {
    try (var account = accountWithout(Rule.DIRECTORIES_NEED_NO_SLASH, r -> r)) {
      String list = "/_instances/%s/latest/meta-data/iam/security-credentials";
      String path = list.formatted(account.launchInstance("web").id());

      assertThat(account.exchange("GET", path, Map.of(), new byte[0]).headers())
          .containsEntry("Location", path + "/");
    }
  }

  private static String raw(URI endpoint, String path) throws IOException {
    try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: " + endpoint.getAuthority();
      socket
          .getOutputStream()
          .write((request + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
