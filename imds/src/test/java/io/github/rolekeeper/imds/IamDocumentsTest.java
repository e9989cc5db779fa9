package io.github.rolekeeper.imds;

import static io.github.rolekeeper.imds.Clients.builder;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.ok;
import static io.github.rolekeeper.imds.ScriptedMetadataServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.core.Confidence;
import io.github.rolekeeper.core.CredentialObservation;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.core.LossReason;
import io.github.rolekeeper.core.LossSignal;
import io.github.rolekeeper.imds.InstanceMetadataException.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IamDocumentsTest {
  private static final String INFO = "meta-data/iam/info";
  private static final String LIST = "meta-data/iam/security-credentials/";
  private static final String HEALTHY =
      """
      {
        "Code" : "Success",
        "LastUpdated" : "2022-02-13T13:17:17Z",
        "InstanceProfileArn" : "arn:aws:iam::123456789012:instance-profile/web",
        "InstanceProfileId" : "AIPA0123456789ABCDEFG"
      }
      """;
  private static final String CREDENTIALS =
      """
      {
        "Code" : "Success",
        "LastUpdated" : "2022-02-13T13:17:17Z",
        "Type" : "AWS-HMAC",
        "AccessKeyId" : "ASIA0123456789ABWXYZ",
        "SecretAccessKey" : "not-a-secret",
        "Token" : "not-a-token",
        "Expiration" : "2022-02-13T19:17:17Z"
      }
      """;

  private final ScriptedMetadataServer server = ScriptedMetadataServer.start();
  private final InstanceMetadataClient client = builder(server).build();

  @AfterEach
  void stop() {
    server.close();
  }

  private static String withMessage(String message) {
    return HEALTHY.replace(
        "\"LastUpdated\"", "\"Message\" : \"" + message + "\",\n  \"LastUpdated\"");
  }

  private Kind malformed(Runnable call) {
    return catchThrowableOfType(InstanceMetadataException.class, call::run).kind();
  }

  @Test
  void a_healthy_association_has_its_arn_and_id() {
    server.serves(INFO, HEALTHY);
    assertThat(client.iamInfo())
        .isEqualTo(
            new IamInfo.Associated(
                InstanceProfileArn.parse("arn:aws:iam::123456789012:instance-profile/web"),
                InstanceProfileId.of("AIPA0123456789ABCDEFG"),
                Optional.of(Instant.parse("2022-02-13T13:17:17Z"))));
    assertThat(client.iamInfo().status()).isEqualTo(IamInfo.Status.ASSOCIATED);
  }

  @Test
  void a_404_is_no_association() {
    assertThat(client.iamInfo()).isEqualTo(new IamInfo.NotAssociated());
    assertThat(client.iamInfo().status()).isEqualTo(IamInfo.Status.NOT_ASSOCIATED);
  }

  // AWS gives nothing but this text: the code is Success.
  @Test
  void success_with_the_message_that_the_profile_holds_no_role_is_a_state_of_its_own() {
    String message =
        "Instance Profile does not contain a role. Please see documentation at"
            + " https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"
            + "#troubleshoot_iam-ec2_errors-info-doc.";
    server.serves(INFO, withMessage(message));
    IamInfo.WithoutRole info = (IamInfo.WithoutRole) client.iamInfo();
    assertThat(info.status()).isEqualTo(IamInfo.Status.WITHOUT_ROLE);
    assertThat(info.id()).isEqualTo(InstanceProfileId.of("AIPA0123456789ABCDEFG"));
    assertThat(info.message()).isEqualTo(message);
    assertThat(info.cure().orElseThrow()).contains("AddRoleToInstanceProfile", "stop and start");
  }

  @Test
  void success_with_any_other_message_is_healthy() {
    server.serves(INFO, withMessage("All is well."));
    assertThat(client.iamInfo()).isInstanceOf(IamInfo.Associated.class);
  }

  @Test
  void a_deleted_profile_keeps_code_and_message_and_has_the_documented_cure() {
    server.serves(
        INFO,
        "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"Instance Profile with Id AIPA cannot be"
            + " found.\",\"LastUpdated\":\"2024-06-20T00:00:00Z\"}");
    IamInfo.Failed info = (IamInfo.Failed) client.iamInfo();
    assertThat(info.status()).isEqualTo(IamInfo.Status.FAILED);
    assertThat(info.code()).isEqualTo(IamInfo.Failed.INSTANCE_PROFILE_NOT_FOUND);
    assertThat(info.message()).isEqualTo("Instance Profile with Id AIPA cannot be found.");
    assertThat(info.cure().orElseThrow())
        .contains("GetInstanceProfile", "DescribeInstances", "https://docs.aws.amazon.com/");
  }

  @Test
  void a_code_that_nobody_documents_is_kept_without_a_cure() {
    server.serves(INFO, "{\"Code\":\"SomethingNew\"}");
    assertThat(client.iamInfo())
        .isEqualTo(new IamInfo.Failed("SomethingNew", "", Optional.empty()));
    assertThat(((IamInfo.Failed) client.iamInfo()).cure()).isEmpty();
  }

  @Test
  void every_state_that_is_not_healthy_has_the_documented_cure_and_its_page() {
    String page =
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"
            + "#troubleshoot_iam-ec2_errors-info-doc";
    assertThat(client.iamInfo().cure().orElseThrow())
        .contains("DescribeInstances", "AssociateIamInstanceProfile", page);
    assertThat(client.credentialsMetadata().cure().orElseThrow())
        .contains("iam/info", "AssociateIamInstanceProfile", page);
    server.serves(INFO, withMessage("Instance Profile does not contain a role."));
    assertThat(client.iamInfo().cure().orElseThrow()).contains("AddRoleToInstanceProfile", page);
    server.serves(INFO, "{\"Code\":\"InstanceProfileNotFound\"}");
    assertThat(client.iamInfo().cure().orElseThrow()).contains("GetInstanceProfile", page);
    server
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}");
    assertThat(client.credentialsMetadata().cure().orElseThrow())
        .contains("UpdateAssumeRolePolicy", page);
    server.serves(INFO, HEALTHY).serves(LIST + "web-role", CREDENTIALS);
    assertThat(client.iamInfo().cure()).isEmpty();
    assertThat(client.credentialsMetadata().cure()).isEmpty();
  }

  @Test
  void a_missing_code_beside_a_profile_is_a_success() {
    server.serves(INFO, HEALTHY.replace("\"Code\" : \"Success\",", ""));
    assertThat(client.iamInfo()).isInstanceOf(IamInfo.Associated.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html/>",
        "[]",
        "\"Success\"",
        "{}",
        "{\"Code\":\"Success\"}",
        "{\"Code\":\"Success\",\"InstanceProfileId\":\"AIPA\",\"InstanceProfileArn\":\"web\"}",
        "{\"Code\":\"Success\",\"InstanceProfileId\":null,\"InstanceProfileArn\":\"arn:aws:iam::1:instance-profile/web\"}",
        "{\"Code\":\"Success\"",
        "{\"Code\":\"InstanceProfileNotFound\"} {}"
      })
  void what_is_not_the_documented_document_is_malformed(String body) {
    server.serves(INFO, body);
    assertThat(malformed(client::iamInfo)).isEqualTo(Kind.MALFORMED_ANSWER);
  }

  @Test
  void order_unknown_members_and_nulls_do_not_matter() {
    server.serves(
        INFO,
        "\n{\"InstanceProfileId\":\"AIPA\\u0030\",\"New\":{\"Code\":[\"Failed\",{}]},\"Message\":null,"
            + "\"InstanceProfileArn\":\"arn:aws:iam::1:instance-profile/web\",\"LastUpdated\":7,"
            + "\"Code\":\"Success\"}\n");
    assertThat(client.iamInfo())
        .isEqualTo(
            new IamInfo.Associated(
                InstanceProfileArn.parse("arn:aws:iam::1:instance-profile/web"),
                InstanceProfileId.of("AIPA0"),
                Optional.empty()));
  }

  @Test
  void served_credentials_are_known_without_their_secrets() {
    server.serves(LIST, "web-role\n").serves(LIST + "web-role", CREDENTIALS);
    RoleCredentials.Available served = (RoleCredentials.Available) client.credentialsMetadata();
    assertThat(served.status()).isEqualTo(RoleCredentials.Status.AVAILABLE);
    assertThat(served.metadata().roleName()).contains("web-role");
    assertThat(served.metadata().accessKeyId()).isEqualTo("ASIA0123456789ABWXYZ");
    assertThat(served.metadata().lastUpdated()).contains(Instant.parse("2022-02-13T13:17:17Z"));
    assertThat(served.metadata().expiration()).contains(Instant.parse("2022-02-13T19:17:17Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "2025-03-12T20:53:17.832308Z, 2025-03-12T20:53:17.832308Z",
    "2025-03-12T20:53:17+0000, 2025-03-12T20:53:17Z",
    "2025-03-12T22:53:17+02:00, 2025-03-12T20:53:17Z"
  })
  void instants_come_in_several_forms(String text, Instant instant) {
    server
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", CREDENTIALS.replace("2022-02-13T19:17:17Z", text));
    RoleCredentials.Available served = (RoleCredentials.Available) client.credentialsMetadata();
    assertThat(served.metadata().expiration()).contains(instant);
  }

  @Test
  void an_expiration_that_cannot_be_read_or_is_missing_is_malformed() {
    server
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", CREDENTIALS.replace("2022-02-13T19:17:17Z", "tomorrow"));
    assertThat(malformed(client::credentialsMetadata)).isEqualTo(Kind.MALFORMED_ANSWER);
    server.serves(LIST + "web-role", CREDENTIALS.replace("\"2022-02-13T19:17:17Z\"", "null"));
    assertThat(malformed(client::credentialsMetadata)).isEqualTo(Kind.MALFORMED_ANSWER);
  }

  @Test
  void a_success_without_key_id_is_malformed() {
    server.serves(LIST, "web-role").serves(LIST + "web-role", "{\"Code\":\"Success\"}");
    assertThat(malformed(client::credentialsMetadata)).isEqualTo(Kind.MALFORMED_ANSWER);
  }

  @Test
  void a_role_that_ec2_may_not_assume_is_refused_with_the_documented_cure() {
    server
        .serves(LIST, "web-role")
        .serves(
            LIST + "web-role",
            "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume the role"
                + " web-role.\",\"LastUpdated\":\"2022-02-13T13:17:17Z\"}");
    RoleCredentials.Refused refused = (RoleCredentials.Refused) client.credentialsMetadata();
    assertThat(refused.status()).isEqualTo(RoleCredentials.Status.REFUSED);
    assertThat(refused.roleName()).isEqualTo("web-role");
    assertThat(refused.code()).isEqualTo(RoleCredentials.Refused.ASSUME_ROLE_UNAUTHORIZED_ACCESS);
    assertThat(refused.cure().orElseThrow()).contains("UpdateAssumeRolePolicy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \r\n"})
  void an_empty_list_is_none(String list) {
    server.serves(LIST, list);
    assertThat(client.credentialsMetadata()).isEqualTo(new RoleCredentials.None());
  }

  @Test
  void no_list_is_none() {
    assertThat(client.credentialsMetadata().status()).isEqualTo(RoleCredentials.Status.NONE);
  }

  @Test
  void a_listed_role_without_document_is_looked_for_once_more() {
    server
        .on("GET /latest/" + LIST, ok("old-role"), ok("web-role"))
        .serves(LIST + "web-role", CREDENTIALS);
    assertThat(client.credentialsMetadata()).isInstanceOf(RoleCredentials.Available.class);
    assertThat(server.trace())
        .containsExactly(
            ScriptedMetadataServer.TOKEN,
            "GET /latest/" + LIST.replace("credentials/", "credentials-extended/"),
            "GET /latest/" + LIST,
            "GET /latest/" + LIST + "old-role",
            "GET /latest/" + LIST,
            "GET /latest/" + LIST + "web-role");
  }

  @Test
  void a_listed_role_that_stays_without_document_is_none() {
    server.on("GET /latest/" + LIST, ok("web-role"));
    assertThat(client.credentialsMetadata()).isEqualTo(new RoleCredentials.None());
    assertThat(server.trace()).hasSize(6); // token, extended list, then twice list and document
  }

  @Test
  void a_service_that_fails_is_not_taken_for_one_that_has_none() {
    server.on("GET /latest/" + LIST, status(503, ""));
    assertThat(malformed(client::credentialsMetadata)).isEqualTo(Kind.SERVER_ERROR);
    server.serves(LIST, "web-role").on("GET /latest/" + LIST + "web-role", status(503, ""));
    assertThat(malformed(client::credentialsMetadata)).isEqualTo(Kind.SERVER_ERROR);
  }

  private LossSignal signal() {
    return client.observe().signal().orElseThrow();
  }

  @Test
  void a_healthy_instance_is_observed_without_a_signal() {
    server.serves(INFO, HEALTHY).serves(LIST, "web-role").serves(LIST + "web-role", CREDENTIALS);
    CredentialObservation observed = client.observe();
    assertThat(observed.signal()).isEmpty();
    assertThat(observed.credentials().orElseThrow().roleName()).contains("web-role");
  }

  @Test
  void a_deleted_profile_is_a_sign_of_loss_beside_live_credentials() {
    server
        .serves(INFO, "{\"Code\":\"InstanceProfileNotFound\",\"Message\":\"gone\"}")
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", CREDENTIALS);
    assertThat(client.observe().credentials()).isPresent();
    assertThat(signal())
        .isEqualTo(
            new LossSignal(
                LossReason.PROFILE_NOT_FOUND,
                Confidence.HIGH,
                "meta-data/iam/info says Code InstanceProfileNotFound, Message \"gone\"",
                Cures.of("InstanceProfileNotFound")));
  }

  @Test
  void a_profile_without_role_is_a_sign_of_loss_and_only_a_text() {
    server.serves(INFO, withMessage("Instance Profile does not contain a role."));
    assertThat(signal().reason()).isEqualTo(LossReason.PROFILE_WITHOUT_ROLE);
    assertThat(signal().confidence()).isEqualTo(Confidence.MEDIUM);
  }

  @Test
  void a_role_that_cannot_be_assumed_is_a_sign_of_loss() {
    server
        .serves(INFO, HEALTHY)
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}");
    assertThat(signal().reason()).isEqualTo(LossReason.ROLE_NOT_ASSUMABLE);
    assertThat(signal().confidence()).isEqualTo(Confidence.HIGH);
    assertThat(signal().evidence())
        .isEqualTo("the credentials document of web-role says Code AssumeRoleUnauthorizedAccess");
  }

  @Test
  void codes_that_nobody_documents_are_a_sign_of_loss_all_the_same() {
    server.serves(INFO, "{\"Code\":\"SomethingNew\",\"Message\":\"odd\"}");
    assertThat(signal().reason()).isEqualTo(LossReason.PROFILE_ERROR);
    assertThat(signal().evidence()).contains("SomethingNew", "odd");
    server
        .serves(INFO, HEALTHY)
        .serves(LIST, "web-role")
        .serves(LIST + "web-role", "{\"Code\":\"SomethingElse\"}");
    assertThat(signal().reason()).isEqualTo(LossReason.PROFILE_ERROR);
    assertThat(signal().evidence()).contains("SomethingElse");
  }

  @Test
  void a_look_alike_without_iam_info_is_no_sign_of_loss() {
    server.serves(LIST, "web-role").serves(LIST + "web-role", CREDENTIALS);
    assertThat(client.observe().signal()).isEmpty();
  }

  @Test
  void the_identity_document_has_all_its_fields() {
    server.serves(
        "dynamic/instance-identity/document",
        """
        {
          "devpayProductCodes" : null,
          "marketplaceProductCodes" : [ "1abc2defghijklm3nopqrs4tu" ],
          "availabilityZone" : "us-west-2b",
          "privateIp" : "10.158.112.84",
          "version" : "2017-09-30",
          "instanceId" : "i-1234567890abcdef0",
          "billingProducts" : [ "bp-1", null, {"x":[1]}, "bp-2" ],
          "instanceType" : "t2.micro",
          "accountId" : "123456789012",
          "imageId" : "ami-5fb8c835",
          "pendingTime" : "2016-11-19T16:32:11Z",
          "architecture" : "x86_64",
          "kernelId" : "aki-1",
          "ramdiskId" : "ari-1",
          "region" : "us-west-2"
        }
        """);
    assertThat(client.identityDocument())
        .contains(
            new InstanceIdentityDocument(
                Optional.of("123456789012"),
                Optional.of("x86_64"),
                Optional.of("us-west-2b"),
                List.of("bp-1", "bp-2"),
                List.of(),
                Optional.of("ami-5fb8c835"),
                Optional.of("i-1234567890abcdef0"),
                Optional.of("t2.micro"),
                Optional.of("aki-1"),
                List.of("1abc2defghijklm3nopqrs4tu"),
                Optional.of(Instant.parse("2016-11-19T16:32:11Z")),
                Optional.of("10.158.112.84"),
                Optional.of("ari-1"),
                Optional.of("us-west-2"),
                Optional.of("2017-09-30")));
  }

  @Test
  void an_identity_document_has_at_least_one_field_and_none_is_absent() {
    assertThat(client.identityDocument()).isEmpty();
    server.serves("dynamic/instance-identity/document", "{\"billingProducts\":[\"bp-1\"]}");
    InstanceIdentityDocument document = client.identityDocument().orElseThrow();
    assertThat(document.instanceId()).isEmpty();
    assertThat(document.billingProducts()).containsExactly("bp-1");
  }
}
