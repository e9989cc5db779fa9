package io.github.rolekeeper.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.Referee;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an empty server to its outage with the AWS CLI and HTTP alone, and no line of ours. */
class AwsCliWorldTest {
  private static final String CLI =
      System.getenv().getOrDefault("ROLEKEEPER_AWS_CLI", "").isEmpty()
          ? "aws"
          : System.getenv("ROLEKEEPER_AWS_CLI");
  private static final String TRUST =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
          + "\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}}]}";
  private static final String ROLE = "/latest/meta-data/iam/security-credentials/";

  @TempDir private Path directory;
  private String endpoint = "";

  /** Where the instance's metadata is; empty for an administrator's shell elsewhere. */
  private String metadata = "";

  @BeforeEach
  void needs_the_cli() throws Exception {
    new Referee(directory)
        .take(
            "AWS CLI",
            List.of(CLI, "--version"),
            "there is no AWS CLI on the path; install the package awscli");
  }

  @Test
  void a_world_is_made_from_nothing_paged_through_and_lost() throws Exception {
    try (var server = ServerProcess.ofClasses(directory, "--page-limit", "1")) {
      endpoint = server.ready().path("endpoint").asText();
      run("iam create-role --role-name web-role --assume-role-policy-document", TRUST);
      run("iam create-instance-profile --instance-profile-name spare");
      run("iam create-instance-profile --instance-profile-name web");
      run("iam add-role-to-instance-profile --instance-profile-name web --role-name web-role");
      assertThat(
              run(
                  "iam list-instance-profiles --output text --query",
                  "InstanceProfiles[].InstanceProfileName"))
          .containsSubsequence("spare", "web");
      String id =
          run("ec2 run-instances --image-id ami-any --output text --query Instances[0].InstanceId");
      assertThat(id).matches("i-[0-9a-f]{17}");
      String instance = endpoint + "/_instances/" + id;
      assertThat(ServerProcess.get(instance + "/latest/meta-data/instance-id")).isEqualTo(id);
      assertThat(ServerProcess.get(instance + ROLE)).contains("404 - Not Found");

      run("ec2 associate-iam-instance-profile --iam-instance-profile Name=web --instance-id " + id);
      run("ec2 stop-instances --instance-ids " + id);
      run("ec2 start-instances --instance-ids " + id);

      assertThat(
              run(
                  "ec2 describe-iam-instance-profile-associations --output text --query"
                      + " IamInstanceProfileAssociations[].[InstanceId,State]"))
          .matches(id + "\\s+associated");
      assertThat(ServerProcess.get(instance + ROLE)).isEqualTo("web-role");
      metadata = instance + "/";
      assertThat(run("sts get-caller-identity --output text --query Arn"))
          .isEqualTo("arn:aws:sts::123456789012:assumed-role/web-role/" + id);
      loseTheProfile();
      assertThat(execute(List.of("sts", "get-caller-identity")))
          .satisfies(lost -> assertThat(lost.exit()).isNotZero())
          .satisfies(lost -> assertThat(lost.errors()).contains("Unable to locate credentials"));
    }
  }

  private void loseTheProfile() throws Exception {
    String here = metadata;
    metadata = "";
    run("iam remove-role-from-instance-profile --instance-profile-name web --role-name web-role");
    run("iam delete-instance-profile --instance-profile-name web");
    metadata = here;
    ServerProcess.post(endpoint + "/_rolekeeper/clock", "{\"advance\":\"PT7H\"}");
  }

  private String run(String words, String... more) throws Exception {
    var arguments = new ArrayList<>(List.of(words.split(" ")));
    arguments.addAll(List.of(more));
    Referee.Result result = execute(arguments);
    assertThat(result.exit()).as("%s: %s", arguments, result).isZero();
    return result.output();
  }

  private Referee.Result execute(List<String> arguments) throws Exception {
    var line = new ArrayList<String>();
    line.add(CLI);
    line.addAll(arguments);
    line.addAll(List.of("--endpoint-url", endpoint, "--region", "us-east-1"));
    return new Referee(directory)
        .run(
            line,
            metadata.isEmpty()
                ? Map.of(
                    "AWS_ACCESS_KEY_ID",
                    "AKIAIOSFODNN7EXAMPLE",
                    "AWS_SECRET_ACCESS_KEY",
                    "any-secret")
                : Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata));
  }
}
