package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.Role;

/** Reads who refers to an instance profile or to a role. Every listing is followed to its end. */
final class ProfileReader {
  // The most that EC2 and IAM put on a page, for the fewest calls.
  private static final int PAGE = 1000;

  private static final String[] NOT_ENDED = {"pending", "running", "stopping", "stopped"};

  private final Ec2Client ec2;
  private final IamClient iam;

  ProfileReader(Ec2Client ec2, IamClient iam) {
    this.ec2 = ec2;
    this.iam = iam;
  }

  /**
   * What IAM has under a profile's name; empty if nothing.
   *
   * @param role the role that it holds; empty if none
   */
  record Held(Optional<String> role) {}

  Optional<Held> profile(String name) {
    return found(
            "GetInstanceProfile",
            () ->
                Answers.needed(
                    "GetInstanceProfile",
                    "InstanceProfile",
                    iam.getInstanceProfile(r -> r.instanceProfileName(name)).instanceProfile()))
        .map(profile -> new Held(profile.roles().stream().findFirst().map(Role::roleName)));
  }

  /** The instances that have not ended and refer to a profile of this name, whatever its path. */
  List<InstanceId> instances(String profile) {
    String partition = PartitionMetadata.of(ec2.serviceClientConfiguration().region()).id();
    // The account is not known here, and the path of a profile that is gone neither.
    String arn = "arn:" + partition + ":iam::*:instance-profile/";
    return call(
        "DescribeInstances",
        () ->
            ec2
                .describeInstancesPaginator(
                    r ->
                        r.maxResults(PAGE)
                            .filters(
                                filter(
                                    "iam-instance-profile.arn",
                                    arn + profile,
                                    arn + "*/" + profile),
                                filter("instance-state-name", NOT_ENDED)))
                .reservations()
                .stream()
                .flatMap(each -> each.instances().stream())
                .filter(each -> each.iamInstanceProfile() != null)
                // Look-alikes of AWS take wildcards for letters, or do not filter at all.
                .filter(
                    each ->
                        IamName.same(
                            profile,
                            Answers.arn(
                                    "DescribeInstances",
                                    "IamInstanceProfile.Arn",
                                    each.iamInstanceProfile().arn())
                                .name()))
                .map(each -> Answers.instance("DescribeInstances", "InstanceId", each.instanceId()))
                .toList());
  }

  /** The instances that have not ended and refer to the very profile of this id. */
  List<InstanceId> instances(InstanceProfileId profile) {
    return call(
        "DescribeInstances",
        () ->
            ec2
                .describeInstancesPaginator(
                    r ->
                        r.maxResults(PAGE)
                            .filters(
                                filter("iam-instance-profile.id", profile.value()),
                                filter("instance-state-name", NOT_ENDED)))
                .reservations()
                .stream()
                .flatMap(each -> each.instances().stream())
                // Look-alikes of AWS may not filter at all.
                .filter(
                    each ->
                        each.iamInstanceProfile() != null
                            && profile.value().equals(each.iamInstanceProfile().id()))
                .map(each -> Answers.instance("DescribeInstances", "InstanceId", each.instanceId()))
                .toList());
  }

  /** The profiles that hold a role; empty if there is no such role. */
  Optional<List<String>> profiles(String role) {
    return found(
        "ListInstanceProfilesForRole",
        () ->
            iam
                .listInstanceProfilesForRolePaginator(r -> r.roleName(role).maxItems(PAGE))
                .instanceProfiles()
                .stream()
                .map(InstanceProfile::instanceProfileName)
                .toList());
  }

  private static Filter filter(String name, String... values) {
    return Filter.builder().name(name).values(values).build();
  }

  private static <T> Optional<T> found(String operation, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (NoSuchEntityException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw AwsFailures.explained(operation, e);
    }
  }

  private static <T> T call(String operation, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw AwsFailures.explained(operation, e);
    }
  }
}
