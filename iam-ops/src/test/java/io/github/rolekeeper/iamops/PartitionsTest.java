package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamStatement;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Other partitions than the first. The simulated account knows that one only, so ARNs are changed
 * on their way.
 */
class PartitionsTest {
  /** An account in a partition, and the clients for it. */
  private static final class Elsewhere implements AutoCloseable {
    final SimulatedAccount account;
    final SimulatedInstance instance;
    final Ec2Client ec2;
    final IamClient iam;
    final InstanceProfileOps ops;

    Elsewhere(String partition, String region) {
      account = SimulatedAccount.builder().region(region).build();
      account.createInstanceProfile("web", "web-role");
      instance = account.launchInstance("web");
      var there =
          new TwistedAnswers((operation, xml) -> xml.replace("arn:aws:", "arn:" + partition + ":"));
      SdkClients clients = SdkClients.administrator(account).inProcess();
      ec2 =
          clients.build(
              Ec2Client.builder().overrideConfiguration(o -> o.addExecutionInterceptor(there)));
      iam =
          clients.build(
              IamClient.builder().overrideConfiguration(o -> o.addExecutionInterceptor(there)));
      ops =
          InstanceProfileOps.builder(ec2, iam)
              .clock(account.clock())
              .pauser(account.clock()::advance)
              .ownHost(id -> false)
              .journal(new KeptJournal())
              .caller(() -> new CallerIdentity("arn:" + partition + ":iam::123456789012:user/me"))
              .build();
    }

    InstanceId id() {
      return InstanceId.of(instance.id());
    }

    void trust(String service) {
      iam.updateAssumeRolePolicy(
          r ->
              r.roleName("web-role")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                       "Action":"sts:AssumeRole","Principal":{"Service":"%s"}}]}"""
                          .formatted(service)));
    }

    @Override
    public void close() {
      iam.close();
      ec2.close();
      account.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"aws-cn,cn-north-1", "aws-us-gov,us-gov-west-1"})
  void a_profile_is_found_deleted_planned_for_and_made_again(String partition, String region) {
    try (var there = new Elsewhere(partition, region)) {
      there.account.deleteInstanceProfile("web");

      assertThat(there.ops.diagnose(there.id()).has(FindingType.PROFILE_DELETED)).isTrue();
      assertThat(there.ops.diagnoseProfile("web").condition()).isEqualTo(ProfileCondition.MISSING);
      RepairPlan plan =
          there.ops.plan(RepairTarget.forInstance(there.id()).role("web-role").build());

      assertThat(IamPolicy.fromJson(plan.policy()).statements())
          .flatExtracting(each -> each.resources().stream().map(one -> one.value()).toList())
          .contains("arn:" + partition + ":iam::123456789012:role/web-role")
          .allMatch(arn -> arn.equals("*") || arn.startsWith("arn:" + partition + ":"));
      assertThat(plan.binding())
          .isEqualTo(
              new PlanBinding(
                  "123456789012",
                  partition,
                  region,
                  Optional.of("arn:" + partition + ":iam::123456789012:user/me")));
      assertThat(there.ops.execute(RepairPlan.fromJson(plan.toJson())).verdict())
          .isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
      assertThat(there.ops.diagnose(there.id()).healthy()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ec2.amazonaws.com", "ec2.amazonaws.com.cn"})
  void in_china_a_role_may_trust_ec2_by_either_name(String service) {
    try (var there = new Elsewhere("aws-cn", "cn-north-1")) {
      there.trust(service);

      assertThat(there.ops.diagnose(there.id()).findings()).isEmpty();
    }
  }

  @Test
  void in_china_a_trust_policy_gets_the_plain_name() {
    try (var there = new Elsewhere("aws-cn", "cn-north-1")) {
      there.trust("lambda.amazonaws.com");

      RepairPlan plan =
          there.ops.plan(RepairTarget.forInstance(there.id()).allowTrustPolicyChange().build());

      assertThat(there.ops.execute(plan).verdict()).isEqualTo(RepairVerdict.REPAIRED_UNVERIFIED);
      assertThat(
              URLDecoder.decode(
                  there.iam.getRole(r -> r.roleName("web-role")).role().assumeRolePolicyDocument(),
                  StandardCharsets.UTF_8))
          .contains("lambda.amazonaws.com", "\"ec2.amazonaws.com\"");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "aws-iso,us-iso-east-1,ec2.amazonaws.com,true",
    "aws-iso,us-iso-east-1,ec2.c2s.ic.gov,true",
    "aws-iso,us-iso-east-1,ec2.sc2s.sgov.gov,false",
    "aws-iso-b,us-isob-east-1,ec2.sc2s.sgov.gov,true",
    "aws-us-gov,us-gov-west-1,ec2.amazonaws.com.cn,false",
    "aws,us-east-1,ec2.c2s.ic.gov,false",
  })
  void a_name_of_ec2_counts_in_its_own_partition_only(
      String partition, String region, String service, boolean trusts) {
    try (var there = new Elsewhere(partition, region)) {
      there.trust(service);

      InstanceDiagnosis diagnosis = there.ops.diagnose(there.id());

      assertThat(diagnosis.has(FindingType.TRUST_LACKS_EC2)).isNotEqualTo(trusts);
      assertThat(diagnosis.findings())
          .filteredOn(finding -> partition.startsWith("aws-iso"))
          .as("the cure says what it assumed")
          .allMatch(finding -> finding.cure().contains("assumed: some tools write ec2."));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "aws | eu-west-1 | ec2.amazonaws.com",
        "aws-cn | cn-north-1 | ec2.amazonaws.com ec2.amazonaws.com.cn",
        "aws-us-gov | us-gov-west-1 | ec2.amazonaws.com",
        "aws-iso | us-iso-east-1 | ec2.amazonaws.com ec2.c2s.ic.gov",
        "aws-iso-b | us-isob-east-1 | ec2.amazonaws.com ec2.sc2s.sgov.gov",
      })
  void both_policies_of_a_plan_name_ec2_and_all_else_as_the_partition_has_it(
      String partition, String region, String services) {
    try (var there = new Elsewhere(partition, region)) {
      there.account.createInstanceProfile("db", "db-role");

      RepairPlan plan =
          there.ops.plan(RepairTarget.forInstance(there.id()).instanceProfile("db").build());

      for (String policy : List.of(plan.policy(), plan.wayBackPolicy())) {
        List<IamStatement> statements = IamPolicy.fromJson(policy).statements();
        assertThat(statements)
            .flatExtracting(each -> each.resources().stream().map(one -> one.value()).toList())
            .allMatch(arn -> arn.equals("*") || arn.startsWith("arn:" + partition + ":"));
        assertThat(statements)
            .flatExtracting(each -> each.conditions())
            .extracting(each -> each.value())
            .containsExactlyInAnyOrder(services.split(" ", -1));
      }
    }
  }

  @Test
  void in_china_a_policy_allows_to_pass_a_role_to_ec2_by_either_name() {
    assertThat(new AccountRef("aws-cn", "123456789012", "cn-north-1").ec2Principals())
        .isEqualTo(List.of("ec2.amazonaws.com", "ec2.amazonaws.com.cn"));
    assertThat(new AccountRef("aws", "123456789012", "eu-west-1").ec2Principals())
        .isEqualTo(List.of("ec2.amazonaws.com"));
  }
}
