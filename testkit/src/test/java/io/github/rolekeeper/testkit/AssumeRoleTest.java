package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/** Principals that were made by assuming a role, and what they may do. */
class AssumeRoleTest {
  private static final String OPERATOR = "arn:aws:iam::123456789012:role/operator";
  private static final String ACCOUNT = "{\"AWS\":\"arn:aws:iam::123456789012:root\"}";
  private static final String ADD_ROLE = "iam:AddRoleToInstanceProfile";
  private static final String PASS_ROLE = "iam:PassRole";
  private static final String ASSOCIATE = "ec2:AssociateIamInstanceProfile";
  private static final String DESCRIBE = "ec2:DescribeInstances";

  private SimulatedAccount account;
  private IamClient iam;
  private StsClient sts;

  @BeforeEach
  void open() {
    account = SimulatedAccount.create();
    iam = SdkClients.administrator(account).build(IamClient.builder());
    sts = SdkClients.administrator(account).build(StsClient.builder());
    createRole("operator", ACCOUNT);
    account.createInstanceProfile("web", "web-role");
  }

  @AfterEach
  void close() {
    iam.close();
    sts.close();
    account.close();
  }

  private void createRole(String name, String principal) {
    iam.createRole(r -> r.roleName(name).assumeRolePolicyDocument(trust(principal)));
  }

  private static String trust(String principal) {
    return """
        {"Version":"2012-10-17","Statement":{"Effect":"Allow",
         "Action":"sts:AssumeRole","Principal":%s}}"""
        .formatted(principal);
  }

