package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a policy for IAM, and what is none: nothing is taken that would then be passed over. */
class PolicyGrammarTest {
  private static final String GRANT = "'Effect':'Allow','Action':'s3:*','Resource':'*'";
  private static final String TRUST = "'Effect':'Allow','Action':'sts:AssumeRole',";

  private static HttpAnswer put(String region, String document) {
    try (SimulatedAccount account =
        SimulatedAccount.builder().withoutPort().region(region).build()) {
      account.createInstanceProfile("web", "web-role");
      return QueryCall.send(
          account,
          "iam",
          "PutRolePolicy",
          "RoleName=web-role",
          "PolicyName=p",
          "PolicyDocument=" + document.replace('\'', '"'));
    }
  }

  private static HttpAnswer trust(String region, String statement) {
    try (SimulatedAccount account =
        SimulatedAccount.builder().withoutPort().region(region).build()) {
      account.createInstanceProfile("web", "web-role");
      return QueryCall.send(
          account,
          "iam",
          "UpdateAssumeRolePolicy",
          "RoleName=web-role",
          "PolicyDocument=" + ("{'Statement':{" + statement + "}}").replace('\'', '"'));
    }
  }

  private static String statement(String members) {
    return "{'Version':'2012-10-17','Statement':{" + members + "}}";
  }

