package io.github.rolekeeper.iamops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RolePoliciesTest {
  private static final String EC2 = "{\"Service\":\"ec2.amazonaws.com\"}";

  private static String statement(String effect, String action, String more) {
    return "{\"Effect\":\"" + effect + "\",\"Action\":\"" + action + "\"," + more + "}";
  }

  private static Optional<Boolean> trusts(String... statements) {
    return RolePolicies.trustsEc2(
        "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}",
        new AccountRef("aws", "123456789012", "us-east-1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sts:AssumeRole", "STS:assumerole", "sts:Assume*", "sts:*", "*", "**", "s?s:A*e"})
  void an_action_with_wildcards_covers_AssumeRole(String action) {
    assertThat(trusts(statement("Allow", action, "\"Principal\":" + EC2))).contains(true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sts:AssumeRoleWithSAML", "sts:TagSession", "sts:AssumeRol", "sts.AssumeRole"})
  void another_action_does_not(String action) {
    assertThat(trusts(statement("Allow", action, "\"Principal\":" + EC2))).contains(false);
  }

  @Test
  void an_action_of_many_stars_is_judged_at_once() {
    assertThat(
            trusts(
                statement("Allow", "*a".repeat(5) + "*".repeat(500) + "x", "\"Principal\":" + EC2)))
        .contains(false);
  }

  @Test
  void a_denial_comes_before_every_allowance() {
    assertThat(
            trusts(
                statement("Allow", "sts:AssumeRole", "\"Principal\":" + EC2),
                statement("Deny", "sts:*", "\"Principal\":\"*\"")))
        .contains(false);
  }

  @Test
  void a_denial_of_somebody_else_denies_nothing() {
    assertThat(
            trusts(
                statement("Allow", "sts:AssumeRole", "\"Principal\":" + EC2),
                statement(
                    "Deny",
                    "sts:AssumeRole",
                    "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"}")))
        .contains(true);
  }

  @Test
  void where_conditions_or_exclusions_decide_it_is_not_known() {
    String condition = ",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"123456789012\"}}";
    String plain = statement("Allow", "sts:AssumeRole", "\"Principal\":" + EC2);

    assertThat(trusts(statement("Allow", "sts:AssumeRole", "\"Principal\":" + EC2 + condition)))
        .isEmpty();
    assertThat(trusts(plain, statement("Deny", "sts:*", "\"Principal\":" + EC2 + condition)))
        .isEmpty();
    assertThat(
            trusts(
                plain,
                "{\"Effect\":\"Deny\",\"Action\":\"sts:*\",\"NotPrincipal\":{\"AWS\":\"AIDA\"}}"))
        .isEmpty();
    assertThat(
            trusts(
                plain,
                "{\"Effect\":\"Deny\",\"NotAction\":\"sts:TagSession\",\"Principal\":\"*\"}"))
        .as("all but one action is this action, too")
        .contains(false);
    assertThat(
            trusts(plain, statement("Allow", "sts:AssumeRole", "\"Principal\":" + EC2 + condition)))
        .as("one allowance without conditions is enough")
        .contains(true);
  }
}
