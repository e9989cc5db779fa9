package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceAttributeName;
import software.amazon.awssdk.services.ec2.model.InstanceLifecycleType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.Tenancy;

/** The harm that stopping an instance and starting it again would do. */
final class StopHazards {
  private static final String GROUP = "aws:autoscaling:groupName";
  private static final String FLEET = "aws:ec2:fleet-id";

  // Of the SDK's own constants a caller's version may not have it yet.
  private static final String CAPACITY_BLOCK = "capacity-block";

  // mac1.metal, mac2.metal, mac2-m2pro.metal, mac-m4.metal.
  private static final Pattern MAC = Pattern.compile("mac[^.]*\\.metal");

  private final Ec2Client ec2;
  private final Predicate<InstanceId> inStandby;
  private final Predicate<InstanceId> ownHost;

  /**
   * @param inStandby whether an instance of an Auto Scaling group is in standby
   * @param ownHost whether this program runs on an instance
   */
  StopHazards(Ec2Client ec2, Predicate<InstanceId> inStandby, Predicate<InstanceId> ownHost) {
    this.ec2 = ec2;
    this.inStandby = inStandby;
    this.ownHost = ownHost;
  }

  /** What DescribeInstances tells; without a call. A group's instance counts as in service. */
  static List<String> told(Instance instance) {
    var hazards = new ArrayList<String>();
    if (instance.rootDeviceType() != DeviceType.EBS) {
      hazards.add("its root device is not EBS, so it cannot be stopped without losing it");
    }
    if (instance.instanceLifecycle() == InstanceLifecycleType.SPOT) {
      hazards.add(
          "it is a Spot instance"
              + tag(instance, FLEET).map(fleet -> " of fleet " + fleet).orElse("")
              + ", which may not come back");
    }
    if (CAPACITY_BLOCK.equals(instance.instanceLifecycleAsString())) {
      hazards.add(
          "it runs in a Capacity Block, which ends at its time and may not take it back when it is"
              + " started again");
    }
    String type = instance.instanceTypeAsString();
    if (type != null && MAC.matcher(type).matches()) {
      // EC2 User Guide, stop or terminate your Mac instance; on Apple silicon up to 4.5 hours.
      hazards.add(
          "it is a Mac instance, whose host is scrubbed for hours after a stop and takes no start"
              + " meanwhile");
    }
    group(instance).ifPresent(group -> hazards.add(wouldBeReplaced(group)));
    if (instance.networkInterfaces().stream()
        .anyMatch(
            each ->
                each.association() != null && "amazon".equals(each.association().ipOwnerId()))) {
      hazards.add(
          "its public IPv4 address "
              + instance.publicIpAddress()
              + " is no Elastic IP and would change");
    }
    manager(instance).ifPresent(manager -> hazards.add("it is managed by the service " + manager));
    if (instance.hibernationOptions() != null
        && Boolean.TRUE.equals(instance.hibernationOptions().configured())) {
      hazards.add(
          "it is set up to hibernate, so its memory is meant to be kept, and a stop loses it");
    }
    if (instance.placement() != null && instance.placement().tenancy() == Tenancy.HOST) {
      hazards.add("it runs on a Dedicated Host, which may have no room when it is started again");
    }
    return List.copyOf(hazards);
  }

  /** All, with what takes calls of its own. What cannot be found out speaks against stopping. */
  List<String> all(Instance instance) {
    var hazards = new ArrayList<>(told(instance));
    group(instance)
        .filter(group -> standby(instance, hazards))
        .ifPresent(group -> hazards.remove(wouldBeReplaced(group)));
    if (instance.rootDeviceType() == DeviceType.EBS) {
      instanceStore(instance).ifPresent(hazards::add);
    }
    stopProtection(instance).ifPresent(hazards::add);
    host(instance).ifPresent(hazards::add);
    return List.copyOf(hazards);
  }

  /** The service that manages an instance, such as of EKS Auto Mode; empty if none does. */
  static Optional<String> manager(Instance instance) {
    return Optional.ofNullable(instance.operator())
        .filter(each -> Boolean.TRUE.equals(each.managed()))
        .map(
            each ->
                each.principal() == null ? "of a name that EC2 does not say" : each.principal());
  }

