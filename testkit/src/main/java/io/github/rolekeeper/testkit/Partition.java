package io.github.rolekeeper.testkit;

import java.util.List;

/**
 * What differs between AWS, AWS in China and the others.
 *
 * @param name as in ARNs
 * @param domain below which its services are
 * @param ofGlobalServices the Region in which CloudTrail shows what happened in IAM
 */
record Partition(String name, String domain, String ofGlobalServices) {
  private static final String PLAIN_EC2 = "ec2.amazonaws.com";

  /** The partition that a Region is in, by the beginning of its name. */
  static Partition of(String region) {
    if (region.startsWith("cn-")) {
      return new Partition("aws-cn", "amazonaws.com.cn", "cn-north-1");
    }
    if (region.startsWith("us-gov-")) {
      return new Partition("aws-us-gov", "amazonaws.com", "us-gov-west-1");
    }
    if (region.startsWith("us-iso-")) {
      return new Partition("aws-iso", "c2s.ic.gov", "us-iso-east-1");
    }
    if (region.startsWith("us-isob-")) {
      return new Partition("aws-iso-b", "sc2s.sgov.gov", "us-isob-east-1");
    }
    if (region.startsWith("eu-isoe-")) {
      return new Partition("aws-iso-e", "cloud.adc-e.uk", "eu-isoe-west-1");
    }
    if (region.startsWith("us-isof-")) {
      return new Partition("aws-iso-f", "csp.hci.ic.gov", "us-isof-south-1");
    }
    if (region.startsWith("eusc-")) {
      return new Partition("aws-eusc", "amazonaws.eu", "eusc-de-east-1");
    }
    return new Partition("aws", "amazonaws.com", "us-east-1");
  }

  /** The names by which a trust policy can mean EC2: the plain one everywhere, and its own. */
  List<String> ec2Principals() {
    return List.of(PLAIN_EC2, "ec2." + domain);
  }

  /**
   * To which service a call of EC2's own passes a role; in China it is another than IAM says (field
   * reports, aws/karpenter-provider-aws#6843).
   */
  String passedByEc2() {
    return name.equals("aws-cn") ? "ec2." + domain : PLAIN_EC2;
  }

  /** To which service {@code AddRoleToInstanceProfile} passes a role. */
  String passedByIam() {
    return PLAIN_EC2;
  }
}