  /** Lets the operator do exactly these. */
  private void allow(List<String> actions) {
    put(
        "{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":["
            + actions.stream().map(each -> '"' + each + '"').collect(Collectors.joining(","))
            + "]}");
  }

  private void put(String statement) {
    iam.putRolePolicy(
        r ->
            r.roleName("operator")
                .policyName("allowed")
                .policyDocument("{\"Version\":\"2012-10-17\",\"Statement\":[" + statement + "]}"));
  }

  private AssumeRoleResponse assume(String role) {
    return sts.assumeRole(r -> r.roleArn(role).roleSessionName("alice"));
  }

  private static AwsCredentialsProvider credentials(AssumeRoleResponse response) {
    return StaticCredentialsProvider.create(
        AwsSessionCredentials.create(
            response.credentials().accessKeyId(),
            response.credentials().secretAccessKey(),
            response.credentials().sessionToken()));
  }

  private SdkClients operator() {
    return SdkClients.using(account, credentials(assume(OPERATOR)));
  }

  @Test
  void a_policy_means_the_one_role_whose_path_it_escapes() {
    iam.createRole(r -> r.roleName("star").path("/a*b/").assumeRolePolicyDocument(trust(ACCOUNT)));
    iam.createRole(
        r -> r.roleName("letter").path("/axb/").assumeRolePolicyDocument(trust(ACCOUNT)));
    put(
        "{\"Effect\":\"Allow\",\"Action\":\"iam:GetRole\","
            + "\"Resource\":\"arn:aws:iam::123456789012:role/a${*}b/*\"}");
    try (IamClient asked = operator().build(IamClient.builder())) {
      assertThatCode(() -> asked.getRole(r -> r.roleName("star"))).doesNotThrowAnyException();
      assertThat(
              catchThrowableOfType(
                  AwsServiceException.class, () -> asked.getRole(r -> r.roleName("letter"))))
          .isNotNull();
    }
  }

  @Test
  void a_session_bears_the_roles_and_its_own_name() {
    AssumeRoleResponse assumed =
        sts.assumeRole(r -> r.roleArn(OPERATOR).roleSessionName("alice").durationSeconds(900));

    assertThat(assumed.assumedRoleUser().arn())
        .isEqualTo("arn:aws:sts::123456789012:assumed-role/operator/alice");
    assertThat(assumed.assumedRoleUser().assumedRoleId()).matches("AROA[A-Z2-7]{17}:alice");
    assertThat(assumed.credentials().accessKeyId()).startsWith("ASIA");
    assertThat(assumed.credentials().expiration())
        .isBetween(
            account.clock().instant().plusSeconds(899), account.clock().instant().plusSeconds(900));
    try (var mine = SdkClients.using(account, credentials(assumed)).build(StsClient.builder())) {
      assertThat(mine.getCallerIdentity().arn()).isEqualTo(assumed.assumedRoleUser().arn());
      account.clock().advance(Duration.ofSeconds(900));
      assertThat(code(mine::getCallerIdentity)).isEqualTo("ExpiredToken");
    }
  }

  @Test
  void an_operator_with_exactly_the_needed_permissions_puts_a_role_into_a_profile() {
    account.deleteInstanceProfile("web");
    allow(List.of("iam:CreateInstanceProfile", ADD_ROLE, PASS_ROLE));

    try (var mine = operator().build(IamClient.builder())) {
      mine.createInstanceProfile(r -> r.instanceProfileName("web"));
      mine.addRoleToInstanceProfile(r -> r.instanceProfileName("web").roleName("web-role"));
    }
    assertThat(account.mutatingCalls())
        .endsWith("CreateInstanceProfile", "AddRoleToInstanceProfile");
  }

  @Test
  void a_profile_is_made_with_tags_by_those_only_who_may_tag_it() {
    allow(List.of("iam:CreateInstanceProfile"));
    try (var mine = operator().build(IamClient.builder())) {
      Runnable tagged =
          () ->
              mine.createInstanceProfile(
                  r -> r.instanceProfileName("tagged").tags(t -> t.key("Team").value("web")));
      assertThat(refusal(tagged::run).awsErrorDetails().errorMessage())
          .contains("perform: iam:TagInstanceProfile on resource: arn:aws:iam::");

      allow(List.of("iam:CreateInstanceProfile", "iam:TagInstanceProfile"));
      tagged.run();
    }
    assertThat(
            iam.getInstanceProfile(r -> r.instanceProfileName("tagged"))
                .instanceProfile()
                .hasTags())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "iam:AddRoleToInstanceProfile, arn:aws:iam::123456789012:instance-profile/empty",
    "iam:PassRole, arn:aws:iam::123456789012:role/web-role"
  })
  void without_any_one_of_them_iam_names_what_is_missing(String missing, String resource) {
    iam.createInstanceProfile(r -> r.instanceProfileName("empty"));
    allow(without(missing, ADD_ROLE, PASS_ROLE));

    try (var mine = operator().build(IamClient.builder())) {
      AwsServiceException refusal =
          refusal(
              () ->
                  mine.addRoleToInstanceProfile(
                      r -> r.instanceProfileName("empty").roleName("web-role")));

      assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
      assertThat(refusal.statusCode()).isEqualTo(403);
      assertThat(refusal.awsErrorDetails().errorMessage())
          .isEqualTo(
              "User: arn:aws:sts::123456789012:assumed-role/operator/alice is not authorized to"
                  + " perform: "
                  + missing
                  + " on resource: "
                  + resource
                  + " because no identity-based policy allows the "
                  + missing
                  + " action");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ASSOCIATE, PASS_ROLE})
  void without_any_one_of_them_ec2_hides_what_is_missing_in_a_message_that_sts_decodes(
      String missing) {
    SimulatedInstance instance = account.launchInstance("web");
    try (var ec2 = operator().build(Ec2Client.builder());
        var administrator = SdkClients.administrator(account).build(Ec2Client.builder())) {
      String association =
          administrator
              .describeIamInstanceProfileAssociations()
              .iamInstanceProfileAssociations()
              .get(0)
              .associationId();
      administrator.disassociateIamInstanceProfile(r -> r.associationId(association));
      ThrowingCallable associate =
          () ->
              ec2.associateIamInstanceProfile(
                  r -> r.instanceId(instance.id()).iamInstanceProfile(p -> p.name("web")));
      allow(without(missing, DESCRIBE, ASSOCIATE, PASS_ROLE));

      AwsServiceException refusal = refusal(associate);
      assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("UnauthorizedOperation");
      String message = refusal.awsErrorDetails().errorMessage();
      String marker = "Encoded authorization failure message: ";
      assertThat(message).contains(marker);
      String blob = message.substring(message.indexOf(marker) + marker.length());
      assertThat(sts.decodeAuthorizationMessage(r -> r.encodedMessage(blob)).decodedMessage())
          .contains("\"allowed\":false")
          .contains("\"explicitDeny\":false")
          .contains("\"matchedStatements\":{\"items\":[]}")
          .contains("\"action\":\"" + missing + "\"")
          .contains("assumed-role/operator/alice");

      allow(List.of(DESCRIBE, ASSOCIATE, PASS_ROLE));
      assertThatCode(associate::call).doesNotThrowAnyException();
    }
  }

