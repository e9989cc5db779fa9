package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms in which IAM accepts policies: each has a sure answer, or none. */
class PolicyFormsTest {
  private static final AccountRef AWS = new AccountRef("aws", "123456789012", "us-east-1");
  private static final String USER = "AROAEXAMPLE:i-0123456789abcdef0";
  private static final String DATE = "2026-03-07T15:30:00Z";

  private static String json(String singleQuoted) {
    return singleQuoted
        .replace('\'', '"')
        .replace("EC2", "'Principal':{'Service':'ec2.amazonaws.com'}".replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "yes|a list of statements|[{'Effect':'Allow',EC2,'Action':'sts:AssumeRole'}]",
        "yes|a lone statement|{'Effect':'Allow',EC2,'Action':['sts:AssumeRole']}",
        "yes|wildcards|{'Effect':'Allow',EC2,'Action':'sts:Assume*'}",
        "yes|a list of services|{'Effect':'Allow','Principal':{'Service':['lambda.amazonaws.com','ec2.amazonaws.com']},'Action':'*'}",
        "yes|everybody|{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole'}",
        "yes|all but another action|{'Effect':'Allow',EC2,'NotAction':'sts:TagSession'}",
        "yes|with a Sid|{'Sid':'x','Effect':'Allow',EC2,'Action':'sts:AssumeRole'}",
        "yes|a Deny of somebody else|[{'Effect':'Allow',EC2,'Action':'*'},{'Effect':'Deny','Principal':{'AWS':'AROAEXAMPLE'},'Action':'*'}]",
        "yes|a Deny of all but EC2|[{'Effect':'Allow',EC2,'Action':'*'},{'Effect':'Deny','NotPrincipal':{'Service':'ec2.amazonaws.com'},'Action':'*'}]",
        "no|no statement|[]",
        "no|all but this action|{'Effect':'Allow',EC2,'NotAction':'sts:AssumeRole'}",
        "no|another service|{'Effect':'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'sts:AssumeRole'}",
        "no|the id of a deleted role|{'Effect':'Allow','Principal':{'AWS':'AROAEXAMPLEEXAMPLE00'},'Action':'sts:AssumeRole'}",
        "no|the id of a deleted user|{'Effect':'Allow','Principal':{'AWS':['AIDAEXAMPLEEXAMPLE00']},'Action':'sts:AssumeRole'}",
        "no|the name of another partition|{'Effect':'Allow','Principal':{'Service':'ec2.c2s.ic.gov'},'Action':'sts:AssumeRole'}",
        "no|a Deny|[{'Effect':'Allow',EC2,'Action':'*'},{'Effect':'Deny','Principal':{'AWS':'*'},'Action':'sts:*'}]",
        "no|a Deny beside one with a condition|[{'Effect':'Deny',EC2,'Action':'*'},{'Effect':'Deny',EC2,'Action':'*','Condition':{'Bool':{'a':'b'}}}]",
        "unknown|a condition|{'Effect':'Allow',EC2,'Action':'sts:AssumeRole','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'}}}",
        "unknown|a Deny under a condition|[{'Effect':'Allow',EC2,'Action':'*'},{'Effect':'Deny',EC2,'Action':'*','Condition':{'Bool':{'a':'b'}}}]",
        "unknown|a Deny of all but others|[{'Effect':'Allow',EC2,'Action':'*'},{'Effect':'Deny','NotPrincipal':{'AWS':'123456789012'},'Action':'*'}]",
        "unknown|a member that is not known|{'Effect':'Allow',EC2,'Action':'sts:AssumeRole','Unless':'x'}",
        "unknown|both Action and NotAction|{'Effect':'Allow',EC2,'Action':'*','NotAction':'x'}",
        "unknown|neither|{'Effect':'Allow',EC2}",
        "unknown|another effect|{'Effect':'Maybe',EC2,'Action':'*'}",
        "unknown|a text for a statement|['Allow']",
        "unknown|no statements at all|'Allow'",
        "unknown|cut|[{'Effect':'Allow',EC2,",
      })
  void whether_a_trust_policy_lets_ec2_in(String answer, String form, String statements) {
    Optional<Boolean> trusts =
        RolePolicies.trustsEc2(
            json("{'Version':'2012-10-17','Statement':" + statements + "}"), AWS);

    assertThat(trusts.map(yes -> yes ? "yes" : "no").orElse("unknown")).as(form).isEqualTo(answer);
  }

