package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.PolicyUsageType;
import software.amazon.awssdk.services.iam.model.PolicyVersion;

/** Versions of managed policies, who has them, and boundaries, through the AWS SDK. */
class ManagedPolicyOperationsTest {
  private static final String OF_AWS = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

  private SimulatedAccount account;
  private IamClient iam;
  private String policy;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create();
    account.createInstanceProfile("web", "web-role");
    iam = SdkClients.administrator(account).inProcess().build(IamClient.builder());
    iam.deleteRolePolicy(r -> r.roleName("web-role").policyName("administrator"));
    policy =
        iam.createPolicy(r -> r.policyName("own").policyDocument(allow("s3:List*"))).policy().arn();
  }

  @AfterEach
  void close() {
    iam.close();
    account.close();
  }

  private static String allow(String action) {
    return """
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"%s","Resource":"*"}}"""
        .formatted(action);
  }

  @Test
  void the_default_version_is_what_the_policy_says() {
    account.clock().advance(Duration.ofMinutes(1));
    PolicyVersion second = createVersion("iam:List*", false);
    assertThat(second.versionId()).isEqualTo("v2");
    assertThat(second.isDefaultVersion()).isFalse();
    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(policy));
    assertThat(decision("s3:ListAllMyBuckets")).isEqualTo("allowed");

    iam.setDefaultPolicyVersion(r -> r.policyArn(policy).versionId("v2"));

    assertThat(decision("s3:ListAllMyBuckets")).isEqualTo("implicitDeny");
    assertThat(decision("iam:ListRoles")).isEqualTo("allowed");
    assertThat(iam.getPolicy(r -> r.policyArn(policy)).policy())
        .satisfies(read -> assertThat(read.defaultVersionId()).isEqualTo("v2"))
        .satisfies(read -> assertThat(read.updateDate()).isAfter(read.createDate()));
    assertThat(iam.getPolicyVersion(r -> r.policyArn(policy).versionId("v1")).policyVersion())
        .satisfies(read -> assertThat(read.isDefaultVersion()).isFalse())
        .satisfies(
            read ->
                assertThat(URLDecoder.decode(read.document(), StandardCharsets.UTF_8))
                    .isEqualTo(allow("s3:List*")));
    assertThat(iam.getAccountAuthorizationDetails().policies())
        .filteredOn(each -> each.arn().equals(policy))
        .singleElement()
        .satisfies(
            each ->
                assertThat(each.policyVersionList())
                    .extracting(PolicyVersion::versionId)
                    .containsExactly("v2", "v1"));
  }

  @Test
  void versions_are_numbered_once_and_five_at_most() {
    for (int i = 2; i <= 5; i++) {
      createVersion("s3:Get*", true);
    }
    assertRefused(
        () -> createVersion("s3:Get*", true),
        409,
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must"
            + " delete an existing version.");
    assertRefused(
        () -> iam.deletePolicyVersion(r -> r.policyArn(policy).versionId("v5")),
        409,
        "DeleteConflict",
        "Cannot delete the default version of a policy.");
    iam.setDefaultPolicyVersion(r -> r.policyArn(policy).versionId("v1"));
    iam.deletePolicyVersion(r -> r.policyArn(policy).versionId("v5"));

    assertThat(createVersion("s3:Get*", false).versionId()).isEqualTo("v6");
    assertThat(iam.listPolicyVersionsPaginator(r -> r.policyArn(policy).maxItems(2)).versions())
        .extracting(PolicyVersion::versionId)
        .containsExactly("v6", "v4", "v3", "v2", "v1");
    assertRefused(
        () -> iam.deletePolicy(r -> r.policyArn(policy)),
        409,
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the"
            + " policy's versions. The default version is deleted with the policy.");
    assertRefused(
        () -> iam.setDefaultPolicyVersion(r -> r.policyArn(policy).versionId("v5")),
        404,
        "NoSuchEntity",
        "Policy " + policy + " version v5 does not exist or is not attachable.");
  }

  @Test
  void a_version_must_be_a_policy_and_one_of_the_accounts_own() {
    assertThat(
            code(
                () ->
                    iam.createPolicyVersion(r -> r.policyArn(policy).policyDocument("no policy"))))
        .isEqualTo("MalformedPolicyDocument");
    assertThat(
            code(
                () ->
                    iam.createPolicyVersion(
                        r -> r.policyArn(OF_AWS).policyDocument(allow("s3:*")))))
        .isEqualTo("AccessDenied");
  }

  @Test
  void those_that_have_a_policy_are_listed_by_how_they_use_it() {
    account.createInstanceProfile("other", "other-role");
    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(policy));
    iam.putRolePermissionsBoundary(r -> r.roleName("other-role").permissionsBoundary(policy));

    assertThat(
            iam.listEntitiesForPolicyPaginator(r -> r.policyArn(policy).maxItems(1)).policyRoles())
        .extracting(role -> role.roleName())
        .containsExactlyInAnyOrder("web-role", "other-role");
    assertThat(
            iam.listEntitiesForPolicy(
                    r -> r.policyArn(policy).policyUsageFilter(PolicyUsageType.PERMISSIONS_POLICY))
                .policyRoles())
        .singleElement()
        .satisfies(role -> assertThat(role.roleName()).isEqualTo("web-role"))
        .satisfies(
            role ->
                assertThat(role.roleId())
                    .isEqualTo(iam.getRole(r -> r.roleName("web-role")).role().roleId()));
    assertThat(
            iam.listEntitiesForPolicy(
                    r ->
                        r.policyArn(policy).policyUsageFilter(PolicyUsageType.PERMISSIONS_BOUNDARY))
                .policyRoles())
        .extracting(role -> role.roleName())
        .containsExactly("other-role");
    assertThat(
            iam.listEntitiesForPolicy(r -> r.policyArn(policy).entityFilter(EntityType.USER))
                .policyRoles())
        .isEmpty();
    assertThat(code(() -> iam.listEntitiesForPolicy(r -> r.policyArn(policy + "X"))))
        .isEqualTo("NoSuchEntity");
  }

  @Test
  void a_boundary_is_put_takes_away_and_is_taken_back() {
    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(policy));
    iam.putRolePermissionsBoundary(
        r ->
            r.roleName("web-role")
                .permissionsBoundary("arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"));
    assertThat(decision("s3:ListAllMyBuckets")).isEqualTo("implicitDeny");
    assertThat(iam.getRole(r -> r.roleName("web-role")).role().permissionsBoundary())
        .satisfies(
            boundary ->
                assertThat(boundary.permissionsBoundaryArn()).endsWith("AmazonEC2ReadOnlyAccess"));

    iam.deleteRolePermissionsBoundary(r -> r.roleName("web-role"));
    iam.deleteRolePermissionsBoundary(r -> r.roleName("web-role"));

    assertThat(decision("s3:ListAllMyBuckets")).isEqualTo("allowed");
    assertThat(iam.getRole(r -> r.roleName("web-role")).role().permissionsBoundary()).isNull();
    assertRefused(
        () ->
            iam.putRolePermissionsBoundary(
                r -> r.roleName("web-role").permissionsBoundary(OF_AWS + "X")),
        404,
        "NoSuchEntity",
        "Scope ARN: " + OF_AWS + "X does not exist or is not attachable.");
  }

  @Test
  void a_description_is_changed_by_its_own_operation_too() {
    assertThat(
            iam.updateRoleDescription(r -> r.roleName("web-role").description("of the web"))
                .role()
                .description())
        .isEqualTo("of the web");
    assertThat(iam.getRole(r -> r.roleName("web-role")).role().description())
        .isEqualTo("of the web");
  }

  private PolicyVersion createVersion(String action, boolean asDefault) {
    return iam.createPolicyVersion(
            r -> r.policyArn(policy).policyDocument(allow(action)).setAsDefault(asDefault))
        .policyVersion();
  }

  private String decision(String action) {
    return iam.simulatePrincipalPolicy(
            r -> r.policySourceArn("arn:aws:iam::123456789012:role/web-role").actionNames(action))
        .evaluationResults()
        .get(0)
        .evalDecisionAsString();
  }

  private static void assertRefused(
      ThrowingCallable call, int status, String code, String message) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(message);
    assertThat(refusal.statusCode()).isEqualTo(status);
  }

  private static String code(ThrowingCallable call) {
    return catchThrowableOfType(AwsServiceException.class, call).awsErrorDetails().errorCode();
  }
}
