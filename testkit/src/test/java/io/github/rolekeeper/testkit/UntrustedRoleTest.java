package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/** Credentials that depend on trust: the role's in EC2, and EC2's own in the instance. */
class UntrustedRoleTest {
  private static final String LAMBDA_TRUST = SimulatedAccount.EC2_TRUST.replace("ec2.", "lambda.");
  private static final String ROLE = "iam/security-credentials/web-role";

  @Test
  void a_role_that_ec2_may_not_assume_says_so_instead_of_credentials() throws Exception {
    try (var account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      trust(account, LAMBDA_TRUST);
      var metadata = new MetadataReader(account.launchInstance("web"));

      assertThat(metadata.metaData("iam/security-credentials/")).isEqualTo("web-role");
      JsonNode document = new ObjectMapper().readTree(metadata.metaData(ROLE));
      assertThat(document.path("Code").asText()).isEqualTo("AssumeRoleUnauthorizedAccess");
      assertThat(document.path("Message").asText())
          .isEqualTo(
              "EC2 cannot assume the role web-role.  Please see documentation at"
                  + " https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"
                  + "#troubleshoot_iam-ec2_errors-info-doc.");
      assertThat(document.has("AccessKeyId")).isFalse();
      assertThat(metadata.metaData("iam/info"))
          .contains("\"Code\" : \"Success\"")
          .doesNotContain("Message");

      trust(account, SimulatedAccount.EC2_TRUST);
      assertThat(metadata.metaData(ROLE)).contains("AssumeRoleUnauthorizedAccess");
      account.clock().advance(Duration.ofHours(1));
      assertThat(metadata.metaData(ROLE)).contains("\"Code\" : \"Success\"");
    }
  }

  @Test
  void trust_that_is_lost_shows_when_the_session_ends() {
    try (var account = SimulatedAccount.create()) {
      account.createInstanceProfile("web", "web-role");
      var metadata = new MetadataReader(account.launchInstance("web"));
      account.clock().advance(Duration.ofMinutes(90));
      String delivered = metadata.metaData(ROLE);
      trust(account, LAMBDA_TRUST);

      account.clock().advance(Duration.ofHours(5));
      assertThat(metadata.metaData(ROLE)).isEqualTo(delivered);
      account.clock().advance(Duration.ofMinutes(31));
      assertThat(metadata.metaData(ROLE)).contains("AssumeRoleUnauthorizedAccess");
    }
  }

  @Test
  void in_the_other_reading_it_shows_at_the_next_refresh() {
    try (var account =
        SimulatedAccount.builder().without(Rule.UNTRUSTED_ROLE_SHOWS_AT_SESSION_END).build()) {
      account.createInstanceProfile("web", "web-role");
      var metadata = new MetadataReader(account.launchInstance("web"));
      trust(account, LAMBDA_TRUST);

      assertThat(metadata.metaData(ROLE)).contains("\"Code\" : \"Success\"");
      account.clock().advance(Duration.ofHours(1));
      assertThat(metadata.metaData(ROLE)).contains("AssumeRoleUnauthorizedAccess");
    }
  }

  @Test
  void the_credentials_of_the_instance_itself_tell_who_it_is_and_may_nothing_else()
      throws Exception {
    try (var account = SimulatedAccount.create()) {
      SimulatedInstance instance = account.launchInstance(InstanceOptions.of());
      var metadata = new MetadataReader(instance);
      String path = "identity-credentials/ec2/security-credentials/ec2-instance";
      String first = metadata.metaData(path);
      JsonNode document = new ObjectMapper().readTree(first);

      assertThat(metadata.metaData("identity-credentials/ec2/info"))
          .contains("\"AccountId\" : \"" + account.accountId() + "\"");
      var credentials =
          StaticCredentialsProvider.create(
              AwsSessionCredentials.create(
                  document.path("AccessKeyId").asText(),
                  document.path("SecretAccessKey").asText(),
                  document.path("Token").asText()));
      SdkClients clients = SdkClients.using(account, credentials);
      try (var sts = clients.build(StsClient.builder());
          var s3 = clients.build(S3Client.builder())) {
        assertThat(sts.getCallerIdentity().arn())
            .isEqualTo("arn:aws:sts::123456789012:assumed-role/aws:ec2-instance/" + instance.id());
        assertThatThrownBy(s3::listBuckets)
            .isInstanceOfSatisfying(
                AwsServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(403));
      }
      assertThat(metadata.metaData(path)).isEqualTo(first);
      account.clock().advance(Duration.ofHours(1));
      assertThat(metadata.metaData(path)).isNotEqualTo(first).contains("\"Code\" : \"Success\"");
    }
  }

  private static void trust(SimulatedAccount account, String policy) {
    try (var iam = SdkClients.administrator(account).build(IamClient.builder())) {
      iam.updateAssumeRolePolicy(r -> r.roleName("web-role").policyDocument(policy));
    }
  }
}