  @Test
  void a_decoded_message_names_the_statement_that_denied() {
    put(
        """
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Sid":"NotYou","Effect":"Deny","Action":"ec2:Describe*","Resource":"*"}""");

    try (var ec2 = operator().build(Ec2Client.builder())) {
      String message = refusal(ec2::describeInstances).awsErrorDetails().errorMessage();
      String blob = message.substring(message.lastIndexOf(' ') + 1);

      assertThat(message).contains("with an explicit deny in an identity-based policy");
      assertThat(sts.decodeAuthorizationMessage(r -> r.encodedMessage(blob)).decodedMessage())
          .contains("\"explicitDeny\":true")
          .contains("\"statementId\":\"NotYou\"");
    }
  }

  @Test
  void decoding_needs_a_permission_and_a_real_message() {
    assertThat(code(() -> sts.decodeAuthorizationMessage(r -> r.encodedMessage("nothing"))))
        .isEqualTo("InvalidAuthorizationMessageException");
    try (var mine = operator().build(StsClient.builder())) {
      assertThat(code(() -> mine.decodeAuthorizationMessage(r -> r.encodedMessage("nothing"))))
          .isEqualTo("AccessDenied");
    }
  }

  @ParameterizedTest
  @CsvSource({"ec2.amazonaws.com, true", "lambda.amazonaws.com, false"})
  void passing_a_role_can_be_limited_to_a_service(String service, boolean allowed) {
    iam.createInstanceProfile(r -> r.instanceProfileName("empty"));
    put(
        """
        {"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"},
        {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/web-*",
         "Condition":{"StringEquals":{"iam:PassedToService":"%s"}}}"""
            .formatted(service));

    try (var mine = operator().build(IamClient.builder())) {
      ThrowingCallable add =
          () ->
              mine.addRoleToInstanceProfile(
                  r -> r.instanceProfileName("empty").roleName("web-role"));
      if (allowed) {
        assertThatCode(add).doesNotThrowAnyException();
      } else {
        assertThat(code(add)).isEqualTo("AccessDenied");
      }
    }
  }

  @Test
  void an_attached_policy_counts_as_much_as_an_inline_one() {
    iam.attachRolePolicy(
        r -> r.roleName("operator").policyArn("arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"));

    try (var ec2 = operator().build(Ec2Client.builder())) {
      assertThatCode(ec2::describeInstances).doesNotThrowAnyException();
      iam.detachRolePolicy(
          r -> r.roleName("operator").policyArn("arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"));
      assertThat(code(ec2::describeInstances)).isEqualTo("UnauthorizedOperation");
    }
  }

