package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;
import software.amazon.awssdk.imds.Ec2MetadataRetryPolicy;
import software.amazon.awssdk.services.sts.StsClient;

/** The SDK's own metadata client and credentials provider as referees. */
class SdkMetadataClientTest {
  private static final String ROLE = "/latest/meta-data/iam/security-credentials/web-role";

  private SimulatedAccount account;
  private SimulatedInstance instance;
  private Ec2MetadataClient metadata;

  @BeforeEach
  void launch() {
    // Tokens are required, so whatever is answered was asked with one. Seven hours ago, so that
    // what was delivered then has ended for a client that reads the wall clock.
    account =
        SimulatedAccount.create(
            MutableClock.at(MutableClock.atRealTime().instant().minus(Duration.ofHours(7))));
    account.createInstanceProfile("web", "web-role");
    instance =
        account.launchInstance(
            "web",
            InstanceOptions.of(Trait.TOKENS_REQUIRED, Trait.METADATA_TAGS)
                .with(Detail.KEY_NAME, "ops")
                .withTag("Name", "box")
                .withTag("team", "blue"));
    metadata = client();
  }

  private Ec2MetadataClient client() {
    return Ec2MetadataClient.builder()
        .endpoint(instance.metadataEndpoint())
        // Its own second would let a machine that stalls decide.
        .httpClient(ApacheHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
        .retryPolicy(Ec2MetadataRetryPolicy.none())
        .build();
  }

  @AfterEach
  void close() {
    metadata.close();
    account.close();
  }

  @Test
  void the_client_reads_texts_listings_and_documents() {
    assertThat(text("/latest/meta-data/instance-id")).isEqualTo(instance.id());
    assertThat(text("/latest/meta-data/placement/region")).isEqualTo("us-east-1");
    assertThat(metadata.get("/latest/meta-data/tags/instance").asList())
        .containsExactly("Name", "team");
    assertThat(metadata.get("/latest/meta-data/public-keys/").asList()).containsExactly("0=ops");
    assertThat(metadata.get("/latest/meta-data/").asList())
        .contains("iam/", "network/", "placement/", "instance-id");
    assertThat(
            metadata
                .get("/latest/dynamic/instance-identity/document")
                .asDocument()
                .asMap()
                .get("instanceId")
                .asString())
        .isEqualTo(instance.id());
    assertThat(account.calls())
        .filteredOn(call -> call.operation().startsWith("PUT"))
        .extracting(ApiCall::operation)
        .containsExactly("PUT /latest/api/token");
  }

  @Test
  void every_entry_of_every_listing_can_be_read() {
    assertThat(leaves("/latest/meta-data/")).isGreaterThan(40);
    assertThat(leaves("/latest/dynamic/")).isEqualTo(5);
  }

  /** Follows the listings as a person would and reads what is at their ends. */
  private int leaves(String directory) {
    int leaves = 0;
    for (String entry : text(directory).lines().toList()) {
      if (entry.matches("\\d+=.*")) {
        leaves += leaves(directory + entry.substring(0, entry.indexOf('=')) + "/");
      } else if (entry.endsWith("/")) {
        leaves += directory.endsWith("/events/") ? 0 : leaves(directory + entry);
      } else {
        assertThat(text(directory + entry)).as(directory + entry).isNotEmpty();
        leaves++;
      }
    }
    return leaves;
  }

  @Test
  void the_client_sees_404_rotation_and_the_end_of_a_deleted_profile() {
    assertThat(status("/latest/meta-data/spot/instance-action")).isEqualTo(404);
    String first = text(ROLE);
    account.clock().advance(Duration.ofHours(1));
    assertThat(text(ROLE)).isNotEqualTo(first);

    account.deleteInstanceProfile("web");
    account.clock().advance(Duration.ofHours(1));
    assertThat(text("/latest/meta-data/iam/info")).contains("InstanceProfileNotFound");
    assertThat(text(ROLE)).contains("\"Code\" : \"Success\"");
    account.clock().advance(Duration.ofHours(5));
    // The client's token has ended with the session, and the client does not ask for another: it
    // reads the wall clock.
    assertThat(status(ROLE)).isEqualTo(401);
    try (var other = client()) {
      assertThatThrownBy(() -> other.get(ROLE))
          .isInstanceOfSatisfying(
              Ec2MetadataClientException.class, e -> assertThat(e.statusCode()).isEqualTo(404));
    }
  }

  @Test
  void the_client_goes_on_with_a_token_that_is_refused() {
    text(ROLE);
    account.inject(Fault.status(401).on("GET *"));

    assertThat(status(ROLE)).isEqualTo(401);
    assertThat(status(ROLE)).isEqualTo(401);
    assertThat(account.calls()).filteredOn(call -> call.operation().startsWith("PUT")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429})
  void the_client_reports_the_status_of_a_fault(int status) {
    account.inject(Fault.status(status).on("GET *"));
    assertThat(status(ROLE)).isEqualTo(status);
  }

  @Test
  void a_provider_that_is_warm_hands_out_expired_credentials_and_a_cold_one_fails() {
    try (var warm = provider();
        var cold = provider();
        var sts = SdkClients.using(account, warm).build(StsClient.builder())) {
      AwsCredentials delivered = warm.resolveCredentials();
      assertThat(delivered.expirationTime())
          .hasValueSatisfying(end -> assertThat(end).isBefore(MutableClock.atRealTime().instant()));
      assertThat(sts.getCallerIdentity().arn()).endsWith(instance.id());

      account.deleteInstanceProfile("web");
      account.clock().advance(Duration.ofHours(7));

      assertThat(warm.resolveCredentials().accessKeyId()).isEqualTo(delivered.accessKeyId());
      assertThatThrownBy(sts::getCallerIdentity)
          .isInstanceOfSatisfying(
              AwsServiceException.class,
              e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ExpiredToken"));
      assertThatThrownBy(cold::resolveCredentials).isInstanceOf(SdkClientException.class);
    }
  }

  @Test
  void a_provider_does_not_say_that_ec2_may_not_assume_the_role() {
    try (var iam =
            SdkClients.administrator(account)
                .build(software.amazon.awssdk.services.iam.IamClient.builder());
        var provider = provider()) {
      iam.updateAssumeRolePolicy(
          r ->
              r.roleName("web-role")
                  .policyDocument(SimulatedAccount.EC2_TRUST.replace("ec2.", "lambda.")));
      account.clock().advance(Duration.ofHours(6));

      assertThat(text(ROLE)).contains("AssumeRoleUnauthorizedAccess");
      assertThatThrownBy(provider::resolveCredentials)
          .isInstanceOf(SdkClientException.class)
          .hasStackTraceContaining("access key")
          .satisfies(
              e ->
                  assertThat(List.of(String.valueOf(e.getMessage())))
                      .noneMatch(message -> message.contains("AssumeRoleUnauthorizedAccess")));
    }
  }

  private InstanceProfileCredentialsProvider provider() {
    return InstanceProfileCredentialsProvider.builder()
        .endpoint(instance.metadataEndpoint().toString())
        .build();
  }

  private String text(String path) {
    return metadata.get(path).asString();
  }

  private int status(String path) {
    try {
      metadata.get(path);
      return 200;
    } catch (Ec2MetadataClientException e) {
      return e.statusCode();
    }
  }
}
