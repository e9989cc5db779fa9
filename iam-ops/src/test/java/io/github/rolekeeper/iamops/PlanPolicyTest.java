package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.policybuilder.iam.IamStatement;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Every repair is carried out by a principal that has what its plan printed, and nothing else. */
class PlanPolicyTest {
  private static final String ACCOUNT_TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}""";

  private static final String LAMBDA_TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":"lambda.amazonaws.com"}}]}""";

  private final MutableClock clock = MutableClock.atRealTime();
  private String wantedProfile = "web";
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;
  private final List<AutoCloseable> clients = new ArrayList<>();

  /** What is broken. */
  enum Broken {
    NO_ASSOCIATION,
    DELETED,
    STALE,
    STALE_ON_A_STOPPED_INSTANCE,
    WITHOUT_ROLE,
    WRONG_ROLE_CURED_IN_PLACE,
    WRONG_ROLE_CURED_BY_A_NEW_PROFILE,
    TRUST_LACKS_EC2,
    METADATA_OFF,
    SESSIONS_REVOKED
  }

  record Case(Broken broken, String action) {}

  @BeforeEach
  void launch() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = closed(SdkClients.administrator(account).build(Ec2Client.builder()));
    iam = closed(SdkClients.administrator(account).build(IamClient.builder()));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
    account.close();
  }

  @ParameterizedTest
  @EnumSource
  void a_repair_succeeds_with_exactly_the_policy_of_its_plan(Broken broken) {
    damage(broken);
    RepairPlan plan = plan();

    RepairReport report = as(IamPolicy.fromJson(plan.policy())).execute(plan);

    assertThat(Repaired.by(report)).as(report.describe()).isTrue();
    assertThat(plan().nothingToDo()).isTrue();
  }

  static Stream<Case> each_action_of_each_repair() {
    return Stream.of(
            new Object[][] {
              {Broken.NO_ASSOCIATION, List.of("ec2:AssociateIamInstanceProfile", "iam:PassRole")},
              {
                Broken.DELETED,
                List.of(
                    "ec2:DescribeInstances",
                    "ec2:DescribeIamInstanceProfileAssociations",
                    "iam:GetInstanceProfile",
                    "iam:CreateInstanceProfile",
                    "iam:AddRoleToInstanceProfile",
                    "iam:PassRole",
                    "ec2:ReplaceIamInstanceProfileAssociation")
              },
              {
                Broken.STALE_ON_A_STOPPED_INSTANCE,
                List.of("ec2:DisassociateIamInstanceProfile", "ec2:AssociateIamInstanceProfile")
              },
              {
                Broken.WRONG_ROLE_CURED_IN_PLACE,
                List.of(
                    "iam:RemoveRoleFromInstanceProfile",
                    "iam:AddRoleToInstanceProfile",
                    "iam:PassRole",
                    "ec2:ReplaceIamInstanceProfileAssociation")
              },
              {
                Broken.WRONG_ROLE_CURED_BY_A_NEW_PROFILE,
                List.of(
                    "iam:CreateInstanceProfile",
                    "iam:AddRoleToInstanceProfile",
                    "iam:PassRole",
                    "ec2:ReplaceIamInstanceProfileAssociation")
              },
              {
                Broken.TRUST_LACKS_EC2,
                List.of("iam:UpdateAssumeRolePolicy", "iam:GetInstanceProfile")
              },
              {Broken.METADATA_OFF, List.of("ec2:ModifyInstanceMetadataOptions")},
              {
                Broken.SESSIONS_REVOKED,
                List.of("ec2:ReplaceIamInstanceProfileAssociation", "iam:PassRole")
              }
            })
        .flatMap(
            row ->
                ((List<?>) row[1]).stream().map(action -> new Case((Broken) row[0], "" + action)));
  }

  @ParameterizedTest
  @MethodSource
  void each_action_of_each_repair(Case each) {
    damage(each.broken());
    RepairPlan plan = plan();
    IamPolicy whole = IamPolicy.fromJson(plan.policy());
    assertThat(actions(whole)).contains(each.action());
    InstanceProfileOps ops = as(without(whole, each.action()));

    String refusal;
    try {
      RepairReport report = ops.execute(plan);
      assertThat(report.succeeded()).isFalse();
      refusal = report.describe();
    } catch (InstanceProfileOpsException e) {
      refusal = String.valueOf(e.getMessage());
    }
    assertThat(refusal).contains(each.action());
  }

  private static TreeSet<String> actions(IamPolicy policy) {
    var actions = new TreeSet<String>();
    policy
        .statements()
        .forEach(each -> each.actions().forEach(action -> actions.add(action.value())));
    return actions;
  }

  private static IamPolicy without(IamPolicy policy, String action) {
    var statements = new ArrayList<IamStatement>();
    for (IamStatement each : policy.statements()) {
      var left = each.actions().stream().filter(other -> !other.value().equals(action)).toList();
      if (!left.isEmpty()) {
        statements.add(each.toBuilder().actions(left).build());
      }
    }
    return policy.toBuilder().statements(statements).build();
  }

  private void damage(Broken broken) {
    switch (broken) {
      case NO_ASSOCIATION ->
          ec2.disassociateIamInstanceProfile(r -> r.associationId(association()));
      case DELETED -> account.deleteInstanceProfile("web");
      case STALE -> recreate();
      case STALE_ON_A_STOPPED_INSTANCE -> {
        recreate();
        ec2.stopInstances(r -> r.instanceIds(id.value()));
      }
      case WITHOUT_ROLE ->
          iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
      case WRONG_ROLE_CURED_IN_PLACE -> holdAnotherRole();
      case WRONG_ROLE_CURED_BY_A_NEW_PROFILE -> {
        holdAnotherRole();
        wantedProfile = "web-2";
      }
      case TRUST_LACKS_EC2 ->
          iam.updateAssumeRolePolicy(r -> r.roleName("web-role").policyDocument(LAMBDA_TRUST));
      case METADATA_OFF ->
          ec2.modifyInstanceMetadataOptions(
              r -> r.instanceId(id.value()).httpEndpoint(InstanceMetadataEndpointState.DISABLED));
      case SESSIONS_REVOKED -> {
        clock.advance(Duration.ofMinutes(1));
        ops(ec2, iam).revokeSessions("web-role");
        clock.advance(Duration.ofSeconds(1)); // EC2's times have no more digits
      }
    }
  }

  private void holdAnotherRole() {
    account.createInstanceProfile("other", "other-role");
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("other-role"));
  }

  private void recreate() {
    account.deleteInstanceProfile("web");
    account.createInstanceProfile("web", "web-role");
  }

  private String association() {
    return ec2.describeIamInstanceProfileAssociations()
        .iamInstanceProfileAssociations()
        .get(0)
        .associationId();
  }

  private RepairPlan plan() {
    return ops(ec2, iam)
        .plan(
            RepairTarget.forInstance(id)
                .instanceProfile(wantedProfile)
                .role("web-role")
                .allowRoleRemoval()
                .allowTrustPolicyChange()
                .allowMetadataOptionsChange()
                .build());
  }

  private InstanceProfileOps as(IamPolicy policy) {
    iam.createRole(r -> r.roleName("repairer").assumeRolePolicyDocument(ACCOUNT_TRUST));
    iam.putRolePolicy(
        r -> r.roleName("repairer").policyName("plan").policyDocument(policy.toJson()));
    StsClient sts = closed(SdkClients.administrator(account).build(StsClient.builder()));
    var session =
        sts.assumeRole(
                r -> r.roleArn("arn:aws:iam::123456789012:role/repairer").roleSessionName("repair"))
            .credentials();
    SdkClients repairer =
        SdkClients.using(
            account,
            StaticCredentialsProvider.create(
                AwsSessionCredentials.create(
                    session.accessKeyId(), session.secretAccessKey(), session.sessionToken())));
    return ops(
        closed(repairer.build(Ec2Client.builder())), closed(repairer.build(IamClient.builder())));
  }

  private InstanceProfileOps ops(Ec2Client withEc2, IamClient withIam) {
    return InstanceProfileOps.builder(withEc2, withIam)
        .clock(clock)
        .pauser(clock::advance)
        .journal(new KeptJournal())
        .ownHost(id -> false)
        .build();
  }

  private <T extends AutoCloseable> T closed(T client) {
    clients.add(client);
    return client;
  }
}
