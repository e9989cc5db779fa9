package io.github.rolekeeper.iamops;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.InstanceProfile;

/** Which profiles could make room for another one. They are named, and never deleted. */
final class RolelessProfiles {
  // The most that IAM and EC2 put on a page, for the fewest calls.
  private static final int PAGE = 1000;
  // Nobody reads more, and EC2 does not say how many values a filter may have: 200 by its texts.
  private static final int NAMED = 20;

  private final Ec2Client ec2;
  private final IamClient iam;

  RolelessProfiles(Ec2Client ec2, IamClient iam) {
    this.ec2 = ec2;
    this.iam = iam;
  }

  /** To be put behind the words of IAM, that there are as many profiles as there may be. */
  String inWords() {
    String operation = "ListInstanceProfiles";
    try {
      List<InstanceProfile> roleless =
          iam.listInstanceProfilesPaginator(r -> r.maxItems(PAGE)).instanceProfiles().stream()
              .filter(each -> each.roles().isEmpty())
              .toList();
      if (roleless.isEmpty()) {
        return ". Every profile holds a role; ask for a higher quota";
      }
      List<InstanceProfile> some = roleless.stream().limit(NAMED).toList();
      operation = "DescribeInstances";
      Set<String> used = used(some);
      String unused =
          some.stream()
              .filter(each -> !used.contains(each.arn()))
              .map(InstanceProfile::instanceProfileName)
              .collect(Collectors.joining(", "));
      return ". "
          + roleless.size()
          + (roleless.size() == 1 ? " profile holds" : " profiles hold")
          + " no role"
          + (some.size() < roleless.size()
              ? ", of which the first " + NAMED + " were looked at"
              : "")
          + (unused.isEmpty()
              ? "; instances refer to each of them"
              : "; to these no instance refers in "
                  + ec2.serviceClientConfiguration().region()
                  + ": "
                  + unused
                  + ". Delete what no other Region and no launch template uses, then plan again; a"
                  + " repair deletes none");
    } catch (SdkException e) {
      return ". Which profiles hold no role, and could be deleted, is unknown, because "
          + AwsFailures.explained(operation, e).getMessage();
    }
  }

  private Set<String> used(List<InstanceProfile> profiles) {
    Filter byArn =
        Filter.builder()
            .name("iam-instance-profile.arn")
            .values(profiles.stream().map(InstanceProfile::arn).toList())
            .build();
    return ec2
        .describeInstancesPaginator(r -> r.maxResults(PAGE).filters(byArn))
        .reservations()
        .stream()
        .flatMap(each -> each.instances().stream())
        .filter(each -> each.iamInstanceProfile() != null)
        .map(each -> each.iamInstanceProfile().arn())
        .collect(Collectors.toSet());
  }
}
