package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.AccountServer;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.Timing;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * Sessions of seconds, in real time: the SDK's own provider reads the wall clock and nothing is
 * moved. Not part of the normal build, since it waits; see CONTRIBUTING.
 */
@Tag("load")
class RealTimeTest {
  private static final Duration SESSION = Duration.ofSeconds(4);

  /** Only ends a hang. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
      "Principal":{"Service":"ec2.amazonaws.com"}}]}""";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void a_warm_provider_goes_on_past_the_end_of_a_session_in_the_same_process() throws Exception {
    try (var server =
        AccountServer.start(
            () ->
                SimulatedAccount.builder()
                    .clock(MutableClock.ticking())
                    .timing(Timing.SESSION_DURATION, SESSION),
            "127.0.0.1",
            0)) {
      warmGoesOnAndColdFails(server.endpoint());
    }
  }

  @Test
  void a_warm_provider_goes_on_past_the_end_of_a_session_of_the_program(@TempDir Path directory)
      throws Exception {
    try (var server = ServerProcess.ofClasses(directory, "--real-time")) {
      URI endpoint = URI.create(server.ready().path("endpoint").asText());
      http.send(
          HttpRequest.newBuilder(endpoint.resolve("/_rolekeeper/timings"))
              .PUT(
                  HttpRequest.BodyPublishers.ofString("{\"SESSION_DURATION\":\"" + SESSION + "\"}"))
              .build(),
          BodyHandlers.discarding());
      warmGoesOnAndColdFails(endpoint);
    }
  }

  private void warmGoesOnAndColdFails(URI endpoint) throws Exception {
    AwsCredentialsProvider administrator =
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "x"));
    try (IamClient iam = client(IamClient.builder(), endpoint, administrator);
        Ec2Client ec2 = client(Ec2Client.builder(), endpoint, administrator)) {
      iam.createRole(r -> r.roleName("web-role").assumeRolePolicyDocument(TRUST));
      iam.createInstanceProfile(r -> r.instanceProfileName("web"));
      iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      String id =
          ec2.runInstances(
                  r ->
                      r.imageId("ami-1")
                          .minCount(1)
                          .maxCount(1)
                          .iamInstanceProfile(p -> p.name("web")))
              .instances()
              .get(0)
              .instanceId();
      URI metadata = endpoint.resolve("/_instances/" + id);

      try (var warm = warmProvider(endpoint, metadata, "web-role/" + id);
          var cold = provider(metadata);
          var sts = client(StsClient.builder(), endpoint, warm)) {
        iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
        iam.deleteInstanceProfile(r -> r.instanceProfileName("web"));
        awaitTheEndOfTheSession(endpoint, metadata);

        AwsCredentials served = warm.resolveCredentials();
        assertThat(served.expirationTime())
            .hasValueSatisfying(
                end -> assertThat(end).isBefore(MutableClock.atRealTime().instant()));
        for (int again = 0; again < 3; again++) {
          assertThat(warm.resolveCredentials().accessKeyId()).isEqualTo(served.accessKeyId());
          assertThatThrownBy(sts::getCallerIdentity)
              .isInstanceOfSatisfying(
                  AwsServiceException.class,
                  e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ExpiredToken"));
        }
        assertThatThrownBy(cold::resolveCredentials).isInstanceOf(SdkClientException.class);
      }
    }
  }

  /**
   * A provider whose credentials were accepted once. On a machine that stalls, they may end before
   * they are used; then the next one has newer ones.
   */
  private static InstanceProfileCredentialsProvider warmProvider(
      URI endpoint, URI metadata, String caller) {
    long begin = System.nanoTime();
    while (true) {
      var provider = provider(metadata);
      try (var sts = client(StsClient.builder(), endpoint, provider)) {
        assertThat(sts.getCallerIdentity().arn()).endsWith(caller);
        return provider;
      } catch (AwsServiceException e) {
        provider.close();
        assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ExpiredToken");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
      }
    }
  }

  private void awaitTheEndOfTheSession(URI endpoint, URI metadata)
      throws IOException, InterruptedException {
    // Each look waits for its answer, so that there are not thousands of them.
    String slow = "{\"kind\":\"SLOW\",\"duration\":\"PT0.05S\"}";
    URI faults = endpoint.resolve("/_rolekeeper/faults");
    http.send(
        HttpRequest.newBuilder(faults).POST(HttpRequest.BodyPublishers.ofString(slow)).build(),
        BodyHandlers.discarding());
    HttpRequest role =
        HttpRequest.newBuilder(
                URI.create(metadata + "/latest/meta-data/iam/security-credentials/web-role"))
            .build();
    long begin = System.nanoTime();
    while (http.send(role, BodyHandlers.discarding()).statusCode() != 404) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .as("the session has not ended")
          .isLessThan(PATIENCE);
    }
    http.send(HttpRequest.newBuilder(faults).DELETE().build(), BodyHandlers.discarding());
  }

  private static InstanceProfileCredentialsProvider provider(URI metadata) {
    return InstanceProfileCredentialsProvider.builder().endpoint(metadata.toString()).build();
  }

  private static <B extends AwsClientBuilder<B, C>, C> C client(
      B builder, URI endpoint, AwsCredentialsProvider credentials) {
    return builder
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials)
        .build();
  }
}
