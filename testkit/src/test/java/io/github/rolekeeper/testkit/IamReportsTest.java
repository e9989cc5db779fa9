package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.RoleDetail;

/** What IAM reports of the whole account, and how late its reads may be. */
class IamReportsTest {
  private SimulatedAccount account;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create();
    iam = SdkClients.administrator(account).build(IamClient.builder());
    account.createInstanceProfile("web", "web-role");
  }

  @AfterEach
  void close() {
    iam.close();
    account.close();
  }

  @Test
  void the_report_of_the_account_is_keyed_by_role() {
    iam.attachRolePolicy(
        r -> r.roleName("web-role").policyArn("arn:aws:iam::aws:policy/ReadOnlyAccess"));
    iam.createInstanceProfile(r -> r.instanceProfileName("without-role"));

    var details = iam.getAccountAuthorizationDetails(r -> r.filterWithStrings("Role"));

    assertThat(details.isTruncated()).isFalse();
    assertThat(details.policies()).isEmpty();
    assertThat(details.roleDetailList())
        .singleElement()
        .satisfies(
            (RoleDetail role) -> {
              assertThat(role.roleName()).isEqualTo("web-role");
              assertThat(role.rolePolicyList())
                  .extracting(policy -> policy.policyName())
                  .containsExactly("administrator");
              assertThat(role.attachedManagedPolicies())
                  .extracting(policy -> policy.policyName())
                  .containsExactly("ReadOnlyAccess");
              assertThat(role.instanceProfileList())
                  .extracting(InstanceProfile::instanceProfileName)
                  .containsExactly("web");
              assertThat(role.instanceProfileList().get(0).roles().get(0).roleId())
                  .isEqualTo(role.roleId());
            });
  }

  @Test
  void a_simulation_tells_what_a_role_may_do_and_why() {
    iam.putRolePolicy(
        r ->
            r.roleName("web-role")
                .policyName("administrator")
                .policyDocument(
                    """
                    {"Version":"2012-10-17","Statement":[
                     {"Effect":"Allow","Action":"s3:*","Resource":"*"},
                     {"Effect":"Deny","Action":"s3:Delete*","Resource":"arn:aws:s3:::logs"}]}"""));
    String arn = iam.getRole(r -> r.roleName("web-role")).role().arn();

    assertThat(
            iam.simulatePrincipalPolicy(
                    r ->
                        r.policySourceArn(arn)
                            .actionNames("s3:DeleteBucket", "ec2:StopInstances")
                            .resourceArns("arn:aws:s3:::logs", "arn:aws:s3:::tmp"))
                .evaluationResults())
        .extracting(EvaluationResult::evalDecisionAsString)
        .containsExactly("explicitDeny", "allowed", "implicitDeny", "implicitDeny");
  }

  @Test
  void a_simulation_takes_no_longer_name_than_IAM_does() {
    String arn = iam.getRole(r -> r.roleName("web-role")).role().arn();

    assertThatExceptionOfType(IamException.class)
        .isThrownBy(
            () ->
                iam.simulatePrincipalPolicy(
                    r ->
                        r.policySourceArn(arn)
                            .actionNames("s3:GetObject")
                            .resourceArns("arn:aws:s3:::" + "a".repeat(2_048))))
        .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationError"))
        .withMessageContaining("'resourceArns'")
        .withMessageContaining("Member must have length less than or equal to 2048");
  }

  @Test
  void the_sdks_waiter_sees_a_new_profile_through_stale_reads() {
    account.timing(Timing.IAM_READ_AFTER_WRITE, Duration.ofSeconds(10));
    iam.createInstanceProfile(r -> r.instanceProfileName("new"));

    iam.waiter()
        .waitUntilInstanceProfileExists(
            r -> r.instanceProfileName("new"),
            w ->
                w.backoffStrategyV2(
                    software.amazon.awssdk.retries.api.BackoffStrategy.retryImmediately()));

    assertThat(account.calls().stream().map(ApiCall::outcome))
        .containsExactly("OK", "NoSuchEntity", "OK");
  }

  @Test
  void every_second_read_is_stale_while_a_write_spreads() {
    account.timing(Timing.IAM_READ_AFTER_WRITE, Duration.ofSeconds(10));
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));

    assertThat(holdsRole()).isTrue();
    assertThat(holdsRole()).isFalse();
    assertThat(holdsRole()).isTrue();
    account.clock().advance(Duration.ofSeconds(10));
    assertThat(holdsRole()).isFalse();
    assertThat(holdsRole()).isFalse();
  }

  @Test
  void a_deleted_role_may_still_be_read_and_a_write_knows_better() {
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    iam.deleteRolePolicy(r -> r.roleName("web-role").policyName("administrator"));
    account.timing(Timing.IAM_READ_AFTER_WRITE, Duration.ofSeconds(10));
    iam.deleteRole(r -> r.roleName("web-role"));

    assertThat(iam.listRoles().roles()).hasSize(1);
    assertThat(iam.listRoles().roles()).isEmpty();
    assertThat(iam.getRole(r -> r.roleName("web-role")).role().roleName()).isEqualTo("web-role");
    assertThat(
            catchThrowableOfType(
                NoSuchEntityException.class, () -> iam.deleteRole(r -> r.roleName("web-role"))))
        .isNotNull();
  }

  private boolean holdsRole() {
    return !iam.getInstanceProfile(r -> r.instanceProfileName("web"))
        .instanceProfile()
        .roles()
        .isEmpty();
  }
}
