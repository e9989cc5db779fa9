package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.testkit.MutableClock;
import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.policybuilder.iam.IamPolicy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Who has the policy of the way back, and nothing else, can go it. */
class WayBackPolicyTest {
  private final MutableClock clock = MutableClock.atRealTime();
  private final List<AutoCloseable> clients = new ArrayList<>();
  private SimulatedAccount account;
  private InstanceId id;
  private Ec2Client ec2;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create(clock);
    account.createInstanceProfile("web", "web-role");
    account.createInstanceProfile("db", "db-role");
    id = InstanceId.of(account.launchInstance("web").id());
    ec2 = closed(SdkClients.administrator(account).inProcess().build(Ec2Client.builder()));
    iam = closed(SdkClients.administrator(account).inProcess().build(IamClient.builder()));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
    account.close();
  }

  private <T extends AutoCloseable> T closed(T client) {
    clients.add(client);
    return client;
  }

  private InstanceProfileOps ops() {
    return InstanceProfileOps.builder(ec2, iam).clock(clock).pauser(clock::advance).build();
  }

  private RepairTarget.Builder target() {
    return RepairTarget.forInstance(id);
  }

  /** Clients of a principal with this policy alone. */
  private SdkClients as(String policy) {
    iam.createRole(
        r ->
            r.roleName("helper")
                .assumeRolePolicyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                     "Action":"sts:AssumeRole",
                     "Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}"""));
    iam.putRolePolicy(r -> r.roleName("helper").policyName("p").policyDocument(policy));
    StsClient sts =
        closed(SdkClients.administrator(account).inProcess().build(StsClient.builder()));
    var session =
        sts.assumeRole(
                r -> r.roleArn("arn:aws:iam::123456789012:role/helper").roleSessionName("back"))
            .credentials();
    return SdkClients.using(
            account,
            StaticCredentialsProvider.create(
                AwsSessionCredentials.create(
                    session.accessKeyId(), session.secretAccessKey(), session.sessionToken())))
        .inProcess();
  }

  private static String association(Ec2Client client) {
    return client
        .describeIamInstanceProfileAssociations()
        .iamInstanceProfileAssociations()
        .get(0)
        .associationId();
  }

  private static TreeSet<String> actions(String policy) {
    var actions = new TreeSet<String>();
    IamPolicy.fromJson(policy)
        .statements()
        .forEach(each -> each.actions().forEach(action -> actions.add(action.value())));
    return actions;
  }

  @Test
  void an_instance_that_was_moved_is_moved_back() {
    RepairPlan plan = ops().plan(target().instanceProfile("db").build());
    assertThat(Repaired.by(ops().execute(plan))).isTrue();

    assertThat(actions(plan.wayBackPolicy()))
        .containsExactly(
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:DescribeInstances",
            "ec2:ReplaceIamInstanceProfileAssociation",
            "iam:GetInstanceProfile",
            "iam:PassRole");
    Ec2Client helper = closed(as(plan.wayBackPolicy()).build(Ec2Client.builder()));
    helper.replaceIamInstanceProfileAssociation(
        r -> r.associationId(association(helper)).iamInstanceProfile(p -> p.name("web")));
    assertThat(ops().roleOf(id)).contains("web-role");
  }

  @Test
  void the_policy_of_the_steps_does_not_pass_the_old_role() {
    RepairPlan plan = ops().plan(target().instanceProfile("db").build());
    assertThat(Repaired.by(ops().execute(plan))).isTrue();
    Ec2Client repairer = closed(as(plan.policy()).build(Ec2Client.builder()));

    assertThatExceptionOfType(Ec2Exception.class)
        .isThrownBy(
            () ->
                repairer.replaceIamInstanceProfileAssociation(
                    r ->
                        r.associationId(association(repairer))
                            .iamInstanceProfile(p -> p.name("web"))))
        .satisfies(
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnauthorizedOperation"));
  }

  @Test
  void a_stopped_instance_that_lost_its_association_gets_the_old_one_again() {
    ec2.stopInstances(r -> r.instanceIds(id.value()));
    RepairPlan plan = ops().plan(target().instanceProfile("db").build());
    ec2.disassociateIamInstanceProfile(r -> r.associationId(association(ec2)));

    Ec2Client helper = closed(as(plan.wayBackPolicy()).build(Ec2Client.builder()));
    helper.associateIamInstanceProfile(
        r -> r.instanceId(id.value()).iamInstanceProfile(p -> p.name("web")));

    assertThat(ops().roleOf(id)).contains("web-role");
  }

  @Test
  void a_role_that_was_taken_out_is_put_in_again() {
    RepairPlan plan = ops().plan(target().role("db-role").allowRoleRemoval().build());
    assertThat(Repaired.by(ops().execute(plan))).isTrue();

    IamClient helper = closed(as(plan.wayBackPolicy()).build(IamClient.builder()));
    helper.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("db-role"));
    helper.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    assertThat(ops().roleOf(id)).contains("web-role");
  }

  @Test
  void an_instance_that_was_stopped_is_started() throws Exception {
    try (var stale = new MatrixAccount(MatrixState.B3, false)) {
      RepairPlan plan = stale.ops(true).plan(stale.target());
      assertThat(plan.has(RepairAction.STOP_INSTANCES)).isTrue();

      assertThat(actions(plan.wayBackPolicy()))
          .as("the old profile is gone, so that nothing leads back to it")
          .containsExactly("ec2:DescribeInstances", "ec2:StartInstances");
    }
  }

  @Test
  void where_nothing_is_taken_there_is_no_way_back_to_go() {
    ec2.disassociateIamInstanceProfile(r -> r.associationId(association(ec2)));

    RepairPlan plan = ops().plan(target().instanceProfile("db").build());

    assertThat(plan.steps()).isNotEmpty();
    assertThat(plan.wayBackPolicy()).isEmpty();
    assertThat(plan.describe()).doesNotContain("way back");
    assertThat(plan.toJson()).doesNotContain("wayBackPolicy");
  }

  @Test
  void it_is_printed_and_stored_apart() {
    RepairPlan plan = ops().plan(target().instanceProfile("db").build());

    assertThat(plan.describe())
        .containsSubsequence(
            "  who carries this out needs\n",
            "role/db-role",
            "  who leads the way back, if something goes wrong, needs\n",
            "role/web-role");
    assertThat(RepairPlan.fromJson(plan.toJson())).isEqualTo(plan);
  }

  @Test
  void a_name_in_a_policy_means_itself_and_nothing_else_whatever_is_in_it() {
    var random = new Random(14);
    var account = new AccountRef("aws", "123456789012", "us-east-1");
    for (int i = 0; i < 5_000; i++) {
      String name = printable(random);
      String other = changed(name, random);
      List<String> patterns = account.iam("role", name).toList();

      assertThat(matches(patterns.get(0), "arn:aws:iam::123456789012:role/" + name)).isTrue();
      assertThat(matches(patterns.get(1), "arn:aws:iam::123456789012:role/a/" + name)).isTrue();
      assertThat(patterns)
          .as("%s is not %s", other, name)
          .noneMatch(pattern -> matches(pattern, "arn:aws:iam::123456789012:role/" + other));
    }
    assertThat(AccountRef.literal("a*?${aws:username}")).isEqualTo("a${*}${?}${$}{aws:username}");
  }

  /** Of the characters that IAM has in paths and ARNs, mostly those that mean something. */
  private static String printable(Random random) {
    var text = new StringBuilder();
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      text.append(
          random.nextBoolean()
              ? "*?${}".charAt(random.nextInt(5))
              : (char) (0x30 + random.nextInt(10)));
    }
    return text.toString();
  }

  private static String changed(String name, Random random) {
    int at = random.nextInt(name.length());
    // No character of a name is a letter.
    return name.substring(0, at) + "x".repeat(random.nextInt(3)) + "y" + name.substring(at + 1);
  }

  /** As IAM reads a resource (IAM User Guide, wildcards and policy variables). */
  private static boolean matches(String pattern, String arn) {
    var regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      String rest = pattern.substring(i);
      if (rest.startsWith("${*}") || rest.startsWith("${?}") || rest.startsWith("${$}")) {
        regex.append(Pattern.quote(rest.substring(2, 3)));
        i += 3;
      } else {
        switch (rest.charAt(0)) {
          case '*' -> regex.append(".*");
          case '?' -> regex.append('.');
          default -> regex.append(Pattern.quote(rest.substring(0, 1)));
        }
      }
    }
    return Pattern.matches(regex.toString(), arn);
  }
}
