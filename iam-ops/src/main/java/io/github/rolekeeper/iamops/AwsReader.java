package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import io.github.rolekeeper.core.InstanceProfileArn;
import io.github.rolekeeper.core.InstanceProfileId;
import io.github.rolekeeper.imds.IamInfo;
import io.github.rolekeeper.imds.InstanceMetadataClient;
import io.github.rolekeeper.imds.InstanceMetadataException;
import io.github.rolekeeper.imds.RoleCredentials;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceLifecycleType;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

/** Reads everything about one instance, and its metadata where it is at hand. */
final class AwsReader {
  /** How much is asked of the role. */
  enum Depth {
    /** Nothing: three API calls. */
    PROFILE,
    /** Whether its sessions were revoked: four. */
    ROLE,
    /** Whether it is still the role of that name, too: five. */
    DEEP
  }

  // While one association replaces another, the one that is coming counts more.
  private static final List<String> IN_FORCE =
      List.of("associated", "associating", "disassociating");

  private final Ec2Client ec2;
  private final IamClient iam;
  private final @Nullable InstanceMetadataClient metadata;
  private final InstantSource clock;

  AwsReader(
      Ec2Client ec2,
      IamClient iam,
      @Nullable InstanceMetadataClient metadata,
      InstantSource clock) {
    this.ec2 = ec2;
    this.iam = iam;
    this.metadata = metadata;
    this.clock = clock;
  }

  /**
   * Reads.
   *
   * @param wantedProfile the profile to ask IAM for; the associated one where it is empty
   * @param depth what is asked of the role
   */
  InstanceView read(InstanceId id, Optional<String> wantedProfile, Depth depth) {
    Reservation reservation = reservation(id);
    Instance instance = reservation.instances().get(0);
    Optional<InstanceView.Association> association = association(id, instance);
    Optional<String> name =
        wantedProfile.or(() -> association.map(each -> each.profileArn().name()));
    Optional<InstanceView.Profile> profile = name.flatMap(this::profile);
    Optional<String> role =
        depth == Depth.PROFILE ? Optional.empty() : profile.flatMap(each -> each.roleName());
    var unreadable = new ArrayList<String>();
    Region region = ec2.serviceClientConfiguration().region();
    return new InstanceView(
        id,
        new AccountRef(PartitionMetadata.of(region).id(), reservation.ownerId(), region.id()),
        clock.instant(),
        instance.state().nameAsString(),
        association,
        name,
        profile,
        metadata == null ? Optional.empty() : Optional.of(metadata(metadata)),
        role.flatMap(each -> revokedBefore(each, unreadable)),
        depth == Depth.DEEP ? role.flatMap(each -> roleNow(each, unreadable)) : Optional.empty(),
        instance.metadataOptions() == null
            || instance.metadataOptions().httpEndpoint() != InstanceMetadataEndpointState.DISABLED,
        List.copyOf(unreadable),
        stopHazards(instance));
  }

