package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.stream.Stream;

/** Where a plan applies, as far as ARNs need it. */
record AccountRef(String partition, String accountId, String region) {
  /** ARNs of an IAM entity of which only the name is known, whatever its path. */
  Stream<String> iam(String kind, String name) {
    String prefix = "arn:" + partition + ":iam::" + accountId + ":" + kind + "/";
    return Stream.of(prefix + name, prefix + "*/" + name);
  }

  String instance(InstanceId id) {
    return "arn:" + partition + ":ec2:" + region + ":" + accountId + ":instance/" + id.value();
  }
}
