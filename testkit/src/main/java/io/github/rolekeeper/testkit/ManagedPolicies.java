package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The managed policies of the account, and those of AWS's own that instances are given most often.
 * The documents of the latter are shortened to the actions that matter here.
 */
final class ManagedPolicies {
  /** Before any account of a test. */
  private static final Instant AWS_CREATED = Instant.parse("2015-02-06T18:39:46Z");

  private static final Map<String, List<String>> AWS_ACTIONS =
      Map.of(
          "AdministratorAccess", List.of("*"),
          "ReadOnlyAccess",
              List.of("ec2:Describe*", "ec2:Get*", "iam:Get*", "iam:List*", "s3:Get*", "s3:List*"),
          "AmazonS3ReadOnlyAccess", List.of("s3:Get*", "s3:List*", "s3:Describe*"),
          "AmazonS3FullAccess", List.of("s3:*"),
          "AmazonEC2FullAccess", List.of("ec2:*"),
          "AmazonEC2ReadOnlyAccess", List.of("ec2:Describe*", "ec2:Get*"),
          "IAMFullAccess", List.of("iam:*"),
          "IAMReadOnlyAccess",
              List.of("iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "iam:Simulate*"),
          "CloudWatchAgentServerPolicy",
              List.of(
                  "cloudwatch:PutMetricData",
                  "ec2:DescribeVolumes",
                  "ec2:DescribeTags",
                  "logs:CreateLogGroup",
                  "logs:CreateLogStream",
                  "logs:PutLogEvents"),
          "AmazonSSMManagedInstanceCore",
              List.of(
                  "ssm:DescribeAssociation",
                  "ssm:GetDocument",
                  "ssm:GetParameter",
                  "ssm:GetParameters",
                  "ssm:UpdateInstanceInformation",
                  "ssmmessages:*",
                  "ec2messages:*"));

  private final World world;
  private final Map<String, ManagedPolicy> policies = new LinkedHashMap<>();

  ManagedPolicies(World world) {
    this.world = world;
    // Ids of their own, so that AWS's policies do not shift those of the account's entities.
    var ids = new Ids(2015);
    for (String name : AWS_ACTIONS.keySet().stream().sorted().toList()) {
      String arn = "arn:" + world.partition().name() + ":iam::aws:policy/" + name;
      policies.put(
          key(arn),
          new ManagedPolicy(name, ids.policy(), "/", arn, AWS_CREATED, document(name), ""));
    }
  }

  private static String document(String name) {
    return AWS_ACTIONS.getOrDefault(name, List.of()).stream()
        .map(action -> '"' + action + '"')
        .collect(
            Collectors.joining(
                ",",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[",
                "],\"Resource\":\"*\"}]}"));
  }

  Collection<ManagedPolicy> all() {
    return policies.values();
  }

  Optional<ManagedPolicy> find(String arn) {
    return Optional.ofNullable(policies.get(key(arn)));
  }

  ManagedPolicy create(String name, String path, String document, String description) {
    return create(name, path, document, description, world.now());
  }

  ManagedPolicy create(
      String name, String path, String document, String description, Instant created) {
    String arn = world.iamArn("policy" + path + name);
    if (all().stream().anyMatch(each -> !each.ofAws() && each.name.equalsIgnoreCase(name))) {
      throw new AwsError(
          409,
          "EntityAlreadyExists",
          "A policy called " + name + " already exists. Duplicate names are not allowed.");
    }
    var policy =
        new ManagedPolicy(name, world.ids.policy(), path, arn, created, document, description);
    policies.put(key(arn), policy);
    return policy;
  }

  void delete(ManagedPolicy policy) {
    if (attachments(policy) > 0 || boundaryUses(policy) > 0) {
      throw new AwsError(409, "DeleteConflict", "Cannot delete a policy attached to entities.");
    }
    if (policy.versions.size() > 1) {
      throw new AwsError(
          409,
          "DeleteConflict",
          "This policy has more than one version. Before you delete a policy, you must delete the"
              + " policy's versions. The default version is deleted with the policy.");
    }
    policies.remove(key(policy.arn));
  }

  long attachments(ManagedPolicy policy) {
    return world.roles().stream()
        .filter(role -> role.attachedPolicies.containsValue(policy))
        .count();
  }

  long boundaryUses(ManagedPolicy policy) {
    return world.roles().stream().filter(role -> role.boundary == policy).count();
  }

  private static String key(String arn) {
    return arn.toLowerCase(Locale.ROOT);
  }
}
