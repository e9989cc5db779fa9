package io.github.rolekeeper.examples.story;

import java.time.Instant;

/** The policy documents that the record's operators used. */
final class Policies {
  static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Action":"sts:AssumeRole",
       "Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}]}""";

  static final String ADMINISTRATOR =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";

  private Policies() {}

  /** As the IAM console's button for revoking sessions writes it. */
  static String revocationOfSessionsBefore(Instant moment) {
    return """
        {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],
         "Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}"""
        .formatted(moment);
  }
}
