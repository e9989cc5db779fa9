package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The parameters of a launch that the metadata of the instance tells. */
final class Ec2LaunchDetails {
  // EC2 User Guide, instance tags in instance metadata; EC2's text is quoted in karpenter#3884.
  private static final Pattern TELLABLE = Pattern.compile("[0-9a-zA-Z\\-_+=,.@:]{1,255}");
  private static final Set<String> RESERVED = Set.of(".", "..", "_index");

  private Ec2LaunchDetails() {}

  /** Adds what a request asks for. */
  static InstanceOptions read(InstanceOptions options, Parameters parameters) {
    InstanceOptions read = options;
    read = detail(read, Detail.KEY_NAME, parameters.optional("KeyName"));
    read = detail(read, Detail.PLACEMENT_GROUP, parameters.optional("Placement.GroupName"));
    read = detail(read, Detail.PARTITION_NUMBER, parameters.optional("Placement.PartitionNumber"));
    read = detail(read, Detail.KERNEL_ID, parameters.optional("KernelId"));
    read = detail(read, Detail.RAMDISK_ID, parameters.optional("RamdiskId"));
    // The spelling of launch templates.
    read = detail(read, Detail.RAMDISK_ID, parameters.optional("RamDiskId"));
    var groups = new ArrayList<>(parameters.list("SecurityGroupId"));
    for (Parameters each : parameters.structures("NetworkInterface")) {
      groups.addAll(each.list("SecurityGroupId"));
    }
    for (String id : groups) {
      // Security groups are not simulated: one that is given by its id is called by it.
      read = read.withSecurityGroup(id, id);
    }
    for (String name : parameters.list("SecurityGroup")) {
      read =
          read.withSecurityGroup(
              String.format(Locale.ROOT, "sg-%017x", name.hashCode() & 0xffff_ffffL), name);
    }
    if (Ec2Input.flag(parameters, "Monitoring.Enabled", false)) {
      read = read.with(Trait.DETAILED_MONITORING);
    }
    if (Ec2Attributes.choice(
        parameters, "MetadataOptions.InstanceMetadataTags", "enabled", "disabled", false)) {
      requireTellable(read.tags().keySet());
    }
    Optional<String> userData = parameters.optional("UserData");
    return userData.isPresent() ? withUserData(read, userData.get()) : read;
  }

  private static InstanceOptions detail(
      InstanceOptions options, Detail detail, Optional<String> value) {
    return value.isPresent() ? options.with(detail, value.get()) : options;
  }

  private static InstanceOptions withUserData(InstanceOptions options, String encoded) {
    byte[] data;
    try {
      // Line breaks are what base64(1) puts in; anything else is not skipped.
      data = Base64.getDecoder().decode(encoded.replaceAll("[\\r\\n]", ""));
    } catch (IllegalArgumentException e) {
      throw new AwsError(400, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
    }
    try {
      return options.withUserData(data);
    } catch (IllegalArgumentException e) {
      throw new AwsError(400, "InvalidParameterValue", String.valueOf(e.getMessage()));
    }
  }

  /**
   * Checks keys of tags that are to be in the metadata.
   *
   * @throws AwsError {@code InvalidParameterValue}
   */
  static void requireTellable(Collection<String> keys) {
    for (String key : keys) {
      if (!TELLABLE.matcher(key).matches() || RESERVED.contains(key)) {
        throw new AwsError(
            400,
            "InvalidParameterValue",
            "'"
                + key
                + "' is not a valid tag key. Tag keys must match pattern"
                + " ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name"
                + " ('.', '..', '_index')");
      }
    }
  }

  /** What {@code DescribeInstances} shows of it. */
  static void write(Xml xml, InstanceOptions options) {
    options.detail(Detail.KEY_NAME).ifPresent(name -> xml.element("keyName", name));
    xml.element("subnetId", InstanceNetwork.SUBNET_ID).element("vpcId", InstanceNetwork.VPC_ID);
    xml.list(
        "groupSet",
        "item",
        options.securityGroups(),
        (each, group) -> each.element("groupId", group.id()).element("groupName", group.name()));
  }
}
