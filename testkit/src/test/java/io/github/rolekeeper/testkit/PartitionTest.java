package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** What differs in China and in the partitions of governments. */
class PartitionTest {
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":%s}}""";

  private static SimulatedAccount account(String region) {
    return SimulatedAccount.builder().withoutPort().region(region).build();
  }

  @ParameterizedTest
  @CsvSource({
    "us-east-1, aws, amazonaws.com",
    "cn-north-1, aws-cn, amazonaws.com.cn",
    "cn-northwest-1, aws-cn, amazonaws.com.cn",
    "us-gov-west-1, aws-us-gov, amazonaws.com",
    "us-iso-east-1, aws-iso, c2s.ic.gov",
    "us-isob-east-1, aws-iso-b, sc2s.sgov.gov",
    "eu-isoe-west-1, aws-iso-e, cloud.adc-e.uk",
    "us-isof-south-1, aws-iso-f, csp.hci.ic.gov",
    "eusc-de-east-1, aws-eusc, amazonaws.eu"
  })
  void all_arns_are_of_the_partition_of_the_region(String region, String partition, String domain)
      throws Exception {
    try (SimulatedAccount account = account(region)) {
      SdkClients clients = SdkClients.administrator(account).inProcess();
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");
      try (var iam = clients.build(IamClient.builder());
          var sts = clients.build(StsClient.builder())) {
        String arn = "arn:" + partition + ":iam::";

        assertThat(iam.getRole(r -> r.roleName("web-role")).role().arn()).startsWith(arn);
        assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("web")).instanceProfile())
            .satisfies(profile -> assertThat(profile.arn()).startsWith(arn));
        assertThat(iam.listPolicies().policies())
            .isNotEmpty()
            .allSatisfy(policy -> assertThat(policy.arn()).startsWith(arn + "aws:policy/"));
        assertThat(sts.getCallerIdentity().arn()).startsWith(arn);
        assertThat(metadata(account, instance, "iam/info")).contains(arn);
        assertThat(metadata(account, instance, "services/partition")).isEqualTo(partition);
        assertThat(metadata(account, instance, "services/domain")).isEqualTo(domain);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "us-east-1, ec2.amazonaws.com, true",
    "us-east-1, ec2.amazonaws.com.cn, false",
    "cn-north-1, ec2.amazonaws.com, true",
    "cn-north-1, ec2.amazonaws.com.cn, true",
    "cn-north-1, ec2.c2s.ic.gov, false",
    "us-gov-west-1, ec2.amazonaws.com, true",
    "us-iso-east-1, ec2.amazonaws.com, true",
    "us-iso-east-1, ec2.c2s.ic.gov, true",
    "eu-isoe-west-1, ec2.amazonaws.com, true",
    "eusc-de-east-1, ec2.amazonaws.com, true"
  })
  void ec2_is_trusted_by_its_plain_name_and_by_its_partitions(
      String region, String principal, boolean trusted) throws Exception {
    try (SimulatedAccount account = account(region);
        var iam = SdkClients.administrator(account).inProcess().build(IamClient.builder())) {
      iam.createRole(
          r ->
              r.roleName("web-role")
                  .assumeRolePolicyDocument(
                      TRUST.formatted("{\"Service\":\"" + principal + "\"}")));
      account.createInstanceProfile("web", "web-role");
      SimulatedInstance instance = account.launchInstance("web");

      assertThat(metadata(account, instance, "iam/security-credentials/web-role"))
          .contains(trusted ? "\"Success\"" : "AssumeRoleUnauthorizedAccess");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "us-east-1, ec2.amazonaws.com, true, true",
    "us-gov-west-1, ec2.amazonaws.com, true, true",
    "cn-north-1, ec2.amazonaws.com, true, false",
    "cn-north-1, ec2.amazonaws.com.cn, false, true",
    "us-east-1, ec2.amazonaws.com.cn, false, false"
  })
  void each_call_passes_the_role_to_the_principal_that_it_checks(
      String region, String service, boolean inIam, boolean inEc2) {
    try (SimulatedAccount account = account(region)) {
      SdkClients clients = SdkClients.administrator(account).inProcess();
      account.createInstanceProfile("web", "web-role");
      String instance = account.launchInstance(InstanceOptions.of()).id();
      try (var iam = clients.build(IamClient.builder());
          var sts = clients.build(StsClient.builder())) {
        iam.createInstanceProfile(r -> r.instanceProfileName("new"));
        iam.createRole(
            r ->
                r.roleName("operator")
                    .assumeRolePolicyDocument(TRUST.formatted("{\"AWS\":\"123456789012\"}")));
        iam.putRolePolicy(
            r ->
                r.roleName("operator")
                    .policyName("pass")
                    .policyDocument(
                        """
                        {"Version":"2012-10-17","Statement":[
                         {"Effect":"Allow","Resource":"*","Action":["iam:Add*","ec2:Associate*"]},
                         {"Effect":"Allow","Resource":"*","Action":"iam:PassRole","Condition":
                          {"StringEquals":{"iam:PassedToService":"%s"}}}]}"""
                            .formatted(service)));
        String role = iam.getRole(r -> r.roleName("operator")).role().arn();
        Credentials keys = sts.assumeRole(r -> r.roleArn(role).roleSessionName("me")).credentials();
        SdkClients operator =
            SdkClients.using(
                    account,
                    StaticCredentialsProvider.create(
                        AwsSessionCredentials.create(
                            keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken())))
                .inProcess();
        try (var asked = operator.build(IamClient.builder());
            var ec2 = operator.build(Ec2Client.builder())) {
          assertThat(
                  catchThrowableOfType(
                          AwsServiceException.class,
                          () ->
                              asked.addRoleToInstanceProfile(
                                  r -> r.instanceProfileName("new").roleName("web-role")))
                      == null)
              .isEqualTo(inIam);
          assertThat(
                  catchThrowableOfType(
                          AwsServiceException.class,
                          () ->
                              ec2.associateIamInstanceProfile(
                                  r ->
                                      r.instanceId(instance)
                                          .iamInstanceProfile(p -> p.name("web"))))
                      == null)
              .isEqualTo(inEc2);
        }
      }
    }
  }

  private static String metadata(SimulatedAccount account, SimulatedInstance instance, String path)
      throws Exception {
    return account
        .exchange(
            "GET",
            "/_instances/" + instance.id() + "/latest/meta-data/" + path,
            Map.of(),
            new byte[0])
        .body();
  }
}