  private static RolePolicies.Revocation revocation(String statements) {
    return RolePolicies.revocation(
        json("{'Version':'2012-10-17','Statement':" + statements + "}"), USER);
  }

  private static String deny(String condition) {
    return "{'Effect':'Deny','Action':'*','Resource':'*','Condition':" + condition + "}";
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "'2026-03-07T15:30:00Z',2026-03-07T15:30:00Z",
        "'2026-03-07T15:30:00.123Z',2026-03-07T15:30:00.123Z",
        "'2026-03-07T15:30Z',2026-03-07T15:30:00Z",
        "'2026-03-07T15:30:00+01:00',2026-03-07T14:30:00Z",
        "'2026-03-07T15:30-0130',2026-03-07T17:00:00Z",
        "'2026-03-08',2026-03-08T00:00:00Z",
        "'2026-03',2026-03-01T00:00:00Z",
        "'2026',2026-01-01T00:00:00Z",
        "'1772897400',2026-03-07T15:30:00Z",
        "1772897400,2026-03-07T15:30:00Z",
        "['2026-03-07T15:30:00Z'],2026-03-07T15:30:00Z",
      })
  void a_date_is_taken_as_iam_takes_it(String written, Instant date) {
    assertThat(revocation(deny("{'DateLessThan':{'aws:TokenIssueTime':" + written + "}}")))
        .isEqualTo(new RolePolicies.Revocation(Optional.of(date), true));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "'yesterday'",
        "'2026-02-30'",
        "'2026-03-07T15:30:00'",
        "'1772897400000'",
        "true",
        "1.5",
        "[]",
        "null",
        "{}",
        "''",
        "['2026-03-08';'soon']",
      })
  void a_date_of_no_such_form_is_unknown(String written) {
    assertThat(
            revocation(
                deny("{'DateLessThan':{'aws:TokenIssueTime':" + written.replace(';', ',') + "}}")))
        .isEqualTo(RolePolicies.Revocation.UNKNOWN);
  }

  private static final String IF_OLD = "'DateLessThan':{'aws:TokenIssueTime':'" + DATE + "'}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "yes|as the console writes it|[{'Effect':'Deny','Action':['*'],'Resource':['*'],'Condition':{OLD}}]",
        "yes|a lone statement|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD}}",
        "yes|the key in another case|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'DateLessThan':{'AWS:tokenissuetime':'2026-03-07T15:30:00Z'}}}",
        "yes|if it exists|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'DateLessThanIfExists':{'aws:TokenIssueTime':'2026-03-07T15:30:00Z'}}}",
        "yes|the latest of two values|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'DateLessThan':{'aws:TokenIssueTime':['2026-03-07T15:30:00Z','2025']}}}",
        "yes|the earliest of two conditions|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD,'DateLessThanIfExists':{'aws:TokenIssueTime':'2027'}}}",
        "yes|the latest of two statements|[{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD}},{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'DateLessThan':{'aws:TokenIssueTime':'2025'}}}]",
        "yes|of this session|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD,'StringEquals':{'aws:userid':'AROAEXAMPLE:i-0123456789abcdef0'}}}",
        "yes|of sessions like this|{'Effect':'Deny','Action':'*:*','Resource':'arn:*:*:*:*:*','Condition':{OLD,'StringLike':{'aws:userId':['x','AROAEXAMPLE:*']}}}",
        "no|of another user's session|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD,'StringEquals':{'aws:userid':'AIDAEXAMPLE'}}}",
        "no|of some actions|{'Effect':'Deny','Action':['s3:*','ec2:*'],'Resource':'*','Condition':{OLD}}",
        "no|on some resource|{'Effect':'Deny','Action':'*','Resource':'arn:aws:s3:::other','Condition':{OLD}}",
        "no|an Allow|{'Effect':'Allow','Action':'*','Resource':'*','Condition':{OLD}}",
        "no|nothing|[]",
        "unknown|all but some actions|{'Effect':'Deny','NotAction':'iam:*','Resource':'*','Condition':{OLD}}",
        "unknown|all but some resources|{'Effect':'Deny','Action':'*','NotResource':'arn:aws:s3:::x','Condition':{OLD}}",
        "unknown|no resource|{'Effect':'Deny','Action':'*','Condition':{OLD}}",
        "unknown|another condition besides|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD,'Bool':{'aws:ViaAWSService':'false'}}}",
        "unknown|a variable|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{OLD,'StringEquals':{'aws:userid':'${aws:userid}'}}}",
        "unknown|after a date|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'DateGreaterThan':{'aws:TokenIssueTime':'2025'}}}",
        "unknown|for any value|{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'ForAnyValue:DateLessThan':{'aws:TokenIssueTime':'2025'}}}",
        "unknown|a number of actions|{'Effect':'Deny','Action':7,'Resource':'*'}",
        "unknown|a list of conditions|{'Effect':'Deny','Action':'*','Resource':'*','Condition':[]}",
        "unknown|cut|[{'Effect':'Deny',",
      })
  void whether_a_policy_revokes_all_that_old_sessions_may_do(
      String answer, String form, String statements) {
    RolePolicies.Revocation expected =
        switch (answer) {
          case "yes" -> new RolePolicies.Revocation(Optional.of(Instant.parse(DATE)), true);
          case "no" -> RolePolicies.Revocation.NONE;
          default -> RolePolicies.Revocation.UNKNOWN;
        };

    assertThat(revocation(statements.replace("OLD", IF_OLD))).as(form).isEqualTo(expected);
  }

  @Test
  void a_denial_without_a_date_revokes_every_session_there_will_be() {
    assertThat(revocation("{'Effect':'Deny','Action':'*','Resource':'*'}").before())
        .contains(RolePolicies.FOR_EVER);
  }

  @Test
  void a_date_that_counts_itself_revokes_the_session_of_that_moment_too() {
    assertThat(
            revocation(deny("{'DateLessThanEquals':{'aws:TokenIssueTime':'" + DATE + "'}}"))
                .before()
                .orElseThrow())
        .isAfter(Instant.parse(DATE))
        .isBefore(Instant.parse(DATE).plusSeconds(1));
  }

  @Test
  void what_is_left_over_beside_a_sure_revocation_is_said() {
    assertThat(
            revocation(
                "["
                    + deny("{" + IF_OLD + "}")
                    + ",{'Effect':'Deny','NotAction':'x','Resource':'*'}]"))
        .isEqualTo(new RolePolicies.Revocation(Optional.of(Instant.parse(DATE)), false));
  }

  /** Whatever is cut out, doubled, exchanged or put in, there is a value and no exception. */
  @Test
  void a_broken_document_has_an_answer_and_never_an_exception() {
    List<String> whole =
        List.of(
            json("{'Version':'2012-10-17','Statement':[{'Effect':'Allow',EC2,'Action':'sts:*'}]}"),
            json("{'Version':'2012-10-17','Statement':[" + deny("{" + IF_OLD + "}") + "]}"),
            json(
                "{'Statement':"
                    + deny("{" + IF_OLD + ",'StringLike':{'aws:userid':'A*?${x}'}}")
                    + "}"));
    String parts = "{}[]\",:*?%+\\\u0000\u00e9'0129-TZtruenull\uD83D\uDE00";
    for (long seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder(whole.get(random.nextInt(whole.size())));
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(12));
        switch (random.nextInt(4)) {
          case 0 -> text.delete(at, end);
          case 1 -> text.insert(at, text.substring(at, end));
          case 2 -> text.setCharAt(at, parts.charAt(random.nextInt(parts.length())));
          default -> text.insert(at, parts.charAt(random.nextInt(parts.length())));
        }
        if (text.isEmpty()) {
          text.append(' ');
        }
      }
      String document = text.toString();
      RolePolicies.Revocation revoked = RolePolicies.revocation(document, USER);
      Optional<Boolean> trusts = RolePolicies.trustsEc2(document, AWS);
      assertThat(revoked).as("seed %d", seed).isNotNull();
      assertThat(trusts).as("seed %d", seed).isNotNull();
    }
  }

  @Test
  void a_document_nested_without_end_is_unknown() {
    String deep = "{\"Statement\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}";

    assertThat(RolePolicies.trustsEc2(deep, AWS)).isEmpty();
    assertThat(RolePolicies.revocation(deep, USER)).isEqualTo(RolePolicies.Revocation.UNKNOWN);
  }
}
