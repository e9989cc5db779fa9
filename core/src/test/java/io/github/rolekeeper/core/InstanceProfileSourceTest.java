package io.github.rolekeeper.core;

import static io.github.rolekeeper.core.Sets.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceProfileSourceTest {
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();
  private final ScriptedSource metadata = new ScriptedSource();
  private final CredentialTracker tracker =
      CredentialTracker.builder(
              new InstanceProfileSource(metadata, environment::get, properties::get))
          .clock(() -> NOON)
          .build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any | static keys from the environment variable AWS_ACCESS_KEY_ID
          AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_LAMBDA_FUNCTION_NAME=report | the keys of the Lambda function report
          AWS_WEB_IDENTITY_TOKEN_FILE=/token AWS_ROLE_ARN=role | the web identity token of AWS_WEB_IDENTITY_TOKEN_FILE
          AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2 | the credentials of an ECS task or EKS pod, by AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
          AWS_CONTAINER_CREDENTIALS_FULL_URI=/v2 | the credentials of an ECS task or EKS pod, by AWS_CONTAINER_CREDENTIALS_FULL_URI
          AWS_EC2_METADATA_DISABLED=True | no metadata service: AWS_EC2_METADATA_DISABLED switches it off
          """)
  void what_comes_before_the_instance_profile_is_named_and_nobody_asked(String set, String reason) {
    environment.putAll(variables(set));

    CredentialSnapshot seen = tracker.poll();

    assertThat(seen.state()).isEqualTo(CredentialState.NOT_APPLICABLE);
    assertThat(seen.notApplicable()).contains(reason);
    assertThat(metadata.looks()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "AWS_ACCESS_KEY_ID=any",
    "AWS_SECRET_ACCESS_KEY=any",
    "AWS_WEB_IDENTITY_TOKEN_FILE=/token",
    "AWS_ROLE_ARN=role",
    "AWS_LAMBDA_FUNCTION_NAME=report",
    "AWS_EC2_METADATA_DISABLED=false",
    "AWS_REGION=us-east-1",
  })
  void what_the_chain_passes_over_changes_nothing(String set) {
    environment.putAll(variables(set));
    metadata.serves(Sets.issued("A", NOON, Duration.ofHours(6)));

    assertThat(tracker.poll().state()).isEqualTo(CredentialState.VALID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          aws.webIdentityTokenFile=/token aws.roleArn=role | the web identity token of aws.webIdentityTokenFile
          aws.containerCredentialsPath=/v2 | the credentials of an ECS task or EKS pod, by aws.containerCredentialsPath
          aws.containerCredentialsFullUri=/v2 | the credentials of an ECS task or EKS pod, by aws.containerCredentialsFullUri
          """)
  void the_sdk_reads_system_properties_too(String set, String reason) {
    properties.putAll(variables(set));

    assertThat(tracker.poll().notApplicable()).contains(reason);
    assertThat(metadata.looks()).isZero();
  }

  @Test
  void a_property_and_a_variable_make_a_pair() {
    properties.put("aws.webIdentityTokenFile", "/token");
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);

    environment.put("AWS_ROLE_ARN", "role");
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.NOT_APPLICABLE);
  }

  @Test
  void a_blank_variable_is_none() {
    environment.put("AWS_ACCESS_KEY_ID", " ");
    environment.put("AWS_SECRET_ACCESS_KEY", "any");
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
  }

  @Test
  void system_properties_go_before_the_environment_and_may_come_later() {
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    properties.put("aws.disableEc2Metadata", "false");
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);

    properties.put("aws.accessKeyId", "any");
    assertThat(tracker.poll().state()).isEqualTo(CredentialState.MISSING);
    properties.put("aws.secretAccessKey", "a-secret");
    assertThat(tracker.poll().notApplicable().orElseThrow())
        .isEqualTo("static keys from the system property aws.accessKeyId");

    properties.clear();
    assertThat(tracker.poll().notApplicable().orElseThrow()).contains("switches it off");
  }

  @Test
  void the_public_one_reads_this_process() {
    Map<String, String> keys = Map.of("aws.accessKeyId", "any", "aws.secretAccessKey", "a-secret");
    try (JvmProperties properties = JvmProperties.with(keys)) {
      assertThat(InstanceProfileSource.of(metadata).observe().notApplicable()).isPresent();
    }
  }

  private static Map<String, String> variables(String set) {
    return Arrays.stream(set.split(" "))
        .map(each -> each.split("="))
        .collect(Collectors.toMap(each -> each[0], each -> each[1]));
  }
}