  /**
   * The keys that the instance's EBS volumes are encrypted with: one API call. Whether one is of
   * AWS or the customer's EC2 does not say.
   *
   * @throws InstanceProfileOpsException if AWS does not tell
   */
  List<String> volumeKeys(InstanceId id) {
    Filter attached = Filter.builder().name("attachment.instance-id").values(id.value()).build();
    try {
      return ec2.describeVolumesPaginator(r -> r.filters(attached)).volumes().stream()
          .filter(each -> Boolean.TRUE.equals(each.encrypted()))
          .filter(
              each ->
                  each.attachments().stream().anyMatch(to -> id.value().equals(to.instanceId())))
          .flatMap(each -> Optional.ofNullable(each.kmsKeyId()).stream())
          .distinct()
          .sorted()
          .toList();
    } catch (SdkException e) {
      InstanceProfileOpsException failure = AwsFailures.explained("DescribeVolumes", e);
      // Only look-alikes of AWS do not know the operation, and they encrypt nothing.
      if (AwsFailures.unimplemented(failure)) {
        return List.of();
      }
      throw failure;
    }
  }

  /** The Auto Scaling group that an instance belongs to; empty if to none. */
  static Optional<String> group(Instance instance) {
    return tag(instance, GROUP);
  }

  private static String wouldBeReplaced(String group) {
    return "it belongs to Auto Scaling group "
        + group
        + ", which would replace it; put it in standby first (EnterStandby), and have that asked with"
        + " InstanceProfileOps.builder(…).standby(how), where how looks for LifecycleState Standby in"
        + " DescribeAutoScalingInstances: without it no instance counts as in standby";
  }

  private boolean standby(Instance instance, List<String> hazards) {
    try {
      return inStandby.test(InstanceId.of(instance.instanceId()));
    } catch (RuntimeException e) {
      // It is the caller's function, and may throw anything.
      hazards.add("whether it is in standby could not be found out: " + e.getMessage());
      return false;
    }
  }

  private Optional<String> host(Instance instance) {
    try {
      return ownHost.test(InstanceId.of(instance.instanceId()))
          ? Optional.of(
              "this program runs on it, and could not start it again: run that part from elsewhere")
          : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(
          "whether this program runs on it could not be found out: " + e.getMessage());
    }
  }

  /** DescribeInstances lists EBS volumes only; what is lost with a stop its type tells. */
  private Optional<String> instanceStore(Instance instance) {
    String type = instance.instanceTypeAsString();
    return told(
        "DescribeInstanceTypes",
        "whether its type " + type + " has instance store volumes",
        () ->
            ec2
                .describeInstanceTypesPaginator(r -> r.instanceTypesWithStrings(type))
                .instanceTypes()
                .stream()
                .anyMatch(each -> Boolean.TRUE.equals(each.instanceStorageSupported())),
        "its type " + type + " has instance store volumes, whose data a stop erases");
  }

  private Optional<String> stopProtection(Instance instance) {
    return told(
        "DescribeInstanceAttribute",
        "whether it is protected from being stopped",
        () -> {
          var answer =
              ec2.describeInstanceAttribute(
                  r ->
                      r.instanceId(instance.instanceId())
                          .attribute(InstanceAttributeName.DISABLE_API_STOP));
          return answer.disableApiStop() != null
              && Boolean.TRUE.equals(answer.disableApiStop().value());
        },
        "it is protected from being stopped (disableApiStop), which is somebody's decision");
  }

  @FunctionalInterface
  private interface Question {
    boolean ask();
  }

  private static Optional<String> told(
      String operation, String what, Question question, String hazard) {
    try {
      return question.ask() ? Optional.of(hazard) : Optional.empty();
    } catch (SdkException e) {
      InstanceProfileOpsException failure = AwsFailures.explained(operation, e);
      // Only look-alikes of AWS do not know these operations, and they have no disks to lose.
      return AwsFailures.unimplemented(failure)
          ? Optional.empty()
          : Optional.of(what + " is unknown, because " + failure.getMessage());
    }
  }

  private static Optional<String> tag(Instance instance, String key) {
    return instance.tags().stream().filter(tag -> key.equals(tag.key())).map(Tag::value).findAny();
  }
}
