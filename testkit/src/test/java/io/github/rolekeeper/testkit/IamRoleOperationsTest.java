package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.Tag;

/** IAM's operations on roles, profiles and policies, through the AWS SDK. */
class IamRoleOperationsTest {
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow",
       "Principal":{"Service":"ec2.amazonaws.com"}}]}""";
  private static final String BUCKETS =
      """
      {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:List*","Resource":"*"}}""";
  private static final String S3_READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

  private SimulatedAccount account;
  private IamClient iam;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create();
    iam = SdkClients.administrator(account).build(IamClient.builder());
  }

  @AfterEach
  void close() {
    iam.close();
    account.close();
  }

  private Role createRole(Consumer<CreateRoleRequest.Builder> more) {
    return iam.createRole(
            r -> {
              r.roleName("web-role").assumeRolePolicyDocument(TRUST);
              more.accept(r);
            })
        .role();
  }

  @Test
  void a_role_keeps_all_that_it_was_made_with() {
    String boundary =
        iam.createPolicy(r -> r.policyName("limit").policyDocument(BUCKETS)).policy().arn();
    Role created =
        createRole(
            r ->
                r.path("/apps/")
                    .description("of the web servers")
                    .maxSessionDuration(7200)
                    .permissionsBoundary(boundary)
                    .tags(tag("Team", "web")));

    Role read = iam.getRole(r -> r.roleName("WEB-role")).role();

    assertThat(read).isEqualTo(created);
    assertThat(read.arn()).isEqualTo("arn:aws:iam::123456789012:role/apps/web-role");
    assertThat(read.roleId()).matches("AROA[A-Z2-7]{17}");
    assertThat(read.description()).isEqualTo("of the web servers");
    assertThat(read.maxSessionDuration()).isEqualTo(7200);
    assertThat(read.permissionsBoundary().permissionsBoundaryArn()).isEqualTo(boundary);
    assertThat(read.tags()).containsExactly(tag("Team", "web"));
    assertThat(decoded(read.assumeRolePolicyDocument())).isEqualTo(TRUST);
    assertThat(iam.waiter().waitUntilRoleExists(r -> r.roleName("web-role")).matched().response())
        .isPresent();
  }

  @Test
  void a_listing_leaves_out_the_tags_of_roles_and_profiles() {
    createRole(r -> r.tags(tag("Team", "web")));
    iam.createInstanceProfile(r -> r.instanceProfileName("web").tags(tag("Team", "web")));

    assertThat(iam.listRoles().roles())
        .singleElement()
        .satisfies(role -> assertThat(role.hasTags()).isFalse());
    assertThat(iam.listInstanceProfiles().instanceProfiles())
        .singleElement()
        .satisfies(profile -> assertThat(profile.hasTags()).isFalse());
    assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("web")).instanceProfile().tags())
        .containsExactly(tag("Team", "web"));
  }

  @Test
  void a_role_can_be_updated() {
    createRole(r -> r.description("before"));

    iam.updateRole(r -> r.roleName("web-role").maxSessionDuration(43200));
    iam.updateAssumeRolePolicy(
        r -> r.roleName("web-role").policyDocument(TRUST.replace("ec2.", "lambda.")));

    Role role = iam.getRole(r -> r.roleName("web-role")).role();
    assertThat(role.description()).isEqualTo("before");
    assertThat(role.maxSessionDuration()).isEqualTo(43200);
    assertThat(decoded(role.assumeRolePolicyDocument())).contains("lambda.amazonaws.com");
  }

  @Test
  void a_role_is_deleted_only_when_nothing_hangs_on_it() {
    createRole(r -> {});
    iam.putRolePolicy(r -> r.roleName("web-role").policyName("buckets").policyDocument(BUCKETS));
    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(S3_READ_ONLY));
    iam.createInstanceProfile(r -> r.instanceProfileName("web"));
    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    ThrowingCallable delete = () -> iam.deleteRole(r -> r.roleName("web-role"));

    assertRefused(
        delete,
        409,
        "DeleteConflict",
        "Cannot delete entity, must remove roles from instance profile first.");
    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    assertRefused(
        delete, 409, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
    iam.detachRolePolicy(r -> r.roleName("web-role").policyArn(S3_READ_ONLY));
    assertRefused(
        delete, 409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    iam.deleteRolePolicy(r -> r.roleName("web-role").policyName("buckets"));
    iam.deleteRole(r -> r.roleName("web-role"));

    assertRefused(
        () -> iam.getRole(r -> r.roleName("web-role")),
        404,
        "NoSuchEntity",
        "The role with name web-role cannot be found.");
  }

  @Test
  void the_role_of_an_aws_service_cannot_be_modified() {
    createRole(r -> r.path("/aws-service-role/ec2.amazonaws.com/"));
    iam.createInstanceProfile(r -> r.instanceProfileName("web"));

    for (ThrowingCallable write :
        List.<ThrowingCallable>of(
            () -> iam.deleteRole(r -> r.roleName("web-role")),
            () -> iam.updateRole(r -> r.roleName("web-role")),
            () -> iam.tagRole(r -> r.roleName("web-role").tags(tag("a", "b"))),
            () -> iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(S3_READ_ONLY)),
            () ->
                iam.putRolePolicy(
                    r -> r.roleName("web-role").policyName("p").policyDocument(BUCKETS)),
            () ->
                iam.addRoleToInstanceProfile(
                    r -> r.instanceProfileName("web").roleName("web-role")))) {
      assertRefused(
          write,
          400,
          "UnmodifiableEntity",
          "Cannot perform the operation on the protected role 'web-role' - this role is only"
              + " modifiable by AWS");
    }
  }

  @Test
  void the_keys_of_tags_are_compared_without_regard_to_case() {
    createRole(r -> r.tags(tag("Team", "web")));

    iam.tagRole(r -> r.roleName("web-role").tags(tag("TEAM", "data"), tag("Stage", "test")));
    assertThat(iam.listRoleTags(r -> r.roleName("web-role")).tags())
        .containsExactlyInAnyOrder(tag("TEAM", "data"), tag("Stage", "test"));
    iam.untagRole(r -> r.roleName("web-role").tagKeys("team", "unknown"));
    assertThat(iam.listRoleTags(r -> r.roleName("web-role")).tags())
        .containsExactly(tag("Stage", "test"));
    assertRefused(
        () -> iam.tagRole(r -> r.roleName("web-role").tags(tag("a", "1"), tag("A", "2"))),
        400,
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  }

  @Test
  void a_profile_has_fifty_tags_at_most() {
    iam.createInstanceProfile(r -> r.instanceProfileName("web"));
    iam.tagInstanceProfile(r -> r.instanceProfileName("web").tags(tags(50)));

    assertRefused(
        () -> iam.tagInstanceProfile(r -> r.instanceProfileName("web").tags(tag("more", ""))),
        409,
        "LimitExceeded",
        "Cannot exceed quota for TagsPerInstanceProfile: 50");
    iam.tagInstanceProfile(r -> r.instanceProfileName("web").tags(tag("KEY-1", "changed")));
    iam.untagInstanceProfile(r -> r.instanceProfileName("web").tagKeys("key-1"));
    assertThat(iam.listInstanceProfileTags(r -> r.instanceProfileName("web")).tags()).hasSize(49);
    assertThat(code(() -> createRole(r -> r.tags(tags(51))))).isEqualTo("ValidationError");
  }

  @Test
  void managed_policies_are_attached_and_detached() {
    createRole(r -> {});
    String own =
        iam.createPolicy(
                r ->
                    r.policyName("buckets").path("/apps/").policyDocument(BUCKETS).description("d"))
            .policy()
            .arn();
    assertThat(own).isEqualTo("arn:aws:iam::123456789012:policy/apps/buckets");

    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(own));
    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(own));
    iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(S3_READ_ONLY));

    assertThat(iam.listAttachedRolePolicies(r -> r.roleName("web-role")).attachedPolicies())
        .extracting(policy -> policy.policyName())
        .containsExactlyInAnyOrder("buckets", "AmazonS3ReadOnlyAccess");
    assertThat(iam.getPolicy(r -> r.policyArn(own)).policy())
        .satisfies(
            policy -> {
              assertThat(policy.attachmentCount()).isEqualTo(1);
              assertThat(policy.policyId()).matches("ANPA[A-Z2-7]{17}");
              assertThat(policy.description()).isEqualTo("d");
            });
    assertThat(
            decoded(
                iam.getPolicyVersion(r -> r.policyArn(own).versionId("v1"))
                    .policyVersion()
                    .document()))
        .isEqualTo(BUCKETS);
    assertThat(iam.listPolicies(r -> r.scope("Local")).policies())
        .extracting(policy -> policy.arn())
        .containsExactly(own);
    assertThat(iam.listPolicies(r -> r.onlyAttached(true)).policies()).hasSize(2);
    assertRefused(
        () -> iam.deletePolicy(r -> r.policyArn(own)),
        409,
        "DeleteConflict",
        "Cannot delete a policy attached to entities.");
    iam.detachRolePolicy(r -> r.roleName("web-role").policyArn(own));
    iam.deletePolicy(r -> r.policyArn(own));
    assertRefused(
        () -> iam.detachRolePolicy(r -> r.roleName("web-role").policyArn(own)),
        404,
        "NoSuchEntity",
        "Policy " + own + " was not found.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AdministratorAccess",
        "AmazonSSMManagedInstanceCore",
        "AmazonS3ReadOnlyAccess",
        "ReadOnlyAccess"
      })
  void policies_of_aws_exist(String name) {
    String arn = "arn:aws:iam::aws:policy/" + name;

    assertThat(iam.getPolicy(r -> r.policyArn(arn)).policy().policyName()).isEqualTo(name);
    assertThat(iam.getPolicyVersion(r -> r.policyArn(arn).versionId("v1")).policyVersion())
        .satisfies(version -> assertThat(decoded(version.document())).contains("\"Allow\""));
    assertThat(code(() -> iam.deletePolicy(r -> r.policyArn(arn)))).isEqualTo("AccessDenied");
  }

  @Test
  void a_policy_that_does_not_exist_cannot_be_attached() {
    createRole(r -> {});

    assertRefused(
        () -> iam.attachRolePolicy(r -> r.roleName("web-role").policyArn(S3_READ_ONLY + "X")),
        404,
        "NoSuchEntity",
        "Policy " + S3_READ_ONLY + "X does not exist or is not attachable.");
  }

  @Test
  void an_account_has_a_thousand_profiles_at_most() {
    IntStream.range(0, 1000)
        .forEach(i -> account.createInstanceProfile("profile-" + i, "web-role"));

    assertRefused(
        () -> iam.createInstanceProfile(r -> r.instanceProfileName("one-more")),
        409,
        "LimitExceeded",
        "Cannot exceed quota for InstanceProfilesPerAccount: 1000");
  }

  @Test
  void a_second_role_in_a_profile_exceeds_its_quota() {
    account.createInstanceProfile("web", "web-role");
    iam.createRole(r -> r.roleName("other").assumeRolePolicyDocument(TRUST));

    assertRefused(
        () -> iam.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("other")),
        409,
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | This policy contains invalid Json",
        "{} | Syntax errors in policy.",
        "{\"Statement\":[]} | Syntax errors in policy.",
        "{\"Statement\":{\"Effect\":\"Maybe\",\"Action\":\"*\",\"Resource\":\"*\"}} | Syntax errors in policy.",
        "{\"Version\":\"2020-01-01\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"
            + " | Policy document must be version 2012-10-17 or greater.",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\"}} | Policy statement must contain resources.",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\"}} | Policy statement must contain actions.",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"List\",\"Resource\":\"*\"}}"
            + " | 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'"
      })
  void a_malformed_policy_is_refused(String policy, String message) {
    createRole(r -> {});

    assertRefused(
        () -> iam.putRolePolicy(r -> r.roleName("web-role").policyName("p").policyDocument(policy)),
        400,
        "MalformedPolicyDocument",
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'Action':'*','Resource':'*','Condition':'x' | Syntax errors in policy.",
        "'Action':'*','Resource':'*','Condition':null | Syntax errors in policy.",
        "'Action':'*','Resource':'*','Condition':[{'StringEquals':{'aws:userid':'x'}}]"
            + " | Syntax errors in policy.",
        "'Action':'*','Resource':'*','Condition':{'StringEquals':'x'} | Syntax errors in policy.",
        "'Action':'*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'true'},'Null':[]}"
            + " | Syntax errors in policy.",
        "'Action':'*','Resource':'*','Condition':{'StringNotEquals':{'aws:userid':{}}}"
            + " | Syntax errors in policy.",
        "'Action':'*','Resource':'*','Condition':{'StringNotEquals':{'aws:userid':['x',null]}}"
            + " | Syntax errors in policy.",
        "'Action':'*','NotResource':{} | Syntax errors in policy.",
        "'Action':'*','NotResource':[] | Policy statement must contain resources.",
        "'NotAction':[],'Resource':'*' | Policy statement must contain actions."
      },
      quoteCharacter = '`')
  void a_statement_whose_restriction_is_malformed_is_refused_and_allows_nothing(
      String members, String message) {
    String role = createRole(r -> {}).arn();
    String policy = ("{'Statement':{'Effect':'Allow'," + members + "}}").replace('\'', '"');

    assertRefused(
        () -> iam.putRolePolicy(r -> r.roleName("web-role").policyName("p").policyDocument(policy)),
        400,
        "MalformedPolicyDocument",
        message);
    assertThat(
            iam.simulatePrincipalPolicy(
                    r -> r.policySourceArn(role).actionNames("s3:ListAllMyBuckets"))
                .evaluationResults())
        .allMatch(each -> each.evalDecisionAsString().equals("implicitDeny"))
        .hasSize(1);
  }

  @Test
  void a_trust_policy_whose_condition_is_malformed_is_refused() {
    assertRefused(
        () ->
            createRole(
                r ->
                    r.assumeRolePolicyDocument(
                        TRUST.replace(
                            "\"Effect\"", "\"Condition\":{\"StringEquals\":\"x\"},\"Effect\""))),
        400,
        "MalformedPolicyDocument",
        "Syntax errors in policy.");
  }

  @Test
  void a_trust_policy_needs_a_principal_and_has_no_resource() {
    assertRefused(
        () -> createRole(r -> r.assumeRolePolicyDocument(BUCKETS)),
        400,
        "MalformedPolicyDocument",
        "AssumeRole policy may only specify STS AssumeRole actions.");
    assertRefused(
        () ->
            createRole(
                r ->
                    r.assumeRolePolicyDocument(
                        TRUST.replace("\"Effect\"", "\"Resource\":\"*\",\"Effect\""))),
        400,
        "MalformedPolicyDocument",
        "Has prohibited field Resource");
  }

  @Test
  void names_and_paths_are_validated() {
    assertRefused(
        () -> iam.getRole(r -> r.roleName("not a name")),
        400,
        "ValidationError",
        "The specified value for roleName is invalid. It must contain only alphanumeric characters"
            + " and/or the following: +=,.@_-");
    String longName = "r".repeat(65);
    assertRefused(
        () -> iam.getRole(r -> r.roleName(longName)),
        400,
        "ValidationError",
        "1 validation error detected: Value '"
            + longName
            + "' at 'roleName' failed to satisfy constraint: Member must have length less than or"
            + " equal to 64");
    assertThat(code(() -> createRole(r -> r.path("no-slash")))).isEqualTo("ValidationError");
    assertThat(code(() -> createRole(r -> r.path("/" + "p".repeat(511) + "/"))))
        .isEqualTo("ValidationError");
    assertThat(createRole(r -> r.path("/" + "p".repeat(510) + "/")).path()).hasSize(512);
    assertThat(code(() -> iam.listRoles(r -> r.maxItems(0)))).isEqualTo("ValidationError");
    assertThat(code(() -> iam.listRoles(r -> r.maxItems(1001)))).isEqualTo("ValidationError");
    assertThat(code(() -> createRole(r -> r.maxSessionDuration(3599))))
        .isEqualTo("ValidationError");
  }

  private static Tag[] tags(int count) {
    return IntStream.range(0, count).mapToObj(i -> tag("key-" + i, "")).toArray(Tag[]::new);
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private static String decoded(String document) {
    return URLDecoder.decode(document, StandardCharsets.UTF_8);
  }

  private static void assertRefused(
      ThrowingCallable call, int status, String code, String message) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal).isNotNull();
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(message);
    assertThat(refusal.statusCode()).isEqualTo(status);
  }

  private static String code(ThrowingCallable call) {
    return catchThrowableOfType(AwsServiceException.class, call).awsErrorDetails().errorCode();
  }
}