  private static void assertMalformed(HttpAnswer answer, String text) {
    assertThat(QueryCall.code(answer)).isEqualTo("MalformedPolicyDocument");
    assertThat(answer.body()).contains(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'Effect':'Allow','Action':'*','Resource':'*','Conditon':{} | Syntax errors",
        "'Effect':'Allow','Action':'*','Resource':'*','Comment':'x' | Syntax errors",
        "'Effect':'Allow','Action':'*','Resource':'*','Effect':'Deny' | invalid Json",
        "'Effect':'Allow','Action':'*','Resource':'*','NotResource':'arn:aws:s3:::x'"
            + " | Syntax errors",
        "'Effect':'Allow','Action':'*','NotAction':'s3:*','Resource':'*' | Syntax errors",
        "'Effect':'Allow','Action':'*','Resource':'web-role' | web-role must be in ARN format",
        "'Effect':'Allow','Action':'*','Resource':'arn:aws:s3' | must be in ARN format",
        "'Effect':'Allow','Action':'*','Resource':'' | must be in ARN format",
        "'Sid':'a b!','Effect':'Allow','Action':'*','Resource':'*' | must be alpha-numeric",
        "'Sid':7,'Effect':'Allow','Action':'*','Resource':'*' | must be alpha-numeric",
        "'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEqual':{'aws:userid':'x'}}"
            + " | StringEqual",
        "'Effect':'Allow','Action':'*','Resource':'*','Condition':{'NullIfExists':{'aws:a':'true'}}"
            + " | NullIfExists",
        "'Effect':'Allow','Action':'*','Resource':'*',"
            + "'Condition':{'ForAnyValue:DateLessThan':{'aws:a':'soon'}} | soon"
      })
  void a_statement_that_is_not_of_the_grammar_is_refused(String members, String text) {
    assertMalformed(put("us-east-1", statement(members)), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'Statement':{$},'Comment':'x'} | Syntax errors",
        "{'Statement':[{'Sid':'A',$},{'Sid':'A',$}]} | must be unique",
        "{'Statement':[{$},'x']} | Syntax errors",
        "{'Statement':{$}} x | invalid Json"
      })
  void a_document_that_is_not_of_the_grammar_is_refused(String document, String text) {
    assertMalformed(put("us-east-1", document.replace("$", GRANT)), text);
  }

  static Stream<String> operators() {
    return Stream.of(
            "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase"
                + " StringLike StringNotLike NumericEquals NumericNotEquals NumericLessThan"
                + " NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals Bool"
                + " BinaryEquals IpAddress NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike")
        .flatMap(names -> Stream.of(names.split(" ")))
        .flatMap(
            name ->
                Stream.of(
                    name,
                    name + "IfExists",
                    "ForAllValues:" + name,
                    "ForAnyValue:" + name,
                    "ForAnyValue:" + name + "IfExists"));
  }

  @ParameterizedTest
  @MethodSource("operators")
  void every_operator_of_the_user_guide_is_taken(String operator) {
    String condition = ",'Condition':{'" + operator + "':{'aws:a':['1']}}";

    assertThat(put("us-east-1", statement(GRANT + condition)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
        "DateLessThanIfExists"
      })
  void every_operator_of_dates_is_taken(String operator) {
    String condition = ",'Condition':{'" + operator + "':{'aws:a':'2026-01-01T00:00:00Z'}}";

    assertThat(put("us-east-1", statement(GRANT + condition)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'Sid':'','Effect':'Allow','Action':['s3:*'],'Resource':['*']",
        "'Sid':'A1','Effect':'Deny','NotAction':'s3:*','NotResource':'arn:aws:s3:::x/*'",
        "'Effect':'Allow','Action':'*','Resource':'arn:aws:iam::*:role/a:b/c'",
        "'Effect':'Allow','Action':'*','Resource':'arn:*:s3:::x'",
        "'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::${aws:username}/*'",
        "'Effect':'Allow','Action':'*','Resource':'arn:aws:iam::*'",
        "'Effect':'Allow','Action':'*','Resource':'arn:aws:s3*'",
        "'Effect':'Allow','Action':'*','Resource':'*','Condition':{}",
        "'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'aws:a':true}}",
        "'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Null':{'aws:a':'true'}}"
      })
  void what_iam_takes_is_taken(String members) {
    assertThat(put("us-east-1", statement(members)).status()).isEqualTo(200);
  }

  @Test
  void ids_of_statements_may_be_empty_more_than_once_and_a_document_may_have_one() {
    String document =
        "{'Version':'2008-10-17','Id':'any id','Statement':[{'Sid':'',$},{'Sid':'',$}]}";

    assertThat(put("us-east-1", document.replace("$", GRANT)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'Principal':'nope'",
        "'Principal':['*']",
        "'Principal':{}",
        "'Principal':{'Servce':'ec2.amazonaws.com'}",
        "'Principal':{'AWS':7}",
        "'Principal':{'AWS':'*'},'NotPrincipal':{'AWS':'*'}"
      })
  void a_principal_that_is_none_is_refused(String principal) {
    assertMalformed(trust("us-east-1", TRUST + principal), "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'Principal':'*'",
        "'Principal':{'AWS':'*'}",
        "'Principal':{'AWS':['123456789012','arn:aws:iam::123456789012:root']}",
        "'Principal':{'Service':['ec2.amazonaws.com','ssm.amazonaws.com']}",
        "'Principal':{'Federated':'cognito-identity.amazonaws.com'}",
        "'Principal':{'Federated':'arn:aws:iam::123456789012:saml-provider/p'}",
        "'Principal':{'CanonicalUser':'79a59df900b949e55d96a1e698fbaced'}",
        "'Principal':{'AWS':'*','Service':'ec2.amazonaws.com'}",
        "'NotPrincipal':{'AWS':'arn:aws:iam::123456789012:root'}"
      })
  void every_kind_of_principal_is_taken(String principal) {
    assertThat(trust("us-east-1", TRUST + principal).status()).isEqualTo(200);
  }

  @Test
  void an_arn_of_another_partition_is_refused() {
    String resource = "'Effect':'Allow','Action':'*','Resource':'arn:%s:s3:::x'";
    String principal = TRUST + "'Principal':{'AWS':'arn:%s:iam::123456789012:root'}";

    assertMalformed(put("cn-north-1", statement(resource.formatted("aws"))), "Partition");
    assertMalformed(trust("cn-north-1", principal.formatted("aws")), "Invalid principal");
    assertThat(put("cn-north-1", statement(resource.formatted("aws-cn"))).status()).isEqualTo(200);
    assertThat(trust("cn-north-1", principal.formatted("aws-cn")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "ForAnyValue:StringNotEquals, implicitDeny",
    "ForAnyValue:StringNotLike, implicitDeny",
    "ForAnyValue:StringNotEqualsIfExists, allowed",
    "ForAllValues:StringNotEquals, allowed",
    "StringNotEquals, allowed"
  })
  void any_value_of_a_key_without_values_fulfils_nothing(String operator, String decision) {
    String policy =
        statement(GRANT + ",'Condition':{'" + operator + "':{'aws:TagKeys':['a']}}")
            .replace('\'', '"');
    try (SimulatedAccount account = SimulatedAccount.builder().withoutPort().build()) {
      QueryCall.send(
          account,
          "iam",
          "CreateRole",
          "RoleName=r",
          "AssumeRolePolicyDocument=" + SimulatedAccount.EC2_TRUST);

      assertThat(
              QueryCall.send(
                      account,
                      "iam",
                      "SimulatePrincipalPolicy",
                      "PolicySourceArn=arn:aws:iam::123456789012:role/r",
                      "ActionNames.member.1=s3:ListAllMyBuckets",
                      "PolicyInputList.member.1=" + policy,
                      "ContextEntries.member.1.ContextKeyName=aws:TagKeys",
                      "ContextEntries.member.1.ContextKeyType=stringList")
                  .body())
          .contains("<EvalDecision>" + decision + "<");
    }
  }
}
