package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Tags: what they may be, and who may give them. */
class TaggingTest {
  private static final String TRUST =
      "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
          + "\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"123456789012\"}}}";
  private static final String NOTHING =
      "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:*\","
          + "\"Resource\":\"*\"}}";

  private SimulatedAccount account;
  private IamClient iam;
  private StsClient sts;

  @BeforeEach
  void open() {
    account = SimulatedAccount.builder().withoutPort().build();
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    sts = SdkClients.administrator(account).inProcess().build(StsClient.builder());
    iam.createRole(r -> r.roleName("operator").assumeRolePolicyDocument(TRUST));
  }

  @AfterEach
  void close() {
    iam.close();
    sts.close();
    account.close();
  }

  private String byOperator(String actions, String service, String call) {
    iam.putRolePolicy(
        r ->
            r.roleName("operator")
                .policyName("allowed")
                .policyDocument(
                    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\""
                        + actions.replace(" ", "\",\"")
                        + "\"],\"Resource\":\"*\"}]}"));
    Credentials operator =
        sts.assumeRole(
                r -> r.roleArn("arn:aws:iam::123456789012:role/operator").roleSessionName("me"))
            .credentials();
    String[] parts = call.replace("$trust", TRUST).replace("$policy", NOTHING).split(" ");
    return QueryCall.code(
        QueryCall.send(
            account,
            service,
            parts[0],
            Map.of("X-Amz-Security-Token", operator.sessionToken()),
            operator.accessKeyId(),
            Stream.of(parts).skip(1).toArray(String[]::new)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "iam | CreateRole RoleName=r AssumeRolePolicyDocument=$trust"
            + " | Tags.member.1.Key=a Tags.member.1.Value=b | iam:CreateRole | iam:TagRole"
            + " | AccessDenied",
        "iam | CreateInstanceProfile InstanceProfileName=p"
            + " | Tags.member.1.Key=a Tags.member.1.Value=b | iam:CreateInstanceProfile"
            + " | iam:TagInstanceProfile | AccessDenied",
        "iam | CreatePolicy PolicyName=p PolicyDocument=$policy"
            + " | Tags.member.1.Key=a Tags.member.1.Value=b | iam:CreatePolicy | iam:TagPolicy"
            + " | AccessDenied",
        "ec2 | RunInstances ImageId=ami-1 MinCount=1 MaxCount=1"
            + " | TagSpecification.1.ResourceType=instance TagSpecification.1.Tag.1.Key=a"
            + " | ec2:RunInstances | ec2:CreateTags | UnauthorizedOperation",
        "ec2 | CreateLaunchTemplate LaunchTemplateName=web LaunchTemplateData.ImageId=ami-1"
            + " | TagSpecification.1.ResourceType=launch-template TagSpecification.1.Tag.1.Key=a"
            + " | ec2:CreateLaunchTemplate | ec2:CreateTags | UnauthorizedOperation",
        "autoscaling | CreateAutoScalingGroup AutoScalingGroupName=g MinSize=0 MaxSize=1"
            + " | Tags.member.1.Key=a | autoscaling:CreateAutoScalingGroup"
            + " | autoscaling:CreateOrUpdateTags | AccessDenied"
      })
  void who_makes_something_with_tags_needs_the_permission_to_tag(
      String service, String call, String tags, String create, String tag, String refusal) {
    assertThat(byOperator(create, service, call + " " + tags)).isEqualTo(refusal);
    assertThat(byOperator(create + " " + tag, service, call + " " + tags)).isEqualTo("OK");
  }

  @Test
  void who_makes_something_without_tags_needs_no_such_permission() {
    assertThat(
            byOperator(
                "ec2:RunInstances", "ec2", "RunInstances ImageId=ami-1 MinCount=1 MaxCount=1"))
        .isEqualTo("OK");
  }

  @Test
  void the_tags_of_a_launch_template_need_the_permission_of_who_launches_from_it() {
    QueryCall.send(
        account,
        "ec2",
        "CreateLaunchTemplate",
        "LaunchTemplateName=web",
        "LaunchTemplateData.ImageId=ami-1",
        "LaunchTemplateData.TagSpecification.1.ResourceType=instance",
        "LaunchTemplateData.TagSpecification.1.Tag.1.Key=a");
    String launch = "RunInstances MinCount=1 MaxCount=1 LaunchTemplate.LaunchTemplateName=web";

    assertThat(byOperator("ec2:RunInstances", "ec2", launch)).isEqualTo("UnauthorizedOperation");
    assertThat(byOperator("ec2:RunInstances ec2:CreateTags", "ec2", launch)).isEqualTo("OK");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "Tags.member.1.Key=aws:x Tags.member.1.Value=b | InvalidInput",
        "Tags.member.1.Key=AWS:x Tags.member.1.Value=b | InvalidInput",
        "Tags.member.1.Key=a;b Tags.member.1.Value=b | ValidationError",
        "Tags.member.1.Key=a Tags.member.1.Value=b;c | ValidationError",
        "Tags.member.1.Key=a | ValidationError",
        "Tags.member.1.Value=a | ValidationError",
        "x=x | ValidationError",
        "Tags= | OK",
        "Tags.member.1.Key=a Tags.member.1.Value= | OK",
        "Tags.member.1.Key=a.:/=+-@_ Tags.member.1.Value=b | OK"
      })
  void a_tag_of_iam_has_a_key_and_a_value_of_its_characters(String tags, String outcome) {
    account.createInstanceProfile("web", "web-role");
    for (String call :
        new String[] {"TagRole RoleName=web-role", "TagInstanceProfile InstanceProfileName=web"}) {
      String[] parts = (call + " " + tags.replace("x=x", "")).split(" ");

      assertThat(
              QueryCall.outcome(
                  account, "iam", parts[0], Stream.of(parts).skip(1).toArray(String[]::new)))
          .isEqualTo(outcome);
    }
  }

