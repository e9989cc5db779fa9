package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** EC2's dry run asks for nothing but the permission. */
class DryRunTest {
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"AWS":"123456789012"}}}""";

  /** Every operation of EC2 that has a dry run, with what it needs beside. */
  private static final List<String> CALLS =
      List.of(
          "RunInstances ImageId=ami-0123456789abcdef0 MinCount=1 MaxCount=1",
          "DescribeInstances",
          "DescribeInstanceStatus",
          "StopInstances InstanceId.1=$i",
          "StartInstances InstanceId.1=$i",
          "RebootInstances InstanceId.1=$i",
          "TerminateInstances InstanceId.1=$i",
          "DescribeInstanceAttribute InstanceId=$i Attribute=disableApiStop",
          "ModifyInstanceAttribute InstanceId=$i DisableApiStop.Value=true",
          "ModifyInstanceMetadataOptions InstanceId=$i HttpTokens=required",
          "DescribeInstanceTypes InstanceType.1=t3.micro",
          "CreateLaunchTemplate LaunchTemplateName=new LaunchTemplateData.ImageId=ami-1",
          "CreateLaunchTemplateVersion LaunchTemplateName=old LaunchTemplateData.ImageId=ami-1",
          "DescribeLaunchTemplates",
          "DescribeLaunchTemplateVersions LaunchTemplateName=old",
          "ModifyLaunchTemplate LaunchTemplateName=old SetDefaultVersion=2",
          "DeleteLaunchTemplate LaunchTemplateName=old",
          "DeleteLaunchTemplateVersions LaunchTemplateName=old LaunchTemplateVersion.1=2",
          "GetLaunchTemplateData InstanceId=$i",
          "CreateTags ResourceId.1=$i Tag.1.Key=team Tag.1.Value=blue",
          "DeleteTags ResourceId.1=$i Tag.1.Key=team",
          "DescribeTags");

  private SimulatedAccount account;
  private String instance;

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    instance = account.launchInstance("web").id();
    assertThat(sent("CreateLaunchTemplate LaunchTemplateName=old LaunchTemplateData.ImageId=ami-1"))
        .isEqualTo("OK");
    assertThat(
            sent(
                "CreateLaunchTemplateVersion LaunchTemplateName=old"
                    + " LaunchTemplateData.ImageId=ami-2"))
        .isEqualTo("OK");
  }

  @AfterEach
  void close() {
    account.close();
  }

  static Stream<String> calls() {
    return CALLS.stream();
  }

  private String sent(String call) {
    String[] parts = call.replace("$i", instance).split(" ");
    return QueryCall.outcome(
        account, "ec2", parts[0], Stream.of(parts).skip(1).toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void what_is_allowed_would_have_succeeded_and_changes_nothing(String call) {
    String before = account.snapshot();

    assertThat(sent(call + " DryRun=true")).isEqualTo("DryRunOperation");

    assertThat(account.snapshot()).isEqualTo(before);
    assertThat(account.calls().get(account.calls().size() - 1).outcome())
        .isEqualTo("DryRunOperation");
  }

  @ParameterizedTest
  @MethodSource("calls")
  void what_is_not_allowed_is_refused_as_without_a_dry_run(String call) {
    SdkClients administrator = SdkClients.administrator(account).inProcess();
    try (var iam = administrator.build(IamClient.builder());
        var sts = administrator.build(StsClient.builder())) {
      iam.createRole(r -> r.roleName("nobody").assumeRolePolicyDocument(TRUST));
      Credentials nobody =
          sts.assumeRole(
                  r -> r.roleArn("arn:aws:iam::123456789012:role/nobody").roleSessionName("me"))
              .credentials();
      String[] parts = (call + " DryRun=true").replace("$i", instance).split(" ");

      assertThat(
              QueryCall.code(
                  QueryCall.send(
                      account,
                      "ec2",
                      parts[0],
                      Map.of("X-Amz-Security-Token", nobody.sessionToken()),
                      nobody.accessKeyId(),
                      Stream.of(parts).skip(1).toArray(String[]::new))))
          .isEqualTo("UnauthorizedOperation");
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void a_dry_run_is_true_or_false(String call) {
    assertThat(sent(call + " DryRun=maybe")).isEqualTo("InvalidParameterValue");
    assertThat(sent(call + " DryRun=false")).isEqualTo("OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AssociateIamInstanceProfile InstanceId=$i IamInstanceProfile.Name=web",
        "DisassociateIamInstanceProfile AssociationId=iip-assoc-0",
        "ReplaceIamInstanceProfileAssociation AssociationId=iip-assoc-0 IamInstanceProfile.Name=web",
        "DescribeIamInstanceProfileAssociations"
      })
  void the_calls_of_associations_know_no_dry_run(String call) {
    assertThat(sent(call + " DryRun=true")).isEqualTo("UnknownParameter");
  }

  @Test
  void a_dry_run_of_what_would_fail_fails_so() {
    assertThat(sent("StopInstances InstanceId.1=i-00000000000000000 DryRun=true"))
        .isEqualTo("InvalidInstanceID.NotFound");
  }
}
