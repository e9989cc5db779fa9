package io.github.rolekeeper.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.ApiCall;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.OwnThreads;
import io.github.rolekeeper.testkit.SimulatedAccount;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamAsyncClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

class InProcessHttpClientTest {
  @Test
  void accounts_without_a_port_are_reached_in_process_and_start_no_thread() throws Exception {
    var threads = new OwnThreads();
    var accounts = new ArrayList<SimulatedAccount>();
    threads.run(
        () -> {
          for (int i = 0; i < 100; i++) {
            accounts.add(SimulatedAccount.builder().withoutPort().build());
          }
          return null;
        });

    assertThat(threads.alive()).isEmpty();
    for (SimulatedAccount account : accounts) {
      try (account;
          var own = SdkClients.administrator(account).inProcess().build(IamClient.builder())) {
        own.createInstanceProfile(r -> r.instanceProfileName("web"));
        assertThat(own.listInstanceProfiles().instanceProfiles()).hasSize(1);
        assertThat(account.endpoint().getHost()).endsWith(".invalid");
      }
    }
  }

  @Test
  void answers_are_the_same_as_over_the_socket() {
    assertThat(conversation(SdkClients::inProcess)).isEqualTo(conversation(same -> same));
  }

  /** What an account says and notes of a few calls; ids are seeded, so they are the same twice. */
  private static List<Object> conversation(UnaryOperator<SdkClients> way) {
    var heard = new ArrayList<Object>();
    try (var account = SimulatedAccount.create(MutableClock.at("2026-01-02T03:04:05Z"))) {
      SdkClients clients = way.apply(SdkClients.administrator(account));
      account.createInstanceProfile("web", "web-role");
      heard.add(account.launchInstance("web").id());
      try (var iam = clients.build(IamClient.builder());
          var ec2 = clients.build(Ec2Client.builder());
          var sts = clients.build(StsClient.builder());
          var s3 = clients.build(S3Client.builder())) {
        var profile = iam.getInstanceProfile(r -> r.instanceProfileName("web"));
        heard.add(profile.instanceProfile());
        heard.add(profile.responseMetadata().requestId());
        heard.add(ec2.describeInstances().reservations());
        heard.add(sts.getCallerIdentity().account());
        heard.add(s3.listBuckets().buckets());
        var missing =
            catchThrowableOfType(
                AwsServiceException.class,
                () -> iam.getInstanceProfile(r -> r.instanceProfileName("none at all")));
        heard.add(missing.statusCode());
        heard.add(missing.awsErrorDetails().errorCode());
        heard.add(missing.awsErrorDetails().errorMessage());
      }
      heard.addAll(account.calls());
    }
    return heard;
  }

  @Test
  void two_thousand_calls_are_answered_and_counted() {
    answeredAndCounted(2_000);
  }

  @Test
  @Tag("load")
  void a_hundred_thousand_calls_are_answered_and_counted() {
    answeredAndCounted(100_000);
  }

  private static void answeredAndCounted(int calls) {
    try (var account = SimulatedAccount.create();
        var iam = SdkClients.administrator(account).inProcess().build(IamClient.builder())) {
      account.createInstanceProfile("web", "web-role");
      for (int i = 0; i < calls; i++) {
        iam.getInstanceProfile(r -> r.instanceProfileName("web"));
      }

      assertThat(account.calls()).hasSize(calls).extracting(ApiCall::outcome).containsOnly("OK");
    }
  }

  @Test
  void a_stopped_instance_refuses_the_connection() {
    try (var account = SimulatedAccount.create();
        var ec2 = SdkClients.administrator(account).inProcess().build(Ec2Client.builder())) {
      account.createInstanceProfile("web", "web-role");
      var instance = account.launchInstance("web");
      ec2.stopInstances(r -> r.instanceIds(instance.id()));

      assertThatThrownBy(
              () ->
                  account.exchange(
                      "GET",
                      instance.metadataEndpoint().getPath() + "/latest/meta-data/",
                      Map.of(),
                      new byte[0]))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void asynchronous_clients_are_told_that_they_need_the_socket() {
    try (var account = SimulatedAccount.create()) {
      SdkClients clients = SdkClients.administrator(account).inProcess();

      assertThatIllegalArgumentException()
          .isThrownBy(() -> clients.build(IamAsyncClient.builder()))
          .withMessageContaining("leave out inProcess()");
    }
  }
}