  @Test
  void who_takes_tags_away_says_which() {
    account.createInstanceProfile("web", "web-role");

    assertThat(QueryCall.outcome(account, "iam", "UntagRole", "RoleName=web-role"))
        .isEqualTo("ValidationError");
    assertThat(
            QueryCall.outcome(
                account, "iam", "UntagRole", "RoleName=web-role", "TagKeys.member.1=a"))
        .isEqualTo("OK");
  }

  @Test
  void launch_templates_are_tagged_described_and_untagged_as_instances_are() {
    QueryCall.send(
        account,
        "ec2",
        "CreateLaunchTemplate",
        "LaunchTemplateName=web",
        "LaunchTemplateData.ImageId=ami-1",
        "TagSpecification.1.ResourceType=launch-template",
        "TagSpecification.1.Tag.1.Key=team",
        "TagSpecification.1.Tag.1.Value=blue");
    String described = QueryCall.send(account, "ec2", "DescribeLaunchTemplates").body();
    String id = described.replaceAll("(?s).*<launchTemplateId>([^<]+).*", "$1");

    assertThat(
            QueryCall.outcome(
                account, "ec2", "CreateTags", "ResourceId.1=" + id, "Tag.1.Key=stage"))
        .isEqualTo("OK");
    assertThat(
            QueryCall.send(
                    account,
                    "ec2",
                    "DescribeTags",
                    "Filter.1.Name=resource-type",
                    "Filter.1.Value.1=launch-template")
                .body())
        .contains(id, "<key>team</key>", "<key>stage</key>")
        .doesNotContain("<resourceType>instance");
    assertThat(QueryCall.outcome(account, "ec2", "DeleteTags", "ResourceId.1=" + id))
        .isEqualTo("OK");
    assertThat(QueryCall.send(account, "ec2", "DescribeTags").body()).doesNotContain(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CreateTags ResourceId.1=vol-0123456789abcdef0 Tag.1.Key=a | InvalidID",
        "CreateTags ResourceId.1=$i Tag.1.Key=aws:a | InvalidParameterValue",
        "CreateTags ResourceId.1=$i | MissingParameter",
        "RunInstances ImageId=ami-1 MinCount=1 MaxCount=1 TagSpecification.1.ResourceType=instance"
            + " TagSpecification.1.Tag.1.Key=aws:a | InvalidParameterValue",
        "RunInstances ImageId=ami-1 MinCount=1 MaxCount=1 TagSpecification.1.ResourceType=vpc"
            + " TagSpecification.1.Tag.1.Key=a | InvalidParameterValue"
      })
  void a_tag_that_ec2_would_not_take_is_refused(String row) {
    String instance = account.launchInstance(InstanceOptions.of()).id();
    String[] call = row.split(" \\| ")[0].replace("$i", instance).split(" ");

    assertThat(
            QueryCall.outcome(
                account, "ec2", call[0], Stream.of(call).skip(1).toArray(String[]::new)))
        .isEqualTo(row.split(" \\| ")[1]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"instance", "launch-template"})
  void what_is_made_has_fifty_tags_at_most(String kind) {
    Stream<String> making =
        kind.equals("instance")
            ? Stream.of("ImageId=ami-1", "MinCount=1", "MaxCount=1")
            : Stream.of("LaunchTemplateName=web", "LaunchTemplateData.ImageId=ami-1");
    String prefix = "TagSpecification.1.Tag.";
    String[] parameters =
        Stream.concat(
                Stream.concat(making, Stream.of("TagSpecification.1.ResourceType=" + kind)),
                IntStream.rangeClosed(1, 51).mapToObj(i -> prefix + i + ".Key=k" + i))
            .toArray(String[]::new);
    String operation = kind.equals("instance") ? "RunInstances" : "CreateLaunchTemplate";

    assertThat(QueryCall.outcome(account, "ec2", operation, parameters))
        .isEqualTo("TagLimitExceeded");
  }
}