  @Test
  void tags_of_the_resource_decide_where_a_policy_says_so() {
    put(
        """
        {"Effect":"Allow","Action":"iam:GetRole","Resource":"*",
         "Condition":{"StringEquals":{"aws:ResourceTag/Team":"web"}}}""");

    try (var mine = operator().build(IamClient.builder())) {
      assertThat(code(() -> mine.getRole(r -> r.roleName("web-role")))).isEqualTo("AccessDenied");
      iam.tagRole(r -> r.roleName("web-role").tags(t -> t.key("Team").value("web")));
      assertThatCode(() -> mine.getRole(r -> r.roleName("web-role"))).doesNotThrowAnyException();
    }
  }

  @Test
  void a_session_policy_and_a_boundary_can_only_take_away() {
    allow(List.of("ec2:*", "iam:*"));
    String describe =
        """
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*",
         "Action":["ec2:Describe*","s3:*"]}}""";
    AssumeRoleResponse limited =
        sts.assumeRole(r -> r.roleArn(OPERATOR).roleSessionName("bob").policy(describe));

    try (var ec2 = SdkClients.using(account, credentials(limited)).build(Ec2Client.builder());
        var other = SdkClients.using(account, credentials(limited)).build(IamClient.builder())) {
      assertThatCode(ec2::describeInstances).doesNotThrowAnyException();
      assertThat(refusal(other::listRoles).awsErrorDetails().errorMessage())
          .endsWith("because no session policy allows the iam:ListRoles action");
    }
    String boundary =
        iam.createPolicy(r -> r.policyName("boundary").policyDocument(describe)).policy().arn();
    iam.createRole(
        r ->
            r.roleName("bounded")
                .permissionsBoundary(boundary)
                .assumeRolePolicyDocument(trust(ACCOUNT)));
    iam.attachRolePolicy(
        r -> r.roleName("bounded").policyArn("arn:aws:iam::aws:policy/AdministratorAccess"));
    AssumeRoleResponse bounded = assume(OPERATOR.replace("operator", "bounded"));
    try (var mine = SdkClients.using(account, credentials(bounded)).build(IamClient.builder())) {
      assertThat(refusal(mine::listRoles).awsErrorDetails().errorMessage())
          .endsWith("because no permissions boundary allows the iam:ListRoles action");
    }
  }

  @ParameterizedTest
  @CsvSource({"operator, ''", "account, sts:AssumeRole", "account, ''", "stranger, sts:AssumeRole"})
  void a_role_assumes_another_if_trusted_and_where_only_its_account_is_if_allowed(
      String trusted, String action) {
    String principal =
        switch (trusted) {
          case "operator" -> "{\"AWS\":\"" + OPERATOR + "\"}";
          case "account" -> ACCOUNT;
          default -> "{\"Service\":\"ec2.amazonaws.com\"}";
        };
    createRole("target", principal);
    allow(action.isEmpty() ? List.of(DESCRIBE) : List.of(action));
    boolean allowed =
        trusted.equals("operator") || (trusted.equals("account") && !action.isEmpty());
    String target = OPERATOR.replace("operator", "target");

    try (var mine = operator().build(StsClient.builder())) {
      ThrowingCallable assume =
          () -> mine.assumeRole(r -> r.roleArn(target).roleSessionName("alice"));
      if (allowed) {
        assertThatCode(assume).doesNotThrowAnyException();
      } else {
        assertThat(refusal(assume).awsErrorDetails().errorMessage())
            .isEqualTo(
                "User: arn:aws:sts::123456789012:assumed-role/operator/alice is not authorized to"
                    + " perform: sts:AssumeRole on resource: "
                    + target);
      }
    }
  }

