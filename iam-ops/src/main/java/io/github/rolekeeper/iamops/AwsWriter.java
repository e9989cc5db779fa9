package io.github.rolekeeper.iamops;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
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
    if (step instanceof RepairStep.CreateInstanceProfile create) {
      iam.createInstanceProfile(
          r ->
              r.instanceProfileName(create.instanceProfileName())
                  .path(create.path())
                  .tags(tags(create))
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.AddRoleToInstanceProfile add) {
      iam.addRoleToInstanceProfile(
          r ->
              r.instanceProfileName(add.instanceProfileName())
                  .roleName(add.roleName())
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.RemoveRoleFromInstanceProfile remove) {
      iam.removeRoleFromInstanceProfile(
          r ->
              r.instanceProfileName(remove.instanceProfileName())
                  .roleName(remove.roleName())
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.UpdateAssumeRolePolicy update) {
      iam.updateAssumeRolePolicy(
          r ->
              r.roleName(update.roleName())
                  .policyDocument(update.policyDocument())
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.ModifyInstanceMetadataOptions modify) {
      ec2.modifyInstanceMetadataOptions(
          r ->
              r.instanceId(modify.instance().value())
                  .httpEndpoint(InstanceMetadataEndpointState.ENABLED)
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.ReplaceIamInstanceProfileAssociation replace) {
      ec2.replaceIamInstanceProfileAssociation(
          r ->
              r.associationId(replace.associationId())
                  .iamInstanceProfile(p -> p.name(replace.instanceProfileName()))
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.DisassociateIamInstanceProfile disassociate) {
      ec2.disassociateIamInstanceProfile(
          r -> r.associationId(disassociate.associationId()).overrideConfiguration(once));
    } else if (step instanceof RepairStep.AssociateIamInstanceProfile associate) {
      ec2.associateIamInstanceProfile(
          r ->
              r.instanceId(associate.instance().value())
                  .iamInstanceProfile(p -> p.name(associate.instanceProfileName()))
                  .overrideConfiguration(once));
    } else if (step instanceof RepairStep.StopInstances stop) {
      ec2.stopInstances(r -> r.instanceIds(stop.instance().value()).overrideConfiguration(once));
    } else if (step instanceof RepairStep.StartInstances start) {
      ec2.startInstances(r -> r.instanceIds(start.instance().value()).overrideConfiguration(once));
    } else {
      throw new IllegalStateException("no call is known for " + step.operation());
    }
  }

  /**
   * Asks AWS whether it would let this caller stop the instance or start it, without doing so.
   *
   * @return false if the endpoint does not know that question, and may have done it
   * @throws SdkException if AWS would refuse the call, or does not answer
   */
  boolean rehearse(RepairStep step, String run) {
    Consumer<AwsRequestOverrideConfiguration.Builder> once = once(run);
    String id = step.parameters().get("InstanceId.1");
    try {
      if (step instanceof RepairStep.StopInstances) {
        ec2.stopInstances(r -> r.instanceIds(id).dryRun(true).overrideConfiguration(once));
      } else {
        ec2.startInstances(r -> r.instanceIds(id).dryRun(true).overrideConfiguration(once));
      }
      return false;
    } catch (SdkException e) {
      if (AwsFailures.code(e).equals("DryRunOperation")) {
        return true;
      }
      if (AwsFailures.unimplemented(AwsFailures.explained(step.operation(), e))) {
        return false;
      }
      throw e;
    }
  }

  private static List<Tag> tags(RepairStep.CreateInstanceProfile step) {
    return step.tags().entrySet().stream()
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
