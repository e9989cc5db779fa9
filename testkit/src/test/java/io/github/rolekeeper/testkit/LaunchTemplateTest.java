package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

class LaunchTemplateTest {
  private static final String ARN = "arn:aws:iam::123456789012:instance-profile/web";
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
      "Principal":{"AWS":"123456789012"}}]}""";

  private SimulatedAccount account;
  private Ec2Client ec2;

  @BeforeEach
  void connect() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    ec2 = SdkClients.administrator(account).build(Ec2Client.builder());
  }

  @AfterEach
  void close() {
    ec2.close();
    account.close();
  }

  @Test
  void a_template_keeps_what_it_was_created_with() {
    LaunchTemplate created =
        ec2.createLaunchTemplate(
                r ->
                    r.launchTemplateName("web")
                        .versionDescription("first")
                        .tagSpecifications(
                            t ->
                                t.resourceType(ResourceType.LAUNCH_TEMPLATE)
                                    .tags(Tag.builder().key("team").value("blue").build()))
                        .launchTemplateData(
                            d ->
                                d.imageId("ami-1")
                                    .instanceType("t3.small")
                                    .iamInstanceProfile(p -> p.arn(ARN))
                                    .securityGroupIds("sg-1", "sg-2")
                                    .disableApiStop(true)
                                    .metadataOptions(m -> m.httpTokens("required"))
                                    .blockDeviceMappings(
                                        b -> b.deviceName("/dev/xvda").ebs(e -> e.volumeSize(8)))
                                    .networkInterfaces(n -> n.deviceIndex(0).groups("sg-3"))
                                    .licenseSpecifications(l -> l.licenseConfigurationArn("arn:l"))
                                    .tagSpecifications(
                                        t ->
                                            t.resourceType(ResourceType.INSTANCE)
                                                .tags(Tag.builder().key("a").value("b").build()))))
            .launchTemplate();

    assertThat(created.launchTemplateId()).matches("lt-[0-9a-f]{17}");
    assertThat(created.createdBy()).isEqualTo("arn:aws:iam::123456789012:root");
    assertThat(created.createTime()).isBeforeOrEqualTo(account.clock().instant());
    assertThat(created.tags())
        .extracting(Tag::key, Tag::value)
        .containsExactly(tuple("team", "blue"));
    LaunchTemplateVersion version = versions("web", "$Latest").get(0);
    assertThat(version.versionNumber()).isEqualTo(1);
    assertThat(version.defaultVersion()).isTrue();
    assertThat(version.versionDescription()).isEqualTo("first");
    ResponseLaunchTemplateData data = version.launchTemplateData();
    assertThat(data.imageId()).isEqualTo("ami-1");
    assertThat(data.instanceTypeAsString()).isEqualTo("t3.small");
    assertThat(data.iamInstanceProfile().arn()).isEqualTo(ARN);
    assertThat(data.securityGroupIds()).containsExactly("sg-1", "sg-2");
    assertThat(data.disableApiStop()).isTrue();
    assertThat(data.metadataOptions().httpTokensAsString()).isEqualTo("required");
    assertThat(data.blockDeviceMappings().get(0).ebs().volumeSize()).isEqualTo(8);
    assertThat(data.networkInterfaces().get(0).groups()).containsExactly("sg-3");
    assertThat(data.licenseSpecifications().get(0).licenseConfigurationArn()).isEqualTo("arn:l");
    assertThat(data.tagSpecifications().get(0).tags().get(0).value()).isEqualTo("b");
  }

  @Test
  void a_version_builds_on_another_and_numbers_do_not_come_back() {
    template("web", d -> d.imageId("ami-1").iamInstanceProfile(p -> p.arn(ARN)));
    ec2.createLaunchTemplateVersion(
        r ->
            r.launchTemplateName("web")
                .sourceVersion("1")
                .launchTemplateData(d -> d.iamInstanceProfile(p -> p.name("web"))));

    ResponseLaunchTemplateData second = versions("web", "$Latest").get(0).launchTemplateData();
    assertThat(second.imageId()).isEqualTo("ami-1");
    assertThat(second.iamInstanceProfile().name()).isEqualTo("web");
    assertThat(second.iamInstanceProfile().arn()).isNull();
    assertThat(versions("web", "$Default").get(0).versionNumber()).isEqualTo(1);

    assertThat(
            ec2.modifyLaunchTemplate(r -> r.launchTemplateName("web").defaultVersion("2"))
                .launchTemplate()
                .defaultVersionNumber())
        .isEqualTo(2);
    var deletion =
        ec2.deleteLaunchTemplateVersions(r -> r.launchTemplateName("web").versions("1", "2", "7"));
    assertThat(deletion.successfullyDeletedLaunchTemplateVersions())
        .extracting(each -> each.versionNumber())
        .containsExactly(1L);
    assertThat(deletion.unsuccessfullyDeletedLaunchTemplateVersions())
        .extracting(each -> each.versionNumber(), each -> each.responseError().codeAsString())
        .containsExactly(
            tuple(2L, "unexpectedError"), tuple(7L, "launchTemplateVersionDoesNotExist"));
    ec2.createLaunchTemplateVersion(
        r -> r.launchTemplateName("web").launchTemplateData(d -> d.imageId("ami-3")));
    ec2.deleteLaunchTemplateVersions(r -> r.launchTemplateName("web").versions("3"));
    assertThat(
            ec2.createLaunchTemplateVersion(
                    r -> r.launchTemplateName("web").launchTemplateData(d -> d.imageId("ami-4")))
                .launchTemplateVersion()
                .versionNumber())
        .isEqualTo(4);
  }

  @Test
  void the_blast_radius_of_a_profile_is_found_by_its_arn_over_all_pages() {
    for (int i = 0; i < 7; i++) {
      String name = "web-" + i;
      template(name, d -> d.imageId("ami-1").iamInstanceProfile(p -> p.arn(ARN)));
      ec2.createLaunchTemplateVersion(
          r ->
              r.launchTemplateName(name)
                  .launchTemplateData(d -> d.iamInstanceProfile(p -> p.arn(ARN))));
    }
    template("other", d -> d.imageId("ami-1").iamInstanceProfile(p -> p.arn(ARN + "-other")));
    template("by-name", d -> d.imageId("ami-1").iamInstanceProfile(p -> p.name("web")));

    assertThat(
            ec2.describeLaunchTemplateVersionsPaginator(
                    r ->
                        r.versions("$Latest", "$Default")
                            .maxResults(5)
                            .filters(f -> f.name("iam-instance-profile").values(ARN)))
                .launchTemplateVersions())
        .hasSize(14)
        .extracting(each -> each.launchTemplateId() + each.versionNumber())
        .doesNotHaveDuplicates();
    assertThat(
            ec2.describeLaunchTemplatesPaginator(
                    r ->
                        r.maxResults(2).filters(f -> f.name("launch-template-name").values("web*")))
                .launchTemplates())
        .hasSize(7)
        .extracting(LaunchTemplate::latestVersionNumber)
        .containsOnly(2L);
  }

  @Test
  void an_instance_is_launched_as_the_default_version_says_unless_the_request_says_otherwise() {
    String id =
        template(
                "web",
                d ->
                    d.imageId("ami-1")
                        .instanceType("t3.small")
                        .iamInstanceProfile(p -> p.name("web"))
                        .metadataOptions(m -> m.httpTokens("required").httpPutResponseHopLimit(2))
                        .tagSpecifications(
                            t ->
                                t.resourceType(ResourceType.INSTANCE)
                                    .tags(Tag.builder().key("team").value("blue").build())))
            .launchTemplateId();
    ec2.createLaunchTemplateVersion(
        r -> r.launchTemplateId(id).launchTemplateData(d -> d.imageId("ami-2")));

    Instance launched =
        ec2.runInstances(
                r ->
                    r.minCount(1)
                        .maxCount(1)
                        .instanceType("t3.large")
                        .launchTemplate(t -> t.launchTemplateId(id)))
            .instances()
            .get(0);

    assertThat(launched.imageId()).isEqualTo("ami-1");
    assertThat(launched.instanceTypeAsString()).isEqualTo("t3.large");
    assertThat(launched.iamInstanceProfile().arn()).isEqualTo(ARN);
    assertThat(launched.metadataOptions().httpTokensAsString()).isEqualTo("required");
    assertThat(launched.metadataOptions().httpPutResponseHopLimit()).isEqualTo(2);
    assertThat(launched.tags())
        .extracting(Tag::key, Tag::value)
        .containsExactlyInAnyOrder(
            tuple("team", "blue"),
            tuple("aws:ec2launchtemplate:id", id),
            tuple("aws:ec2launchtemplate:version", "1"));
    assertThat(run("web", "$Latest").instances().get(0).imageId()).isEqualTo("ami-2");
    assertThat(
            ec2.getLaunchTemplateData(r -> r.instanceId(launched.instanceId()))
                .launchTemplateData()
                .iamInstanceProfile()
                .arn())
        .isEqualTo(ARN);
  }

  @Test
  void a_template_whose_profile_is_gone_launches_nothing() {
    template("by-name", d -> d.imageId("ami-1").iamInstanceProfile(p -> p.name("web")));
    template("by-arn", d -> d.imageId("ami-1").iamInstanceProfile(p -> p.arn(ARN)));
    account.deleteInstanceProfile("web");

    assertRefused(
        () -> run("by-name", "1"),
        "InvalidParameterValue",
        "Value (web) for parameter iamInstanceProfile.name is invalid."
            + " Invalid IAM Instance Profile name");
    assertRefused(
        () -> run("by-arn", "1"),
        "InvalidParameterValue",
        "Value ("
            + ARN
            + ") for parameter iamInstanceProfile.arn is invalid."
            + " Invalid IAM Instance Profile ARN");
    assertThat(ec2.describeInstances().reservations()).isEmpty();
  }

  @Test
  void a_role_needs_to_pass_the_template_s_role_at_launch_but_not_at_creation() {
    template("web", d -> d.imageId("ami-1").iamInstanceProfile(p -> p.name("web")));
    try (var iam = SdkClients.administrator(account).build(IamClient.builder());
        var sts = SdkClients.administrator(account).build(StsClient.builder())) {
      iam.createRole(r -> r.roleName("launcher").assumeRolePolicyDocument(TRUST));
      allow(iam, "\"ec2:*\"");
      var credentials =
          sts.assumeRole(
                  r -> r.roleArn("arn:aws:iam::123456789012:role/launcher").roleSessionName("me"))
              .credentials();
      try (var own =
          SdkClients.using(
                  account,
                  StaticCredentialsProvider.create(
                      AwsSessionCredentials.create(
                          credentials.accessKeyId(),
                          credentials.secretAccessKey(),
                          credentials.sessionToken())))
              .build(Ec2Client.builder())) {
        own.createLaunchTemplate(
            r ->
                r.launchTemplateName("own")
                    .launchTemplateData(d -> d.iamInstanceProfile(p -> p.name("web"))));
        assertThatThrownBy(
                () ->
                    own.runInstances(
                        r ->
                            r.minCount(1)
                                .maxCount(1)
                                .launchTemplate(t -> t.launchTemplateName("web"))))
            .hasMessageContaining("iam:PassRole");
        allow(iam, "\"ec2:RunInstances\",\"iam:PassRole\"");
        own.runInstances(
            r -> r.minCount(1).maxCount(1).launchTemplate(t -> t.launchTemplateName("web")));
        assertRefused(
            () -> own.deleteLaunchTemplate(r -> r.launchTemplateName("web")),
            "UnauthorizedOperation",
            "ec2:DeleteLaunchTemplate");
      }
    }
  }

  @Test
  void a_repeated_request_creates_no_second_template_or_version() {
    for (int i = 0; i < 2; i++) {
      ec2.createLaunchTemplate(
          r ->
              r.launchTemplateName("web")
                  .clientToken("t-1")
                  .launchTemplateData(d -> d.imageId("ami-1")));
      ec2.createLaunchTemplateVersion(
          r ->
              r.launchTemplateName("web")
                  .clientToken("t-2")
                  .launchTemplateData(d -> d.imageId("ami-2")));
    }

    assertThat(ec2.describeLaunchTemplates().launchTemplates())
        .extracting(LaunchTemplate::latestVersionNumber)
        .containsExactly(2L);
  }

  @Test
  void what_is_not_there_or_malformed_is_refused_by_name() {
    template("web", d -> d.imageId("ami-1"));

    assertRefused(
        () -> template("web", d -> d.imageId("ami-1")),
        "InvalidLaunchTemplateName.AlreadyExistsException",
        "already in use");
    assertRefused(
        () -> template("a b", d -> d.imageId("ami-1")),
        "InvalidLaunchTemplateName.MalformedException",
        "'a b'");
    assertRefused(
        () -> ec2.createLaunchTemplate(r -> r.launchTemplateName("none")),
        "MissingParameter",
        "LaunchTemplateData");
    assertRefused(
        () -> run("gone", "1"),
        "InvalidLaunchTemplateName.NotFoundException",
        "template name gone");
    assertRefused(() -> run("web", "9"), "InvalidLaunchTemplateId.VersionNotFound", "version 9");
    assertRefused(
        () -> run("web", "99999999999999999999"),
        "InvalidLaunchTemplateId.VersionNotFound",
        "99999999999999999999");
    assertRefused(
        () -> ec2.deleteLaunchTemplate(r -> r.launchTemplateId("lt-0123456789abcdef0")),
        "InvalidLaunchTemplateId.NotFound",
        "lt-0123456789abcdef0");
    assertRefused(
        () -> ec2.deleteLaunchTemplate(r -> r.launchTemplateId("../web")),
        "InvalidLaunchTemplateId.Malformed",
        "../web");
    assertRefused(
        () -> ec2.describeLaunchTemplateVersions(r -> r.versions("1")),
        "InvalidParameterValue",
        "$Latest and $Default");
    assertRefused(
        () -> ec2.describeLaunchTemplates(r -> r.maxResults(201)),
        "InvalidParameterValue",
        "between 1 and 200");
    ec2.deleteLaunchTemplate(r -> r.launchTemplateName("web"));
    assertThat(ec2.describeLaunchTemplates().launchTemplates()).isEmpty();
  }

  private LaunchTemplate template(
      String name, java.util.function.Consumer<RequestLaunchTemplateData.Builder> data) {
    return ec2.createLaunchTemplate(r -> r.launchTemplateName(name).launchTemplateData(data))
        .launchTemplate();
  }

  private List<LaunchTemplateVersion> versions(String name, String... versions) {
    return ec2.describeLaunchTemplateVersions(r -> r.launchTemplateName(name).versions(versions))
        .launchTemplateVersions();
  }

  private RunInstancesResponse run(String template, String version) {
    return ec2.runInstances(
        r ->
            r.minCount(1)
                .maxCount(1)
                .launchTemplate(t -> t.launchTemplateName(template).version(version)));
  }

  private static void allow(IamClient iam, String actions) {
    iam.putRolePolicy(
        r ->
            r.roleName("launcher")
                .policyName("launch")
                .policyDocument(
                    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":["
                        + actions
                        + "],\"Resource\":\"*\"}]}"));
  }

  private static void assertRefused(ThrowingCallable call, String code, String text) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code))
        .hasMessageContaining(text);
  }
}
