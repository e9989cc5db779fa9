package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What policies allow and deny. */
class PolicyTest {
  private static final String BUCKET = "arn:aws:s3:::logs";
  private static final List<String> EC2 = List.of("ec2.amazonaws.com");

  private final RequestContext context =
      new RequestContext()
          .with("aws:TokenIssueTime", "2023-03-07T10:00:00Z")
          .with("aws:PrincipalArn", "arn:aws:iam::123456789012:role/web-role")
          .with("aws:SecureTransport", "true")
          .with("aws:TagKeys", "Team", "Stage")
          .with("aws:username")
          .withTags("aws:ResourceTag/", Map.of("Team", "web", "Odd", "a*?$b", "Star", "*"));

  private PolicyEvaluator.Decision decide(String action, String resource, String... statements) {
    String policy =
        "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    return PolicyEvaluator.evaluate(
            List.of(new PolicyEvaluator.Policy("p", "role", policy)), action, resource, context)
        .decision();
  }

  private PolicyEvaluator.Decision decide(String statement) {
    return decide("s3:ListBucket", BUCKET, statement.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'Action':'s3:ListBucket','Resource':'*' | ALLOWED",
        "'Action':'S3:listbucket','Resource':'*' | ALLOWED",
        "'Action':['ec2:*','s3:L?st*'],'Resource':['arn:aws:s3:::lo*'] | ALLOWED",
        "'Action':'s3:ListBucket','Resource':'arn:aws:s3:::LOGS' | DENIED_IMPLICITLY",
        "'Action':'s3:ListBucket','Resource':'arn:aws:s3:::log' | DENIED_IMPLICITLY",
        "'Action':'s3:List','Resource':'*' | DENIED_IMPLICITLY",
        "'NotAction':'iam:*','Resource':'*' | ALLOWED",
        "'NotAction':['iam:*','s3:*'],'Resource':'*' | DENIED_IMPLICITLY",
        "'Action':'*','NotResource':'arn:aws:s3:::tmp' | ALLOWED",
        "'Action':'*','NotResource':'arn:aws:s3:::l*' | DENIED_IMPLICITLY",
        "'Action':'*','Resource':'arn:aws:s3:::${aws:username}' | DENIED_IMPLICITLY",
        "'Action':'*','NotResource':'arn:aws:s3:::${aws:username}' | DENIED_IMPLICITLY"
      })
  void a_statement_covers_actions_and_resources_by_pattern(
      String members, PolicyEvaluator.Decision decision) {
    assertThat(decide("s3:ListBucket", BUCKET, allow(members))).isEqualTo(decision);
  }

  @ParameterizedTest
  @CsvSource({
    "role/a${*}b, role/a*b, true",
    "role/a${*}b, role/axb, false",
    "role/a${?}b, role/a?b, true",
    "role/a${?}b, role/axb, false",
    "role/a${$}b, role/a$b, true",
    "role/${*}*, role/*x, true",
    "role/${*}*, role/xx, false",
    "role/a${$}{*}b, role/a${*}b, true"
  })
  void an_escaped_star_question_mark_or_dollar_stands_for_itself(
      String pattern, String resource, boolean allowed) {
    String statement = allow("'Action':'*','Resource':'" + pattern + "'");

    assertThat(decide("iam:GetRole", resource, statement) == PolicyEvaluator.Decision.ALLOWED)
        .isEqualTo(allowed);
  }

  @Test
  void a_variable_without_a_value_has_its_default() {
    String statement =
        "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::${aws:username, 'logs'}\"}";

    assertThat(decide("s3:ListBucket", BUCKET, statement))
        .isEqualTo(PolicyEvaluator.Decision.ALLOWED);
  }

  @Test
  void a_decision_takes_no_time_whatever_the_pattern() {
    String pattern = "*a".repeat(12) + "*b";
    String value = "a".repeat(120);
    context.with("aws:PrincipalTag/name", value);
    String statement =
        allow(
            "'Action':'%s','Resource':'*'},{'Effect':'Allow','Action':'*','Resource':'%s'"
                .formatted(pattern, pattern));
    String conditional =
        allow(
            "'Action':'*','Resource':'*','Condition':{'StringLike':{'aws:PrincipalTag/name':'%s'}}"
                .formatted(pattern));

    assertTimeoutPreemptively(
        Duration.ofMinutes(5), // ends what would take years if every way were tried
        () ->
            assertThat(decide(value, value, statement, conditional))
                .isEqualTo(PolicyEvaluator.Decision.DENIED_IMPLICITLY));
  }

  @Test
  void an_explicit_deny_wins() {
    assertThat(
            decide(
                "s3:ListBucket",
                BUCKET,
                allow("'Action':'*','Resource':'*'"),
                allow("'Action':'s3:List*','Resource':'*'").replace("Allow", "Deny")))
        .isEqualTo(PolicyEvaluator.Decision.DENIED_EXPLICITLY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'DateLessThan':{'aws:TokenIssueTime':'2023-03-07T10:00:01Z'} | true",
        "'DateLessThan':{'AWS:tokenissuetime':'2023-03-07T10:00:00Z'} | false",
        "'DateGreaterThan':{'aws:TokenIssueTime':'2023-03-07T09:59:59Z'} | true",
        "'DateGreaterThan':{'aws:TokenIssueTime':'2023-03-07'} | true",
        "'DateGreaterThanEquals':{'aws:TokenIssueTime':'1678183200'} | true",
        "'StringEquals':{'aws:ResourceTag/Team':'web'} | true",
        "'StringEquals':{'aws:ResourceTag/team':['data','web']} | true",
        "'StringEquals':{'aws:ResourceTag/Team':'WEB'} | false",
        "'StringEqualsIgnoreCase':{'aws:ResourceTag/Team':'WEB'} | true",
        "'StringNotEquals':{'aws:ResourceTag/Team':['data','web']} | false",
        "'StringNotEquals':{'aws:ResourceTag/Stage':'test'} | true",
        "'StringLike':{'aws:ResourceTag/Team':'w*'} | true",
        "'StringNotLike':{'aws:ResourceTag/Team':'w*'} | false",
        "'StringEquals':{'aws:ResourceTag/Odd':'a${*}${?}${$}b'} | true",
        "'StringEquals':{'aws:ResourceTag/Team':'${*}'} | false",
        "'StringLike':{'aws:ResourceTag/Odd':'a${*}*'} | true",
        "'StringLike':{'aws:ResourceTag/Team':'w${*}'} | false",
        "'StringLike':{'aws:ResourceTag/Odd':'${aws:ResourceTag/Odd}'} | true",
        "'StringEquals':{'aws:ResourceTag/Odd':'${aws:ResourceTag/Odd}'} | true",
        "'StringLike':{'aws:ResourceTag/Team':'${aws:ResourceTag/Star}'} | false",
        "'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:role/web${*}'} | false",
        "'StringEquals':{'aws:ResourceTag/Stage':'test'} | false",
        "'StringEqualsIfExists':{'aws:ResourceTag/Stage':'test'} | true",
        "'StringEqualsIfExists':{'aws:ResourceTag/Team':'test'} | false",
        "'Null':{'aws:ResourceTag/Stage':'true'} | true",
        "'Null':{'aws:ResourceTag/Team':'true'} | false",
        "'Bool':{'aws:SecureTransport':'true'} | true",
        "'Bool':{'aws:SecureTransport':'false'} | false",
        "'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:role/web-*'} | true",
        "'ArnEquals':{'aws:PrincipalArn':'arn:aws:iam::*:role/web-role'} | true",
        "'ArnLike':{'aws:PrincipalArn':'arn:aws:*/web-role'} | false",
        "'ArnNotLike':{'aws:PrincipalArn':'arn:aws:iam::*:role/other'} | true",
        "'ForAnyValue:StringEquals':{'aws:TagKeys':'Stage'} | true",
        "'ForAllValues:StringEquals':{'aws:TagKeys':'Stage'} | false",
        "'ForAllValues:StringEquals':{'aws:TagKeys':['Stage','Team']} | true",
        "'Bool':{'aws:SecureTransport':'true'},'StringEquals':{'aws:ResourceTag/Team':'x'} | false"
      })
  void a_condition_is_fulfilled_or_not_by_the_keys_of_the_request(String condition, boolean holds) {
    String statement =
        allow("'Action':'*','Resource':'*','Condition':{" + condition + "}").replace('\'', '"');

    assertThat(decide(statement) == PolicyEvaluator.Decision.ALLOWED).isEqualTo(holds);
    assertThat(
            decide(statement.replace("Allow", "Deny"))
                == PolicyEvaluator.Decision.DENIED_EXPLICITLY)
        .isEqualTo(holds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}",
        "'StringEquals':{'aws:SourceVpc':'vpc-1'}",
        "'StringNotEquals':{'aws:SourceVpc':'vpc-1'}",
        "'StringEqualsIfExists':{'aws:SourceVpc':'vpc-1'}",
        "'Null':{'aws:SourceVpc':'true'}",
        "'NumericEquals':{'aws:PrincipalArn':'1'}",
        "'StringEquals':{'aws:PrincipalArn':'${aws:username}'}"
      })
  void what_is_not_simulated_never_allows_and_always_denies(String condition) {
    String statement = allow("'Action':'*','Resource':'*','Condition':{" + condition + "}");

    assertThat(decide(statement)).isEqualTo(PolicyEvaluator.Decision.DENIED_IMPLICITLY);
    assertThat(decide(statement.replace("Allow", "Deny")))
        .isEqualTo(PolicyEvaluator.Decision.DENIED_EXPLICITLY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'Principal':{'AWS':'arn:aws:iam::123456789012:role/ops'} | PRINCIPAL",
        "'Principal':{'AWS':'arn:aws:iam::123456789012:root'} | ACCOUNT",
        "'Principal':{'AWS':['123456789012']} | ACCOUNT",
        "'Principal':'*' | PRINCIPAL",
        "'Principal':{'AWS':'arn:aws:iam::123456789012:role/other'} | NONE",
        "'Principal':{'Service':'ec2.amazonaws.com'} | NONE",
        "'NotPrincipal':{'AWS':'arn:aws:iam::123456789012:role/other'} | NONE"
      })
  void a_role_trusts_a_principal_itself_or_its_account(String principal, TrustPolicy.Trust trust) {
    String policy =
        "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole',%s}}"
            .formatted(principal)
            .replace('\'', '"');

    assertThat(
            TrustPolicy.ofPrincipal(
                policy, List.of("arn:aws:iam::123456789012:role/ops"), "123456789012", context))
        .isEqualTo(trust);
  }

  @Test
  void a_role_trusts_a_service() {
    String policy =
        """
        {"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
         "Principal":{"Service":["ec2.amazonaws.com","ssm.amazonaws.com"]}}}""";

    assertThat(TrustPolicy.allowsService(policy, EC2)).isTrue();
    assertThat(TrustPolicy.allowsService(policy, List.of("lambda.amazonaws.com"))).isFalse();
    assertThat(TrustPolicy.allowsService(policy.replace("AssumeRole", "TagSession"), EC2))
        .isFalse();
    assertThat(TrustPolicy.allowsService(policy.replace("Allow", "Deny"), EC2)).isFalse();
  }

  private static String allow(String members) {
    return ("{'Effect':'Allow'," + members + "}").replace('\'', '"');
  }
}