  @Test
  void a_role_that_was_made_again_under_its_name_is_no_longer_the_one_that_was_trusted() {
    createRole("target", "{\"AWS\":\"" + OPERATOR + "\"}");
    String target = OPERATOR.replace("operator", "target");
    String id = iam.getRole(r -> r.roleName("operator")).role().roleId();
    assertThat(trustOf("target")).contains(OPERATOR);

    iam.deleteRole(r -> r.roleName("operator"));
    createRole("operator", ACCOUNT);

    assertThat(trustOf("target")).contains(id).doesNotContain(OPERATOR);
    try (var mine = operator().build(StsClient.builder())) {
      ThrowingCallable assume =
          () -> mine.assumeRole(r -> r.roleArn(target).roleSessionName("alice"));
      assertThat(code(assume)).isEqualTo("AccessDenied");
      iam.updateAssumeRolePolicy(
          r -> r.roleName("target").policyDocument(trust("{\"AWS\":\"" + OPERATOR + "\"}")));
      assertThatCode(assume).doesNotThrowAnyException();
    }
  }

  @Test
  void a_trust_policy_names_no_role_that_does_not_exist() {
    assertThat(
            refusal(() -> createRole("target", "{\"AWS\":\"" + OPERATOR + "s\"}"))
                .awsErrorDetails()
                .errorMessage())
        .isEqualTo("Invalid principal in policy: \"AWS\":\"" + OPERATOR + "s\"");
  }

  @Test
  void managed_session_policies_limit_a_session_as_well() {
    allow(List.of("ec2:*", "iam:*"));
    AssumeRoleResponse limited =
        sts.assumeRole(
            r ->
                r.roleArn(OPERATOR)
                    .roleSessionName("bob")
                    .policyArns(p -> p.arn("arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")));

    try (var ec2 = SdkClients.using(account, credentials(limited)).build(Ec2Client.builder());
        var other = SdkClients.using(account, credentials(limited)).build(IamClient.builder())) {
      assertThatCode(ec2::describeInstances).doesNotThrowAnyException();
      assertThat(code(other::listRoles)).isEqualTo("AccessDenied");
    }
  }

  private String trustOf(String role) {
    return URLDecoder.decode(
        iam.getRole(r -> r.roleName(role)).role().assumeRolePolicyDocument(),
        StandardCharsets.UTF_8);
  }

  @Test
  void a_role_that_does_not_exist_is_refused_as_one_that_is_not_trusted() {
    assertThat(code(() -> assume(OPERATOR + "s"))).isEqualTo("AccessDenied");
  }

  @Test
  void a_session_lasts_no_longer_than_its_role_allows() {
    assertThat(
            refusal(
                    () ->
                        sts.assumeRole(
                            r -> r.roleArn(OPERATOR).roleSessionName("a1").durationSeconds(3601)))
                .awsErrorDetails()
                .errorMessage())
        .isEqualTo(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    assertThat(
            code(
                () ->
                    sts.assumeRole(
                        r -> r.roleArn(OPERATOR).roleSessionName("a1").durationSeconds(899))))
        .isEqualTo("ValidationError");
    iam.updateRole(r -> r.roleName("operator").maxSessionDuration(7200));
    sts.assumeRole(r -> r.roleArn(OPERATOR).roleSessionName("a1").durationSeconds(7200));
    allow(List.of("sts:AssumeRole"));
    try (var mine = operator().build(StsClient.builder())) {
      assertThat(
              refusal(
                      () ->
                          mine.assumeRole(
                              r -> r.roleArn(OPERATOR).roleSessionName("a1").durationSeconds(7200)))
                  .awsErrorDetails()
                  .errorMessage())
          .endsWith("1 hour session limit for roles assumed by role chaining");
    }
  }

  @Test
  void where_credentials_are_strict_only_sessions_are_known() {
    try (var strict = SimulatedAccount.builder().strictCredentials().build();
        var administrator = SdkClients.administrator(strict).build(StsClient.builder())) {
      assertThat(code(administrator::getCallerIdentity)).isEqualTo("InvalidClientTokenId");
    }
  }

  private static List<String> without(String missing, String... actions) {
    return List.of(actions).stream().filter(each -> !each.equals(missing)).toList();
  }

  private static AwsServiceException refusal(ThrowingCallable call) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private static String code(ThrowingCallable call) {
    return refusal(call).awsErrorDetails().errorCode();
  }
}
