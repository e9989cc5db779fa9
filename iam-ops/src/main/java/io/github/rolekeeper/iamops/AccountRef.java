package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where a plan applies, as far as ARNs need it. */
record AccountRef(String partition, String accountId, String region) {
  static final String EC2 = "ec2.amazonaws.com";

  private static final Pattern SPECIAL = Pattern.compile("[*?$]");

  /** ARNs of an IAM entity of which only the name is known, whatever its path, for a policy. */
  Stream<String> iam(String kind, String name) {
    String prefix = "arn:" + partition + ":iam::" + accountId + ":" + kind + "/";
    return Stream.of(prefix + literal(name), prefix + "*/" + literal(name));
  }

  /**
   * A text as it must stand in a policy to mean itself and nothing else (IAM User Guide, policy
   * variables).
   */
  static String literal(String text) {
    return SPECIAL
        .matcher(text)
        .replaceAll(each -> Matcher.quoteReplacement("${" + each.group() + "}"));
  }

  /** ARNs of KMS keys, for a policy: those, or any of the Region where they are not known. */
  List<String> keys(Optional<List<String>> known) {
    return known
        .map(all -> all.stream().map(AccountRef::literal).toList())
        // A key that is shared belongs to another account.
        .orElse(List.of("arn:" + partition + ":kms:" + region + ":*:key/*"));
  }

  /**
   * How EC2 may be called in policies: everywhere by its plain name, and in some partitions by one
   * of their own. Which of them a check compares with differs by service and by year, so policies
   * allow both (Karpenter for China; eksctl's and the AWS CLI's tables, which disagree, for the iso
   * partitions).
   */
  List<String> ec2Principals() {
    return switch (partition) {
      case "aws-cn" -> List.of(EC2, "ec2.amazonaws.com.cn");
      case "aws-iso" -> List.of(EC2, "ec2.c2s.ic.gov");
      case "aws-iso-b" -> List.of(EC2, "ec2.sc2s.sgov.gov");
      default -> List.of(EC2);
    };
  }

  /** What a cure rests on that writes the plain name where some write another; else empty. */
  String assumedPrincipal() {
    return ec2Principals().size() == 1 || partition.equals("aws-cn")
        ? ""
        : " (assumed: some tools write " + ec2Principals().get(1) + " in " + partition + ")";
  }

  String instance(InstanceId id) {
    return "arn:" + partition + ":ec2:" + region + ":" + accountId + ":instance/" + id.value();
  }
}
