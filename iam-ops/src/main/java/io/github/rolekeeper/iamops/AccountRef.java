package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.List;
import java.util.stream.Stream;

/** Where a plan applies, as far as ARNs need it. */
record AccountRef(String partition, String accountId, String region) {
  /** ARNs of an IAM entity of which only the name is known, whatever its path. */
  Stream<String> iam(String kind, String name) {
    String prefix = "arn:" + partition + ":iam::" + accountId + ":" + kind + "/";
    return Stream.of(prefix + name, prefix + "*/" + name);
  }

  /**
   * How EC2 is called in policies. That China has a second name for it is inferred from what tools
   * write there (Terraform, CDK), and not checked on an account: so policies allow both.
   */
  List<String> ec2Principals() {
    return partition.equals("aws-cn")
        ? List.of("ec2.amazonaws.com", "ec2.amazonaws.com.cn")
        : List.of("ec2.amazonaws.com");
  }

  /**
   * How EC2 is called where only one name may stand, because IAM refuses a document with a
   * principal that it does not know. Inferred as above.
   */
  String ec2TrustPrincipal() {
    return partition.equals("aws-cn") ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com";
  }

  String instance(InstanceId id) {
    return "arn:" + partition + ":ec2:" + region + ":" + accountId + ":instance/" + id.value();
  }
}