  /** The console's revocation. Whoever may not read it can still be told the rest. */
  private Optional<Instant> revokedBefore(String role, List<String> unreadable) {
    try {
      return RolePolicies.revokesBefore(
          call(
                  "GetRolePolicy",
                  () ->
                      iam.getRolePolicy(r -> r.roleName(role).policyName(RolePolicies.REVOCATION)))
              .policyDocument());
    } catch (InstanceProfileOpsException e) {
      if (!(e.getCause() instanceof NoSuchEntityException)) {
        unreadable.add(
            "whether sessions of role " + role + " were revoked, because " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  private Optional<InstanceView.RoleNow> roleNow(String role, List<String> unreadable) {
    try {
      return Optional.of(
          new InstanceView.RoleNow(
              Optional.of(
                  call("GetRole", () -> iam.getRole(r -> r.roleName(role))).role().roleId())));
    } catch (InstanceProfileOpsException e) {
      if (e.getCause() instanceof NoSuchEntityException) {
        return Optional.of(new InstanceView.RoleNow(Optional.empty()));
      }
      unreadable.add(
          "whether role " + role + " is still the one in the profile, because " + e.getMessage());
      return Optional.empty();
    }
  }

  private Reservation reservation(InstanceId id) {
    return call("DescribeInstances", () -> ec2.describeInstances(r -> r.instanceIds(id.value())))
        .reservations()
        .stream()
        .filter(each -> !each.instances().isEmpty())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "EC2 knows no instance "
                        + id
                        + " in this account and Region; check the id and the client's Region"));
  }

  /** While one association ends and another begins EC2 lists both: the one in force counts. */
  private Optional<InstanceView.Association> association(InstanceId id, Instance instance) {
    Filter byInstance = Filter.builder().name("instance-id").values(id.value()).build();
    List<IamInstanceProfileAssociation> found =
        call(
                "DescribeIamInstanceProfileAssociations",
                () -> ec2.describeIamInstanceProfileAssociations(r -> r.filters(byInstance)))
            .iamInstanceProfileAssociations();
    return found.stream()
        .filter(each -> !"disassociated".equals(each.stateAsString()))
        .sorted(Comparator.comparing(each -> IN_FORCE.indexOf(each.stateAsString())))
        .findFirst()
        .map(
            each ->
                new InstanceView.Association(
                    each.associationId(),
                    each.stateAsString(),
                    Optional.ofNullable(each.timestamp()),
                    InstanceProfileArn.parse(each.iamInstanceProfile().arn()),
                    InstanceProfileId.of(each.iamInstanceProfile().id()),
                    InstanceProfileId.of(
                        instance.iamInstanceProfile() == null
                            ? "none"
                            : instance.iamInstanceProfile().id())));
  }

  private Optional<InstanceView.Profile> profile(String name) {
    try {
      InstanceProfile profile =
          call("GetInstanceProfile", () -> iam.getInstanceProfile(r -> r.instanceProfileName(name)))
              .instanceProfile();
      return Optional.of(
          new InstanceView.Profile(
              profile.instanceProfileName(),
              InstanceProfileArn.parse(profile.arn()),
              InstanceProfileId.of(profile.instanceProfileId()),
              profile.roles().stream()
                  .findFirst()
                  .map(
                      role ->
                          new InstanceView.Role(
                              role.roleName(),
                              role.roleId(),
                              role.assumeRolePolicyDocument() == null
                                  ? ""
                                  : role.assumeRolePolicyDocument()))));
    } catch (InstanceProfileOpsException e) {
      if (e.getCause() instanceof NoSuchEntityException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static InstanceView.Metadata metadata(InstanceMetadataClient client) {
    try {
      IamInfo info = client.iamInfo();
      RoleCredentials credentials = client.credentialsMetadata();
      return new InstanceView.Metadata(
          Optional.of(info),
          credentials instanceof RoleCredentials.Available available
              ? Optional.of(available.metadata())
              : Optional.empty(),
          Optional.empty());
    } catch (InstanceMetadataException e) {
      // No answer says nothing of the profile.
      return new InstanceView.Metadata(
          Optional.empty(), Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** What DescribeInstances tells of the harm that stopping would do. */
  private static List<String> stopHazards(Instance instance) {
    var hazards = new ArrayList<String>();
    if (instance.rootDeviceType() != DeviceType.EBS) {
      hazards.add("its root device is not EBS, so it cannot be stopped without losing it");
    }
    if (instance.instanceLifecycle() == InstanceLifecycleType.SPOT) {
      hazards.add("it is a Spot instance, which may not come back");
    }
    instance.tags().stream()
        .filter(tag -> "aws:autoscaling:groupName".equals(tag.key()))
        .findFirst()
        .ifPresent(
            tag ->
                hazards.add(
                    "it belongs to Auto Scaling group "
                        + tag.value()
                        + ", which would replace it; put it in standby first"));
    if (instance.networkInterfaces().stream()
        .anyMatch(
            each ->
                each.association() != null && "amazon".equals(each.association().ipOwnerId()))) {
      hazards.add(
          "its public IPv4 address "
              + instance.publicIpAddress()
              + " is no Elastic IP and would change");
    }
    if (instance.operator() != null && Boolean.TRUE.equals(instance.operator().managed())) {
      hazards.add("it is managed by the service " + instance.operator().principal());
    }
    return hazards;
  }

  private static <T> T call(String operation, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw AwsFailures.explained(operation, e);
    }
  }
}
