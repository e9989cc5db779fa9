package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.CloudTrailException;
import software.amazon.awssdk.services.cloudtrail.model.EventCategory;

/** What a request asks for is done or refused, and never passed over. */
class UnmodelledTest {
  private static final String RUN = "RunInstances ImageId=ami-1 MinCount=1 MaxCount=1 ";

  private static final String NOPE =
      "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","
          + "\"Principal\":{\"Service\":\"nope.example\"}}}";

  private static final String EC2 = NOPE.replace("nope.example", "ec2.amazonaws.com");

  private static final String ALL =
      "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";

  private SimulatedAccount account;
  private String instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.builder().withoutPort().build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web").id();
  }

  @AfterEach
  void close() {
    account.close();
  }

  private HttpAnswer send(String service, String call) {
    String[] parts =
        call.replace("$i", instance).replace("$nope", NOPE).replace("$ec2", EC2).split(" ");
    return QueryCall.send(
        account, service, parts[0], Stream.of(parts).skip(1).toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ec2 | RunInstances ImageId=ami-1 MinCount=1 MaxCount=1 MetadataOptions.Colour=blue"
            + " | UnknownParameter | MetadataOptions.Colour",
        "ec2 | RunInstances ImageId=ami-1 MinCount=1 | MissingParameter | MaxCount",
        "ec2 | RunInstances ImageId=ami-1 MaxCount=1 | MissingParameter | MinCount",
        "ec2 | StopInstances InstanceId.1=$i Hibernate=true"
            + " | UnsupportedHibernationConfiguration | hibernation",
        "ec2 | StopInstances InstanceId.1=$i Colour=blue | UnknownParameter | Colour",
        "ec2 | ModifyInstanceAttribute InstanceId=$i SourceDestCheck.Value=false"
            + " | UnknownParameter | SourceDestCheck",
        "ec2 | ModifyInstanceAttribute InstanceId=$i DisableApiStop.Value=true"
            + " DisableApiTermination.Value=true | InvalidParameterCombination | disableApiStop",
        "ec2 | ModifyInstanceAttribute InstanceId=$i InstanceType.Value=t3.large"
            + " | IncorrectInstanceState | stopped",
        "ec2 | DescribeInstanceTypes InstanceType.1=t3.micro Filter.1.Name=x | UnknownParameter"
            + " | Filter",
        "ec2 | DescribeInstances InstanceId.1=i-00000000000000001 InstanceId.2=i-00000000000000002"
            + " | InvalidInstanceID.NotFound | i-00000000000000001, i-00000000000000002",
        "autoscaling | DeleteAutoScalingGroup AutoScalingGroupName=g ForceDelete=true"
            + " | ValidationError | ForceDelete",
        "autoscaling | DescribeAutoScalingInstances MaxRecords=51 | ValidationError | 50",
        "autoscaling | DescribeAutoScalingGroups Filters.member.1.Name=colour"
            + " Filters.member.1.Values.member.1=x | ValidationError | colour",
        "iam | ListPolicies PolicyUsageFilter=PermissionsBoundary | ValidationError"
            + " | PolicyUsageFilter",
        "iam | ListRoles Version=1999-01-01 | InvalidAction | 1999-01-01",
        "iam | CreateRole RoleName=r AssumeRolePolicyDocument=$nope"
            + " | MalformedPolicyDocument | nope.example",
        "sts | AssumeRole RoleArn=arn:aws:iam::123456789012:role/web-role RoleSessionName=me"
            + " Tags.member.1.Key=a Tags.member.1.Value=b | ValidationError | Tags"
      })
  void what_would_be_answered_falsely_is_refused_by_its_name(
      String service, String call, String code, String named) {
    HttpAnswer answer = send(service, call);

    assertThat(QueryCall.code(answer)).isEqualTo(code);
    assertThat(answer.body()).contains(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BlockDeviceMapping.1.DeviceName=/dev/sdb BlockDeviceMapping.1.Ebs.VolumeSize=8",
        "SubnetId=subnet-0123456789abcdef0 Placement.AvailabilityZone=us-east-1b",
        "Placement.Tenancy=dedicated EbsOptimized=true CpuOptions.CoreCount=1",
        "InstanceInitiatedShutdownBehavior=terminate",
        "TagSpecification.1.ResourceType=volume TagSpecification.1.Tag.1.Key=a"
            + " TagSpecification.1.Tag.1.Value=b"
      })
  void a_launch_takes_what_is_not_simulated_so_that_any_command_makes_an_instance(String more) {
    assertThat(QueryCall.code(send("ec2", RUN + more))).isEqualTo("OK");
  }

  @Test
  void the_metadata_over_ipv6_are_shown_as_they_were_asked_for() {
    assertThat(send("ec2", RUN + "MetadataOptions.HttpProtocolIpv6=enabled").body())
        .contains("<httpProtocolIpv6>enabled</httpProtocolIpv6>");
    assertThat(
            send("ec2", "ModifyInstanceMetadataOptions InstanceId=$i HttpProtocolIpv6=enabled")
                .body())
        .contains("<httpProtocolIpv6>enabled</httpProtocolIpv6>");
    assertThat(
            QueryCall.code(
                send("ec2", "ModifyInstanceMetadataOptions InstanceId=$i HttpProtocolIpv6=x")))
        .isEqualTo("InvalidParameterValue");
  }

  @Test
  void a_stopped_instance_can_be_of_another_type() {
    send("ec2", "StopInstances InstanceId.1=$i");

    assertThat(
            QueryCall.code(
                send("ec2", "ModifyInstanceAttribute InstanceId=$i InstanceType.Value=m5.large")))
        .isEqualTo("OK");
    assertThat(send("ec2", "DescribeInstances").body())
        .contains("<instanceType>m5.large</instanceType>");
  }

  @Test
  void a_client_token_stands_for_one_request() {
    String first = send("ec2", RUN + "ClientToken=t").body();

    assertThat(send("ec2", RUN + "ClientToken=t").body().replaceAll(".*(r-[0-9a-f]{17}).*", "$1"))
        .isEqualTo(first.replaceAll(".*(r-[0-9a-f]{17}).*", "$1"));
    assertThat(QueryCall.code(send("ec2", RUN + "ClientToken=t InstanceType=m5.large")))
        .isEqualTo("IdempotentParameterMismatch");
    String create = "CreateLaunchTemplate ClientToken=u LaunchTemplateData.ImageId=ami-1 ";
    assertThat(QueryCall.code(send("ec2", create + "LaunchTemplateName=web"))).isEqualTo("OK");
    assertThat(QueryCall.code(send("ec2", create + "LaunchTemplateName=web"))).isEqualTo("OK");
    assertThat(QueryCall.code(send("ec2", create + "LaunchTemplateName=other")))
        .isEqualTo("IdempotentParameterMismatch");
    String version = "CreateLaunchTemplateVersion LaunchTemplateName=web ClientToken=v ";
    assertThat(QueryCall.code(send("ec2", version + "LaunchTemplateData.ImageId=ami-2")))
        .isEqualTo("OK");
    assertThat(QueryCall.code(send("ec2", version + "LaunchTemplateData.ImageId=ami-3")))
        .isEqualTo("IdempotentParameterMismatch");
  }

  @Test
  void a_client_token_stands_for_its_request_after_a_restoration_too() {
    send("ec2", RUN + "ClientToken=t");
    try (SimulatedAccount restored =
        SimulatedAccount.builder().withoutPort().seed(account.snapshot()).build()) {
      String[] call = (RUN + "ClientToken=t InstanceType=m5.large").split(" ");

      assertThat(
              QueryCall.outcome(
                  restored, "ec2", call[0], Stream.of(call).skip(1).toArray(String[]::new)))
          .isEqualTo("IdempotentParameterMismatch");
    }
  }

  @Test
  void groups_are_found_by_their_tags() {
    for (String group : new String[] {"blue", "green"}) {
      assertThat(
              QueryCall.code(
                  send(
                      "autoscaling",
                      "CreateAutoScalingGroup MinSize=0 MaxSize=1 AutoScalingGroupName="
                          + group
                          + " LaunchTemplate.LaunchTemplateName=web"
                          + " Tags.member.1.Key=team Tags.member.1.Value="
                          + group)))
          .isEqualTo("OK");
    }

    assertThat(
            send(
                    "autoscaling",
                    "DescribeAutoScalingGroups Filters.member.1.Name=tag:team"
                        + " Filters.member.1.Values.member.1=blue")
                .body())
        .contains("<AutoScalingGroupName>blue<", "<Key>team</Key>", "<LaunchTemplateName>web<")
        .contains("<CreatedTime>")
        .doesNotContain("green");
    assertThat(
            send(
                    "autoscaling",
                    "DescribeAutoScalingGroups Filters.member.1.Name=tag-key"
                        + " Filters.member.1.Values.member.1=stage")
                .body())
        .doesNotContain("blue", "green");
  }

  @Test
  void events_of_another_category_are_refused() {
    try (var trail =
        SdkClients.administrator(account).inProcess().build(CloudTrailClient.builder())) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowableOfType(
                  CloudTrailException.class,
                  () -> trail.lookupEvents(r -> r.eventCategory(EventCategory.INSIGHT))))
          .hasMessageContaining("EventCategory");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ec2 | DeleteTags ResourceId.1=$i Tag=a",
        "ec2 | DeleteTags ResourceId.1=$i Tag.1=a",
        "ec2 | TerminateInstances InstanceId.1=$i InstanceId=$i",
        "ec2 | DescribeInstances InstanceId=$i",
        "ec2 | DescribeInstances InstanceId.1.x=$i",
        "ec2 | DescribeInstances Filter=x",
        "ec2 | DescribeInstances Filter.1=x",
        "ec2 | DescribeIamInstanceProfileAssociations AssociationId=x",
        "iam | SimulatePrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:role/web-role"
            + " ActionNames.member.1=s3:GetObject ResourceArns=arn:aws:s3:::x",
        "iam | SimulatePrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:role/web-role"
            + " ActionNames.member.1=s3:GetObject ResourceArns.1=arn:aws:s3:::x",
        "iam | CreateRole RoleName=r AssumeRolePolicyDocument=$ec2 Tags.member=x",
        "iam | CreateRole RoleName=r AssumeRolePolicyDocument=$ec2 Tags.1.Key=a Tags.1.Value=b",
        "iam | GetAccountAuthorizationDetails Filter=Role",
        "autoscaling | DescribeAutoScalingInstances InstanceIds=$i"
      })
  void a_list_that_is_not_numbered_is_refused_and_not_taken_for_none(String service, String call) {
    account.close();
    account = SimulatedAccount.builder().withoutPort().build();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web", InstanceOptions.of().withTag("kept", "yes")).id();

    assertThat(QueryCall.code(send(service, call))).isEqualTo("InvalidParameterValue");
    assertThat(send("ec2", "DescribeInstances").body())
        .contains("<key>kept</key>", "<name>running</name>");
    assertThat(send("iam", "ListRoles").body()).doesNotContain("<RoleName>r</RoleName>");
  }

  @Test
  void an_empty_list_may_be_sent_as_its_bare_name() {
    assertThat(QueryCall.code(send("iam", "TagRole RoleName=web-role Tags="))).isEqualTo("OK");
    assertThat(send("ec2", "DescribeInstances InstanceId=").body()).contains(instance);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ListPolicies Scope=Foo | scope",
        "ListPolicies OnlyAttached=maybe | onlyAttached",
        "ListEntitiesForPolicy PolicyArn=$p EntityFilter=Foo | entityFilter",
        "ListEntitiesForPolicy PolicyArn=$p PolicyUsageFilter=Foo | policyUsageFilter",
        "GetAccountAuthorizationDetails Filter.member.1=Foo | filter",
        "CreatePolicyVersion PolicyArn=$own SetAsDefault=maybe PolicyDocument=$all | setAsDefault"
      })
  void a_value_that_iam_does_not_know_is_refused_and_finds_not_nothing(String call, String named) {
    send("iam", "CreatePolicy PolicyName=own PolicyDocument=" + ALL);
    HttpAnswer answer =
        send(
            "iam",
            call.replace("$p", "arn:aws:iam::aws:policy/ReadOnlyAccess")
                .replace("$own", "arn:aws:iam::123456789012:policy/own")
                .replace("$all", ALL));

    assertThat(QueryCall.code(answer)).isEqualTo("ValidationError");
    assertThat(answer.body()).contains("'" + named + "'");
    assertThat(send("iam", "GetPolicy PolicyArn=arn:aws:iam::123456789012:policy/own").body())
        .contains("<DefaultVersionId>v1<");
  }

  @Test
  void a_repeated_launch_finds_its_instances_when_the_profile_is_gone() {
    String run = RUN + "ClientToken=t IamInstanceProfile.Name=web";
    String first = send("ec2", run).body().replaceAll("(?s).*(r-[0-9a-f]{17}).*", "$1");
    account.deleteInstanceProfile("web");

    assertThat(send("ec2", run).body()).contains(first);
    assertThat(QueryCall.code(send("ec2", run + " DryRun=true"))).isEqualTo("DryRunOperation");
  }

  @Test
  void a_launch_template_with_other_tags_is_another_request() {
    String create =
        "CreateLaunchTemplate ClientToken=u LaunchTemplateName=web LaunchTemplateData.ImageId=ami-1"
            + " TagSpecification.1.ResourceType=launch-template TagSpecification.1.Tag.1.Key=team"
            + " TagSpecification.1.Tag.1.Value=";
    assertThat(QueryCall.code(send("ec2", create + "blue"))).isEqualTo("OK");

    assertThat(QueryCall.code(send("ec2", create + "green")))
        .isEqualTo("IdempotentParameterMismatch");
    try (SimulatedAccount restored =
        SimulatedAccount.builder().withoutPort().seed(account.snapshot()).build()) {
      account.close();
      account = restored;
      assertThat(QueryCall.code(send("ec2", create + "blue"))).isEqualTo("OK");
      assertThat(QueryCall.code(send("ec2", create + "green")))
          .isEqualTo("IdempotentParameterMismatch");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "InstanceType=nope | InvalidParameterValue",
        "TagSpecification.1.ResourceType=instance TagSpecification.1.Tags.1.Key=a"
            + " | UnknownParameter"
      })
  void a_launch_looks_at_what_it_heeds(String more, String code) {
    assertThat(QueryCall.code(send("ec2", RUN + more))).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"instanceInitiatedShutdownBehavior", "ebsOptimized"})
  void an_attribute_that_a_launch_forgets_is_not_told(String attribute) {
    HttpAnswer answer =
        send("ec2", "DescribeInstanceAttribute InstanceId=$i Attribute=" + attribute);

    assertThat(QueryCall.code(answer)).isEqualTo("InvalidParameterValue");
    assertThat(answer.body()).contains(attribute);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DescribeInstances", "DescribeInstanceStatus"})
  void who_names_instances_asks_for_no_pages(String operation) {
    assertThat(QueryCall.code(send("ec2", operation + " InstanceId.1=$i MaxResults=5")))
        .isEqualTo("InvalidParameterCombination");
    assertThat(QueryCall.code(send("ec2", operation + " InstanceId.7=$i MaxResults=5")))
        .isEqualTo("InvalidParameterCombination");
  }
}
