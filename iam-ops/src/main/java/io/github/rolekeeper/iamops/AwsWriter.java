package io.github.rolekeeper.iamops;

import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;

/**
 * Makes the call of a step: one attempt, whatever retry policy the caller's client has, because a
 * write whose answer was lost must be settled by observation before it is repeated.
 */
final class AwsWriter {
  private final Ec2Client ec2;
  private final IamClient iam;

  AwsWriter(Ec2Client ec2, IamClient iam) {
    this.ec2 = ec2;
    this.iam = iam;
  }

  void call(RepairStep step, String planId) {
    Consumer<AwsRequestOverrideConfiguration.Builder> once = once(planId);
    switch (step.action()) {
      case CREATE_INSTANCE_PROFILE ->
          iam.createInstanceProfile(
              r ->
                  r.instanceProfileName(step.parameter("InstanceProfileName"))
                      .path(step.parameter("Path"))
                      .overrideConfiguration(once));
      case ADD_ROLE_TO_INSTANCE_PROFILE ->
          iam.addRoleToInstanceProfile(
              r ->
                  r.instanceProfileName(step.parameter("InstanceProfileName"))
                      .roleName(step.parameter("RoleName"))
                      .overrideConfiguration(once));
      case REPLACE_ASSOCIATION ->
          ec2.replaceIamInstanceProfileAssociation(
              r ->
                  r.associationId(step.parameter("AssociationId"))
                      .iamInstanceProfile(p -> p.name(step.parameter("IamInstanceProfile.Name")))
                      .overrideConfiguration(once));
      case DISASSOCIATE ->
          ec2.disassociateIamInstanceProfile(
              r -> r.associationId(step.parameter("AssociationId")).overrideConfiguration(once));
      case ASSOCIATE ->
          ec2.associateIamInstanceProfile(
              r ->
                  r.instanceId(step.parameter("InstanceId"))
                      .iamInstanceProfile(p -> p.name(step.parameter("IamInstanceProfile.Name")))
                      .overrideConfiguration(once));
      case STOP_INSTANCES ->
          ec2.stopInstances(
              r -> r.instanceIds(step.parameter("InstanceId.1")).overrideConfiguration(once));
      case START_INSTANCES ->
          ec2.startInstances(
              r -> r.instanceIds(step.parameter("InstanceId.1")).overrideConfiguration(once));
    }
  }

  /** A request can set no retry strategy of its own, but a plugin of the request can. */
  private static Consumer<AwsRequestOverrideConfiguration.Builder> once(String planId) {
    return request ->
        request
            .addApiName(name -> name.name("rolekeeper").version(planId))
            .addPlugin(AwsWriter::withoutRetries);
  }

  private static void withoutRetries(SdkServiceClientConfiguration.Builder client) {
    client.overrideConfiguration(
        client.overrideConfiguration().toBuilder()
            .retryStrategy(AwsRetryStrategy.doNotRetry())
            .build());
  }
}
