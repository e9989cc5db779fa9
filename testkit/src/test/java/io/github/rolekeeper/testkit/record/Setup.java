package io.github.rolekeeper.testkit.record;

import io.github.rolekeeper.testkit.SimulatedAccount;
import io.github.rolekeeper.testkit.SimulatedInstance;
import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.time.Duration;
import software.amazon.awssdk.services.iam.IamClient;

/** The state in which the record begins, made with the AWS SDK. */
final class Setup {
  static final String TRUST =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":\"sts:AssumeRole\","
          + "\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}}]}";
  static final String ADMINISTRATOR =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
          + "\"Resource\":\"*\"}]}";

  private Setup() {}

  /** In the record the profile is two seconds younger than its role. */
  static SimulatedInstance instance(SimulatedAccount account) {
    try (var iam = SdkClients.administrator(account).build(IamClient.builder())) {
      iam.createRole(r -> r.roleName("role-name").assumeRolePolicyDocument(TRUST));
      iam.putRolePolicy(
          r -> r.roleName("role-name").policyName("administrator").policyDocument(ADMINISTRATOR));
      account.clock().advance(Duration.ofSeconds(2));
      iam.createInstanceProfile(r -> r.instanceProfileName("instance-profile-name"));
      iam.addRoleToInstanceProfile(
          r -> r.instanceProfileName("instance-profile-name").roleName("role-name"));
    }
    return account.launchInstance("instance-profile-name");
  }
}
