package io.github.rolekeeper.testkit;

import io.github.rolekeeper.testkit.InstanceOptions.Detail;
import io.github.rolekeeper.testkit.InstanceOptions.Trait;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What does not change while an instance runs, but for its tags. */
final class InstanceCategories {
  private static final Pattern REGION = Pattern.compile("([a-z]+)-((?:[a-z]+-)+)(\\d+)");
  private static final String FIRST = "1.0";

  private InstanceCategories() {}

  static void tell(MetadataTree tree, Instance instance, World world) {
    InstanceOptions options = instance.options;
    boolean ebs = !options.is(Trait.INSTANCE_STORE_ROOT);
    tree.put(FIRST, "meta-data/ami-id", options.imageId());
    tree.put(FIRST, "meta-data/ami-launch-index", Integer.toString(instance.launchIndex));
    tree.put(
        FIRST,
        "meta-data/ami-manifest-path",
        ebs ? "(unknown)" : "amzn-s3-demo-bucket/image.manifest.xml");
    tree.put("2007-10-10", "meta-data/ancestor-ami-ids", options.detail(Detail.ANCESTOR_AMI_IDS));
    blockDevices(tree, ebs);
    tree.put(FIRST, "meta-data/hostname", instance.network.privateHost());
    tree.put("2008-09-01", "meta-data/instance-action", "none");
    tree.put(FIRST, "meta-data/instance-id", instance.id);
    tree.put("2019-10-01", "meta-data/instance-life-cycle", options.spot() ? "spot" : "on-demand");
    tree.put("2007-08-29", "meta-data/instance-type", options.type());
    tree.put("2021-01-03", "meta-data/ipv6", instance.network.ipv6());
    tree.put("2008-02-01", "meta-data/kernel-id", options.detail(Detail.KERNEL_ID));
    tree.put("2007-01-19", "meta-data/local-hostname", instance.network.privateHost());
    tree.put(FIRST, "meta-data/local-ipv4", instance.privateIp);
    tree.put("2011-01-01", "meta-data/mac", instance.network.mac());
    placement(tree, instance, world.region());
    tree.put("2007-03-01", "meta-data/product-codes", options.detail(Detail.PRODUCT_CODES));
    tree.put("2011-01-01", "meta-data/profile", "default-hvm");
    tree.put("2007-01-19", "meta-data/public-hostname", instance.network.publicHost());
    tree.put("2007-01-19", "meta-data/public-ipv4", instance.network.publicIp());
    options
        .detail(Detail.KEY_NAME)
        .ifPresent(
            name -> {
              tree.put(
                  FIRST,
                  "meta-data/public-keys/0/openssh-key",
                  () -> IdentityKey.rsa().openSsh(name));
              tree.show("meta-data/public-keys/0", "0=" + name);
            });
    tree.put("2007-10-10", "meta-data/ramdisk-id", options.detail(Detail.RAMDISK_ID));
    tree.put(FIRST, "meta-data/reservation-id", instance.reservationId);
    tree.put(
        FIRST,
        "meta-data/security-groups",
        options.securityGroups().stream()
            .map(InstanceOptions.SecurityGroup::name)
            .collect(Collectors.joining("\n")));
    tree.put("2014-02-25", "meta-data/services/domain", world.partition().domain());
    tree.put("2015-10-20", "meta-data/services/partition", world.partition().name());
    tree.put("2022-09-24", "meta-data/system", "nitro");
    tags(tree, instance);
  }

  private static void blockDevices(MetadataTree tree, boolean ebs) {
    String since = "2007-12-15";
    tree.put(since, "meta-data/block-device-mapping/ami", "xvda");
    if (!ebs) {
      tree.put(since, "meta-data/block-device-mapping/ephemeral0", "sdb");
    }
    tree.put(since, "meta-data/block-device-mapping/root", "/dev/xvda");
  }

  private static void placement(MetadataTree tree, Instance instance, String region) {
    InstanceOptions options = instance.options;
    String since = "2020-08-24";
    tree.put("2008-02-01", "meta-data/placement/availability-zone", region + "a");
    tree.put("2019-10-01", "meta-data/placement/availability-zone-id", zoneId(region));
    tree.put(since, "meta-data/placement/group-name", options.detail(Detail.PLACEMENT_GROUP));
    if (options.is(Trait.HOST_TENANCY)) {
      tree.put(since, "meta-data/placement/host-id", instance.id.replace("i-", "h-"));
    }
    tree.put(
        since, "meta-data/placement/partition-number", options.detail(Detail.PARTITION_NUMBER));
    tree.put(since, "meta-data/placement/region", region);
  }

  /** As in use1-az1 for us-east-1. */
  static String zoneId(String region) {
    Matcher parts = REGION.matcher(region);
    if (!parts.matches()) {
      throw new IllegalStateException("Region '" + region + "' has not the form of one");
    }
    String direction =
        parts
            .group(2)
            .replace("central", "c")
            .replace("north", "n")
            .replace("south", "s")
            .replace("east", "e")
            .replace("west", "w")
            .replace("gov", "g")
            .replace("-", "");
    return parts.group(1) + direction + parts.group(3) + "-az1";
  }

  private static void tags(MetadataTree tree, Instance instance) {
    if (!instance.metadataOptions.tagsEnabled) {
      return;
    }
    // With tags enabled and none set the answer was an empty 200 (amazon-ec2-metadata-mock, 189).
    String since = "2021-03-23";
    tree.directory(since, "meta-data/tags/instance");
    for (Map.Entry<String, String> tag : instance.tags.entrySet()) {
      tree.put(since, "meta-data/tags/instance/" + tag.getKey(), tag.getValue());
    }
  }

  /** In the order of the answer to a request for {@code /}. */
  static final List<String> VERSIONS =
      List.of(
          "1.0",
          "2007-01-19",
          "2007-03-01",
          "2007-08-29",
          "2007-10-10",
          "2007-12-15",
          "2008-02-01",
          "2008-09-01",
          "2009-04-04",
          "2011-01-01",
          "2011-05-01",
          "2012-01-12",
          "2014-02-25",
          "2014-11-05",
          "2015-10-20",
          "2016-04-19",
          "2016-06-30",
          "2016-09-02",
          "2018-03-28",
          "2018-08-17",
          "2018-09-24",
          "2019-10-01",
          "2020-10-27",
          "2021-01-03",
          "2021-03-23",
          "2021-07-15",
          "2022-09-24",
          "2024-04-11",
          MetadataTree.LATEST);
}
