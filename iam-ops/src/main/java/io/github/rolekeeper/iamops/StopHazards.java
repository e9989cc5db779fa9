package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceAttributeName;
import software.amazon.awssdk.services.ec2.model.InstanceLifecycleType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.Tenancy;

/** The harm that stopping an instance and starting it again would do. */
final class StopHazards {
  private static final String GROUP = "aws:autoscaling:groupName";
  private static final String FLEET = "aws:ec2:fleet-id";

  private final Ec2Client ec2;
  private final Predicate<InstanceId> inStandby;

  /**
   * @param inStandby whether an instance of an Auto Scaling group is in standby
   */
  StopHazards(Ec2Client ec2, Predicate<InstanceId> inStandby) {
    this.ec2 = ec2;
    this.inStandby = inStandby;
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
    if (instance.operator() != null && Boolean.TRUE.equals(instance.operator().managed())) {
      hazards.add("it is managed by the service " + instance.operator().principal());
    }
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
    return List.copyOf(hazards);
  }

  /** The Auto Scaling group that an instance belongs to; empty if to none. */
  static Optional<String> group(Instance instance) {
    return tag(instance, GROUP);
  }

  private static String wouldBeReplaced(String group) {
    return "it belongs to Auto Scaling group "
        + group
        + ", which would replace it; put it in standby first, and have that asked with standby(how)";
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
