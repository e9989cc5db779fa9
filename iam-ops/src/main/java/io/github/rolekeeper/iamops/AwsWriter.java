package io.github.rolekeeper.iamops;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.Tag;

/**
 * Makes the call of a step: one attempt, whatever retry policy the caller's client has, because a
 * write whose answer was lost must be settled by observation before it is repeated.
 */
final class AwsWriter {
  private final Ec2Client ec2;
  private final IamClient iam;
  private final UnaryOperator<String> decoder;

  /**
   * @param decoder of EC2's encoded authorisation messages; answers nothing where it cannot
   */
  AwsWriter(Ec2Client ec2, IamClient iam, UnaryOperator<String> decoder) {
    this.ec2 = ec2;
    this.iam = iam;
    this.decoder = decoder;
  }

  /** What EC2 encoded in a denial, decoded; empty if it is none or cannot be decoded. */
  String decoded(SdkException failure) {
    String message = AwsFailures.encodedMessage(failure);
    if (message.isEmpty()) {
      return "";
    }
    try {
      String decoded = decoder.apply(message);
      return decoded.isEmpty() ? "" : ". Decoded: " + decoded;
    } catch (RuntimeException e) {
      return ". It could not be decoded: " + e.getMessage();
    }
  }

  void call(RepairStep step, String run) {
    Consumer<AwsRequestOverrideConfiguration.Builder> once = once(run);
    switch (step.action()) {
      case CREATE_INSTANCE_PROFILE ->
          iam.createInstanceProfile(
              r ->
                  r.instanceProfileName(step.parameter("InstanceProfileName"))
                      .path(step.parameter("Path"))
                      .tags(tags(step))
                      .overrideConfiguration(once));
      case ADD_ROLE_TO_INSTANCE_PROFILE ->
          iam.addRoleToInstanceProfile(
              r ->
                  r.instanceProfileName(step.parameter("InstanceProfileName"))
                      .roleName(step.parameter("RoleName"))
                      .overrideConfiguration(once));
      case REMOVE_ROLE_FROM_INSTANCE_PROFILE ->
          iam.removeRoleFromInstanceProfile(
              r ->
                  r.instanceProfileName(step.parameter("InstanceProfileName"))
                      .roleName(step.parameter("RoleName"))
                      .overrideConfiguration(once));
      case UPDATE_ASSUME_ROLE_POLICY ->
          iam.updateAssumeRolePolicy(
              r ->
                  r.roleName(step.parameter("RoleName"))
                      .policyDocument(step.parameter("PolicyDocument"))
                      .overrideConfiguration(once));
      case MODIFY_METADATA_OPTIONS ->
          ec2.modifyInstanceMetadataOptions(
              r ->
                  r.instanceId(step.parameter("InstanceId"))
                      .httpEndpoint(step.parameter("HttpEndpoint"))
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

  private static List<Tag> tags(RepairStep step) {
    return ProfileTags.of(step).entrySet().stream()
        .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
        .toList();
  }

  void putRevocation(String role, String document) {
    iam.putRolePolicy(
        r ->
            r.roleName(role)
                .policyName(RolePolicies.REVOCATION)
                .policyDocument(document)
                .overrideConfiguration(once("revoke")));
  }

  /** No policy of that name is as good as one deleted. */
  void deleteRevocation(String role) {
    iam.deleteRolePolicy(
        r ->
            r.roleName(role)
                .policyName(RolePolicies.REVOCATION)
                .overrideConfiguration(once("lift")));
  }

  /** A request can set no retry strategy of its own, but a plugin of the request can. */
  private static Consumer<AwsRequestOverrideConfiguration.Builder> once(String run) {
    return request ->
        request
            .addApiName(name -> name.name("rolekeeper").version(run))
            .addPlugin(AwsWriter::withoutRetries);
  }

  private static void withoutRetries(SdkServiceClientConfiguration.Builder client) {
    client.overrideConfiguration(
        client.overrideConfiguration().toBuilder()
            .retryStrategy(AwsRetryStrategy.doNotRetry())
            .build());
  }
}
